"""A flood of one customer or one sender: a word once, nothing done, nobody else hurt, and money never made to wait."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from avatar_core.testing.examples import BOT
from entrypoints.allowances import MOST_REMEMBERED, Allowances, Wait
from entrypoints.bot.callbacks import Tap
from entrypoints.bot.limits import QUOTING, Limits
from entrypoints.bot.tongues import Tongues
from entrypoints.container.whole import web_container
from entrypoints.ground import Readiness
from entrypoints.sandbox.telegram import Customer
from entrypoints.sandbox.telegram.purchases import charge
from entrypoints.web.app import make_app
from entrypoints.web.desk import WebDesk
from entrypoints.web.telegram import TelegramDoor
from tests.adversary.test_replicate_notices import BODY, headers
from tests.adversary.web import calling_on
from tests.entrypoints.bot.stage import Stage, stage_of, until
from tests.entrypoints.memory_house import MemoryHouse


@dataclass
class Seconds:
    """A clock that stands still until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_is_given_at_once_and_then_as_it_fills() -> None:
    clock = Seconds()
    allowances = Allowances(60, clock)
    assert [allowances.take("a") for _ in range(60)] == [None] * 60
    assert allowances.take("a") == Wait(1, is_news=True)
    assert allowances.take("b") is None
    clock.now += 1
    assert allowances.take("a") is None
    assert allowances.take("a") == Wait(1, is_news=False)
    clock.now += 600
    assert [allowances.take("a") for _ in range(61)] == [*[None] * 60, Wait(1, is_news=True)]


def test_how_long_to_wait_is_said_rightly() -> None:
    clock = Seconds()
    allowances = Allowances(4, clock)
    while allowances.take("a") is None:
        pass
    clock.now += 5.5
    assert allowances.take("a") == Wait(10, is_news=False)
    clock.now += 9.5
    assert allowances.take("a") is None


def test_no_limit_is_no_limit_and_remembers_nobody() -> None:
    allowances = Allowances(0)
    assert {allowances.take("a") for _ in range(10_000)} == {None}
    assert not allowances._buckets


def test_a_crowd_does_not_fill_the_memory() -> None:
    allowances = Allowances(60, Seconds())
    for number in range(MOST_REMEMBERED + 100):
        allowances.take(number)
    assert len(allowances._buckets) == MOST_REMEMBERED


def an_update(kind: str = "message", **event: object) -> dict[str, object]:
    return {"update_id": 1, kind: {"from": {"id": 7}, **event}}


@pytest.mark.parametrize(
    "money",
    [
        an_update("pre_checkout_query", id="q"),
        an_update(successful_payment={}),
        an_update(refunded_payment={}),
        an_update("subscription", state="active"),
        an_update("purchased_paid_media"),
    ],
    ids=lambda raw: str(list(raw)[1:]),
)
def test_what_is_about_money_never_waits(money: dict[str, object]) -> None:
    limits = Limits(Tongues(), *(Allowances(1, Seconds()) for _ in range(3)))
    assert [limits.take(BOT, money) for _ in range(100)] == [None] * 100


def test_photos_prices_and_talk_have_allowances_of_their_own() -> None:
    limits = Limits(Tongues(), *(Allowances(1, Seconds()) for _ in range(3)))
    photo, talk = an_update(photo=[{}]), an_update(text="hi")
    quote = an_update("callback_query", data=f"+{Tap.QUOTE_TRAINING}:x:1")
    assert [bool(limits.take(BOT, each)) for each in (photo, talk, photo, talk)] == [False, False, True, True]
    assert limits.quotes.take((BOT, 7)) is None
    assert limits.take(BOT, quote) is not None
    assert limits.take(BOT, {"update_id": 1, "message": {"from": None, "text": 5}}) is None
    assert limits.take(BOT, {"update_id": 1, "message": "odd"}) is None


def test_every_button_that_asks_for_a_price_counts_as_such() -> None:
    assert set(Tap) >= QUOTING
    assert {tap for tap in Tap if "quote" in tap.name.lower()} <= QUOTING


async def flooded(stage: Stage, person: Customer, count: int) -> None:
    for _ in range(count):
        await person.write("/menu")
    await stage.settled()


