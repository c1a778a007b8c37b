"""Who has many avatars sees them in pages: one screen for all of them was refused by Telegram from about 100 on."""

from datetime import timedelta

import pytest

from avatar_core.avatars import LONGEST_NAME, Avatar, Gender
from avatar_core.dossier import OfCustomer
from avatar_core.ids import AvatarId
from avatar_core.runs import ModelVersion
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.pages import PAGE
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage

MANY = 120
NEWEST = [f"{number:03}".ljust(LONGEST_NAME, "&") for number in reversed(range(MANY))]


@pytest.fixture
async def collector(stage: Stage, fan: Customer) -> Customer:
    """Somebody with a plan and a great many trained avatars, their names as long as they may be."""
    await stage.say(fan, "/start")
    await stage.give(fan)
    customer = (await stage.dossier(fan)).customer.id
    async with stage.begin() as work:
        await work.dossier(OfCustomer(customer))
        for number, name in enumerate(reversed(NEWEST)):
            at, model = stage.clock.now() + timedelta(days=number), ModelVersion("owner/name", "version", None)
            work.save(Avatar(AvatarId(stage.names.fresh()), customer, name, Gender.OTHER, "TOK_ABCDEF", at, model))
        await work.commit()
    return fan


def named(person: Customer) -> list[str]:
    """Return the names of the avatars on the buttons shown."""
    labels = [label.removeprefix("📸 ") for label in person.received[-1].labels]
    return [label for label in labels if label in NEWEST]


@pytest.mark.parametrize("tap", [Tap.AVATARS, Tap.PORTRAITS])
async def test_every_avatar_is_found_on_some_page_the_newest_first(stage: Stage, collector: Customer, tap: Tap) -> None:
    await stage.press(collector, tap)
    assert "1–10 of 120" in collector.received[-1].text
    assert "◀️ Previous" not in collector.received[-1].labels
    seen = named(collector)
    for _ in range(MANY // PAGE - 1):
        await collector.tap("Next ▶️", collector.received[-1])
        await stage.settled()
        seen += named(collector)
    assert seen == NEWEST
    assert "Next ▶️" not in collector.received[-1].labels
    await collector.tap("◀️ Previous", collector.received[-1])
    await stage.settled()
    assert named(collector) == NEWEST[-2 * PAGE : -PAGE]


@pytest.mark.parametrize("tap", [Tap.AVATARS, Tap.PORTRAITS])
async def test_a_page_beyond_the_end_is_the_last_one(stage: Stage, collector: Customer, tap: Tap) -> None:
    await stage.press(collector, calling(tap, 10**9))
    assert named(collector) == NEWEST[-PAGE:]


async def test_who_returns_to_many_avatars_hears_of_the_newest(stage: Stage, collector: Customer) -> None:
    customer = (await stage.dossier(collector)).customer.id
    await stage.desk.note_unreachable(customer)
    await stage.say(collector, "/menu")
    summary = collector.received[-2].text
    assert "You are back!" in summary
    assert f"✅ {NEWEST[0]} — ready" in summary
    assert "1–10 of 120" in summary
