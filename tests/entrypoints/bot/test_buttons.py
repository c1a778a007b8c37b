"""Every button in every state does something, buttons of any age and forged ones included (bug museum 49)."""

import pytest

from entrypoints.bot.callbacks import (
    LARGEST_BYTES,
    OutdatedButton,
    Tap,
    asking,
    calling,
    going_on,
    packed,
    read,
    unpacked,
)
from entrypoints.bot.routes import TAPS
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage
from tests.entrypoints.bot.ways import go_to

UUID = "0190c9a8-7b1c-7d55-8ee0-0123456789ab"
STRANGE = ["", ":", "+", "nonsense", "+nonsense:1", "tq:flux-dev-lora:-5", "tq:flux-dev-lora:1e3", "tq:x:1000", "sex:x"]
STRANGE += ["buy", "buy:xtr-500", "buy:xtr-500:z", "buy:nothing:s", "buy:NEUROTESTER:s", "buy:NEUROBLOGGER:s", "lg:de"]
STRANGE += ["pq:????????????????????????:2x3:1", "pq:" + "~" * 22 + ":2x3:1", "seen:x", "stm:-1", "rm:", "rm:deadbeef"]
STRANGE += ["po:\0", "pr:\0:1", "halt:\0", "tr:\0:x", "buy:\0:s"]
STRANGE += ["buy:rub-500:s", "buy:xtr-500:r", "buy:rub-500:r", f"tr:{UUID}:{UUID}", "seen:99999", "stm:99999999999"]
STRANGE += ["av:x", "av:-1", "av:99999999999", "ph:x", "ph:99999999999"]


def plausible(prefix: str) -> str:
    """A button's data with arguments of the right number that name nothing of the customer's."""
    count = TAPS[prefix].arguments or 0
    return ":".join([prefix, *([packed(UUID)] * count)])


@pytest.mark.parametrize("place", [None, Place.NAME, Place.GENDER, Place.PHOTOS, Place.SUPPORT])
async def test_every_button_in_every_state_does_something(stage: Stage, fan: Customer, place: Place | None) -> None:
    await fan.write("/start")
    await stage.settled()
    await stage.give(fan, stars=500)
    for prefix in TAPS:
        await go_to(stage, fan, place)
        before = len(fan.history)
        await stage.press(fan, plausible(prefix))
        done = [line for line in fan.history[before:] if line.kind != "tap" and (line.kind != "toast" or line.text)]
        assert done, f"{prefix} did nothing at {place}\n{fan.transcript()}"
        assert "Something broke" not in fan.transcript()


@pytest.mark.parametrize("data", STRANGE)
async def test_a_button_that_makes_no_sense_is_answered_with_a_way_on(stage: Stage, fan: Customer, data: str) -> None:
    await fan.write("/start")
    await stage.settled()
    before = len(fan.history)
    await stage.press(fan, data)
    assert {line.kind for line in fan.history[before:]} & {"sent", "edited"}
    assert fan.received[-1].buttons
    assert "Something broke" not in fan.transcript()
    assert not stage.database.payments.taken()


async def test_every_button_that_is_shown_leads_somewhere(stage: Stage, fan: Customer) -> None:
    await fan.write("/start")
    await stage.settled()
    await stage.give(fan, stars=500)
    seen: set[str] = set()
    waiting = [button.data or "" for button in fan.received[-1].buttons]
    while waiting:
        data = waiting.pop()
        _, prefix, args = read(data)
        if prefix in seen:
            continue
        seen.add(prefix)
        assert TAPS[prefix].arguments in {None, len(args)}, data
        await stage.press(fan, data)
        waiting += [button.data for message in fan.received for button in message.buttons if button.data]
    assert {Tap.MENU, Tap.BUY, Tap.STATEMENT, Tap.SPEAK, Tap.CANCEL} <= seen
    assert "Something broke" not in fan.transcript()


async def test_a_tapped_button_stops_spinning_even_when_the_answer_is_late(stage: Stage, fan: Customer) -> None:
    await fan.write("/start")
    await stage.settled()
    stage.telegram.clock.advance(1)
    await stage.press(fan, "menu")
    assert [line.kind for line in fan.history].count("toast") == 1


def test_every_kind_of_button_has_a_route() -> None:
    assert set(TAPS) == set(Tap)


def test_a_uuid_is_packed_into_22_characters_and_back() -> None:
    assert len(packed(UUID)) == 22
    assert unpacked(packed(UUID)) == UUID
    assert unpacked("studio") == packed("studio") == "studio"


def test_the_longest_buttons_fit() -> None:
    order = asking(Tap.QUOTE_PORTRAITS, UUID, "16:9", 4)
    bought = going_on(f"{calling(Tap.BUY, 'NEUROBLOGGER')}:s", order)
    assert read(bought)[2][2:] == order.split(":")
    assert len(f"+{bought}".encode()) <= LARGEST_BYTES
    assert len(calling(Tap.TRAIN, UUID, UUID).encode()) <= LARGEST_BYTES


def test_what_does_not_fit_goes_without_what_comes_after_it() -> None:
    assert going_on("buy:x:s", "y" * 60) == "buy:x:s"
    with pytest.raises(ValueError, match="does not fit"):
        calling(Tap.BUY, "x" * 62)


def test_what_is_no_packed_uuid_is_an_outdated_button() -> None:
    with pytest.raises(OutdatedButton):
        unpacked("ж" * 22)