@pytest.mark.parametrize(("language", "words"), [("en", "That was too fast"), ("ru", "Слишком быстро")])
async def test_a_flood_is_answered_once_and_the_others_as_ever(language: str, words: str) -> None:
    async with stage_of() as stage:
        stage.limits = Limits(Tongues(), updates=Allowances(5, Seconds()))
        async with stage.running():
            flooder = stage.telegram.person("Flooder", language_code=language)
            other = stage.telegram.person("Other", language_code="en")
            with capture_logs():
                await flooded(stage, flooder, 40)
            assert flooder.count(words) == 1
            assert len(flooder.received) == 5 + 1
            assert "Main menu" in await stage.say(other, "/menu")
            assert stage.unhandled() == []
            with capture_logs():
                await stage.press(flooder, "menu")
            assert flooder.count(words) == 1


async def test_whoever_chose_another_language_is_told_to_wait_in_it() -> None:
    async with stage_of() as stage:
        stage.limits = Limits(Tongues(), updates=Allowances(3, Seconds()))
        async with stage.running():
            fan = stage.telegram.person("Fan", language_code="en")
            await flooded(stage, fan, 1)
            await stage.press(fan, "lg:ru")
            await flooded(stage, fan, 1)
            with capture_logs():
                await flooded(stage, fan, 1)
            assert (fan.count("Слишком быстро"), fan.count("too fast")) == (1, 0)


async def test_a_tap_too_many_is_told_so_under_the_button() -> None:
    async with stage_of() as stage:
        stage.limits = Limits(Tongues(), updates=Allowances(2, Seconds()))
        async with stage.running():
            fan = stage.telegram.person("Fan", language_code="en")
            await flooded(stage, fan, 1)
            with capture_logs():
                for _ in range(3):
                    await stage.press(fan, "menu")
            assert [line.kind for line in fan.history if "too fast" in line.text] == ["alert"]


async def test_in_the_middle_of_a_flood_a_payment_is_asked_for_made_and_credited() -> None:
    async with stage_of() as stage:
        stage.limits = Limits(Tongues(), updates=Allowances(4, Seconds()))
        async with stage.running():
            fan = stage.telegram.person("Fan", language_code="en")
            fan.person.stars = 1000
            await stage.say(fan, "/start")
            await stage.press(fan, "buy:xtr-500:s")
            with capture_logs():
                await flooded(stage, fan, 20)
            invoice = next(one for one in fan.received if one.invoice)
            assert (await fan.pay(invoice)).is_paid
            await stage.settled()
            await until(lambda: stage.written("payment.completed") == 1)
            charge(stage.telegram.world, invoice.invoice, fan.person)  # type: ignore[arg-type]
            await until(lambda: stage.written("payment.quarantined") == 1)


async def test_wrong_calls_of_one_sender_get_shorter_answers_and_no_more_lines_in_the_log() -> None:
    house = MemoryHouse()
    app = make_app(web_container(house.house).get(WebDesk), TelegramDoor(_kept, {}), 5)
    with capture_logs() as logs:
        async with calling_on(app, "203.0.113.7") as flooder, calling_on(app, "203.0.113.8") as other:
            paths = ("/replicate", "/telegram/x", "/robokassa/result") * 10
            answer = [await flooder.post(path, content=b"{}") for path in paths][-1]
            assert (answer.status_code, answer.json()) == (429, {"error": "too-many-requests"})
            assert 1 <= int(answer.headers["Retry-After"]) <= 12
            assert (await other.post("/replicate", content=b"{}")).status_code == 403
            # what is genuine is taken from anybody, however many forgeries came from behind the same proxy
            assert (await flooder.post("/replicate", content=BODY, headers=headers())).status_code == 200
    told = [line["event"] for line in logs]
    assert told.count("a sender is refused without more words") == 1
    assert told.count("refused") == 5 + 1


async def test_a_flood_of_looks_reaches_the_database_once_a_second_and_refuses_nobody() -> None:
    """The load balancer's own look comes through the same proxy as the flood."""
    asked: list[str] = []

    async def look() -> None:
        asked.append("database")

    desk = replace(web_container(MemoryHouse().house).get(WebDesk), readiness=Readiness({"database": look}))
    async with calling_on(make_app(desk, TelegramDoor(_kept, {})), "203.0.113.7") as flooder:
        seen = await asyncio.gather(*(flooder.get("/readyz") for _ in range(700)))
    assert {each.status_code for each in seen} == {200}
    assert len(asked) < 10


async def test_senders_who_hang_up_in_the_middle_fill_no_log() -> None:
    app = make_app(web_container(MemoryHouse().house).get(WebDesk), TelegramDoor(_kept, {}))
    scope = {"type": "http", "method": "POST", "path": "/replicate", "headers": [], "query_string": b""}
    told: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        return told.pop()

    with capture_logs() as logs:
        await app(scope, receive, _kept)
    assert logs == []


async def _kept(*_: object) -> None:
    pytest.fail("something was kept")
