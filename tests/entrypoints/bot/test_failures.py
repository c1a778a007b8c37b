"""What breaks stays small: the customer hears it in words, the owners get a trace id, everything else goes on."""

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from avatar_core.customers import Language
from avatar_core.ids import CustomerId, EvidenceId
from avatar_core.payments import Evidence
from avatar_core.use_cases.settlement import SettlePayment
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.sandbox.telegram import Customer
from entrypoints.sandbox.telegram.purchases import charge
from tests.entrypoints.bot.stage import OWNER, Stage, stage_of, until

Logs = Sequence[Mapping[str, Any]]


class BrokenChoice:
    """A use case with a defect."""

    async def __call__(self, customer: CustomerId, language: Language) -> None:
        raise ZeroDivisionError(f"a defect for {customer} and {language}")


class BrokenSettlement:
    """A settlement with a defect."""

    async def __call__(self, evidence: str) -> None:
        raise ZeroDivisionError(evidence)


class HealingSettlement:
    """A settlement with a defect that goes away."""

    def __init__(self, whole: SettlePayment) -> None:
        self.whole, self.is_broken, self.tries = whole, True, 0

    async def __call__(self, evidence: EvidenceId) -> Evidence:
        self.tries += 1
        if self.is_broken:
            raise ZeroDivisionError(evidence)
        return await self.whole(evidence)


@pytest.fixture
async def broken() -> AsyncIterator[Stage]:
    """A bot that breaks when the language is chosen."""
    async with stage_of() as stage:
        stage.desk = dataclasses.replace(stage.desk, choose_language=BrokenChoice())  # type: ignore[arg-type]
        async with stage.running():
            yield stage


async def test_one_unhandled_error_stops_nothing(broken: Stage, logs: Logs) -> None:
    """One unhandled error stopped all bots (bug museum 47)."""
    owner = broken.telegram.person(first_name="Owner", person_id=OWNER)
    fan, second_fan = broken.telegram.person(), broken.telegram.person(first_name="Second fan")
    await broken.say(owner, "/start")
    await broken.say(fan, "/start")
    await broken.press(fan, calling(Tap.SPEAK, "ru"))
    failed = next(line for line in logs if line["event"] == "an update failed")
    assert failed["trace"] in fan.received[-1].text
    assert failed["trace"] in owner.received[-1].text
    assert isinstance(failed["exc_info"], ZeroDivisionError)
    assert "ZeroDivisionError" not in fan.received[-1].text
    assert "Main menu" in await broken.say(fan, "/menu")
    assert "Hello" in await broken.say(second_fan, "/start")


async def test_a_notice_to_the_owners_that_fails_changes_nothing(broken: Stage) -> None:
    """A notice to the owner failed and turned a successful payment into an error (bug museum 50)."""
    fan = broken.telegram.person()
    await broken.say(fan, "/start")
    await broken.press(fan, calling(Tap.SPEAK, "ru"))
    assert "Something broke" in fan.received[-1].text
    assert broken.unhandled() == []


async def test_a_defect_in_a_settlement_leaves_the_payment_in_the_inbox(impatient: None) -> None:
    """A handler's crash answered 200 and the update was lost (bug museum 59)."""
    async with stage_of() as stage:
        fan, working = stage.telegram.person(language_code="en"), stage.desk
        stage.desk = dataclasses.replace(working, settle_payment=BrokenSettlement())  # type: ignore[arg-type]
        async with stage.running():
            await stage.say(fan, "/start")
            await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
            fan.person.stars = 500
            assert (await fan.pay()).is_paid
            await until(lambda: fan.count("Something broke") == 1)
        assert len(stage.unhandled()) == 1
        stage.desk = working
        stage.clock.advance(timedelta(minutes=1))
        async with stage.running():
            await stage.settled()
        await stage.work()
        assert fan.count("500 ⭐ credited") == 1


async def test_a_payment_that_met_a_defect_is_judged_again_without_a_restart(impatient: None) -> None:
    async with stage_of() as stage:
        fan, working = stage.telegram.person(language_code="en"), stage.desk
        settling = HealingSettlement(working.settle_payment)
        stage.desk = dataclasses.replace(working, settle_payment=settling)  # type: ignore[arg-type]
        async with stage.running() as taking_in:
            owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
            await stage.say(owner, "/start")
            await stage.say(fan, "/start")
            await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
            fan.person.stars = 500
            assert (await fan.pay()).is_paid
            await until(lambda: fan.count("Something broke") == 1)
            await taking_in.drain()
            for _ in range(3):
                stage.clock.advance(timedelta(minutes=1))
                await taking_in.recover()
                await taking_in.drain()
            assert (settling.tries, len(stage.unhandled())) == (4, 1)
            settling.is_broken = False
            await taking_in.recover()
            await taking_in.drain()
        await stage.work()
        assert fan.count("500 ⭐ credited") == 1
        assert (fan.count("Something broke"), owner.count("ZeroDivisionError")) == (1, 1)


async def test_while_the_store_is_down_nothing_is_lost(stage: Stage, fan: Customer, impatient: None) -> None:
    await stage.say(fan, "/start")
    with stage.begin.down():
        await fan.write("/balance")
        await fan.write("/help")
        await until(lambda: fan.count("technical pause") == 2)
        assert len(stage.unhandled()) == 2
    # what was given up meanwhile is brought again by the next round
    stage.clock.advance(timedelta(minutes=1))
    stopped = stage.intake()
    await stopped.recover()
    await stopped.drain()
    await stage.settled()
    assert fan.count("Balance: 0 ⭐") >= 1
    assert fan.count("How it works") >= 1


async def test_a_payment_notice_nobody_can_read_is_reported_and_kept(stage: Stage, fan: Customer) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await stage.say(owner, "/start")
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    invoice = next(message for message in fan.received if message.invoice).invoice
    assert invoice
    charge(fan.world, dataclasses.replace(invoice, currency="BTC"), fan.person)
    await until(lambda: "Error" in owner.received[-1].text)
    assert len(stage.unhandled()) == 1
    assert stage.written("payment.completed") == 0
