"""What breaks is told in the language that the customer chose, without asking the store for it."""

import dataclasses

import pytest
from aiogram.types import User

from avatar_core.customers import Language
from avatar_core.ids import CustomerId, PortraitOrderId
from entrypoints.bot import tongues
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.desk import ReadOrder
from entrypoints.bot.tongues import Tongues
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import FIRST, SECOND, Stage, stage_of, until


class BrokenReading(ReadOrder):
    """A use case with a defect."""

    async def __call__(self, customer: CustomerId, order: PortraitOrderId) -> None:  # type: ignore[override]
        raise ZeroDivisionError(f"a defect for {customer} and {order}")


def user(number: int, code: str = "en") -> User:
    return User(id=number, is_bot=False, first_name="Fan", language_code=code)


async def test_a_defect_is_told_in_the_chosen_language() -> None:
    async with stage_of() as stage:
        stage.desk = dataclasses.replace(stage.desk, read_order=BrokenReading(stage.begin))
        fan = stage.telegram.person(language_code="en")
        async with stage.running():
            await stage.say(fan, "/start")
            await stage.press(fan, calling(Tap.SPEAK, "ru"))
            await stage.press(fan, calling(Tap.FORMATS, "order"))
            assert "Что-то сломалось" in fan.received[-1].text


async def test_a_pause_of_the_store_is_told_in_the_chosen_language(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.SPEAK, "ru"))
    await stage.say(fan, "/menu")
    with stage.begin.down():
        await fan.write("/balance")
        await until(lambda: fan.count("техническая пауза") == 1)
    await stage.settled()


def test_whoever_was_not_met_is_spoken_to_as_by_telegram() -> None:
    known = Tongues()
    known.note(FIRST, user(1), Language.RU)
    assert [known.of(FIRST, user(1)), known.of(SECOND, user(1)), known.of(FIRST, user(2))] == ["ru", "en", "en"]
    known.note(FIRST, user(1), Language.EN)
    assert known.of(FIRST, user(1)) is Language.EN


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tongues, "MOST", 2)
    known = Tongues()
    for number in (1, 2, 1, 3):
        known.note(FIRST, user(number), Language.RU)
    assert [known.of(FIRST, user(number)) for number in (1, 2, 3)] == ["ru", "en", "ru"]
