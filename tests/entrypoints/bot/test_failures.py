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
from entrypoints.bot import intake, voice
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from entrypoints.sandbox.telegram.purchases import charge
from tests.entrypoints.bot.stage import OWNER, PHOTOS, Stage, stage_of, until
from tests.entrypoints.bot.ways import go_to, ordered, preparing, refund

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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for long."""
    monkeypatch.setattr(intake, "PAUSES_S", (0.01, 0.01, 0.01))
    monkeypatch.setattr(voice, "AFTER_DOWNLOAD_S", 0.01)
    monkeypatch.setattr("adapters.telegram.refusals.PAUSE_S", 0.01)


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


async def test_a_photo_that_was_kept_before_its_update_failed_is_not_refused_as_its_own_copy(
    stage: Stage, fan: Customer, impatient: None
) -> None:
    await preparing(stage, fan)
    stage.telegram.faults.server_error(method="sendMessage", times=voice.ATTEMPTS)
    await fan.send_photo(PHOTOS[0])
    await until(lambda: fan.count("1 of 50 accepted") == 1)
    await stage.settled()
    assert fan.count("cannot be used") == 0
    assert len(stage.telegram.calls("getFile")) == 2


async def test_a_photo_that_telegram_does_not_hand_over_yet_is_fetched_again(
    stage: Stage, fan: Customer, impatient: None
) -> None:
    """Telegram says "wrong file_id or the file is temporarily unavailable", and the photo was lost."""
    await preparing(stage, fan, 9)
    stage.telegram.faults.server_error(400, "getFile", times=len(intake.PAUSES_S))
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert "10 of 50 accepted" in fan.received[-1].text
    assert (fan.count("Something broke"), fan.count("could not be kept")) == (0, 0)


async def test_a_photo_that_telegram_never_hands_over_is_told_under_it_and_fetched_no_more(
    stage: Stage, fan: Customer, impatient: None
) -> None:
    await preparing(stage, fan, 9)
    stage.telegram.faults.server_error(400, "getFile", times=100)
    photo = await fan.send_photo(PHOTOS[0])
    await stage.settled()
    told = next(call for call in stage.telegram.calls("sendMessage") if "could not be kept" in str(call.params))
    assert str(photo.message_id) in str(told.params["reply_parameters"])
    assert "9 of 50 accepted" in fan.received[-1].text
    assert len(stage.telegram.calls("getFile")) == 1 + len(intake.PAUSES_S)
    assert fan.count("Something broke") == 0


async def test_a_busy_telegram_is_waited_for(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.too_many(1, method="sendMessage")
    assert "Balance: 0 ⭐" in await stage.say(fan, "/balance")


async def test_a_telegram_that_is_busy_for_long_gets_the_answer_later(
    stage: Stage, fan: Customer, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "LONGEST_PAUSE_S", 0.5)
    await stage.say(fan, "/start")
    stage.telegram.faults.too_many(1, method="sendMessage")
    assert "Balance: 0 ⭐" in await stage.say(fan, "/balance")
    statuses = [call.status for call in stage.telegram.calls("sendMessage")]
    assert statuses == [200, 429, 200]


async def test_a_network_that_drops_the_answer_is_survived(stage: Stage, fan: Customer, impatient: None) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.drop("sendMessage", is_after_acceptance=True)
    stage.telegram.faults.server_error(502, "sendMessage")
    assert "Balance: 0 ⭐" in await stage.say(fan, "/balance")


async def test_who_blocked_the_bot_is_not_written_to_until_they_return(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.write("/balance")
    await fan.block()
    stage.telegram.faults.blocked("sendMessage", times=2)
    await stage.settled()
    await until(lambda: True)
    await fan.unblock()
    stage.telegram.faults.clear()
    assert "Main menu" in await stage.say(fan, "/menu")
    assert (await stage.dossier(fan)).customer.reachable


async def test_a_403_in_the_middle_of_an_answer_is_noted(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.blocked("sendMessage", times=1)
    await fan.write("/balance")
    await stage.settled()
    assert not (await stage.dossier(fan)).customer.reachable
    await stage.say(fan, "/menu")
    assert (await stage.dossier(fan)).customer.reachable


async def test_who_returns_is_told_once_how_things_stand(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await fan.block()
    await stage.train(is_failing=True)
    assert not (await stage.dossier(fan)).customer.reachable
    await fan.unblock()
    told = len(fan.received)
    await stage.say(fan, "/menu")
    summary, menu = fan.received[told:]
    assert "You are back!" in summary.text
    assert "given back for a training · +220 → 1000 ⭐" in summary.text
    assert "Main menu" in menu.text
    await stage.say(fan, "/menu")
    assert fan.count("You are back!") == 1


async def test_who_returns_by_a_button_hears_that_the_model_is_ready(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await fan.block()
    await stage.train()
    await fan.unblock()
    await stage.press(fan, Tap.BALANCE)
    assert fan.count("✅ Fan — ready") == 1


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


async def test_a_photo_that_telegram_does_not_hand_over_is_tried_again_without_a_token_in_the_logs(
    stage: Stage, fan: Customer, logs: Logs, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Password and signatures in logs; bot token in a URL (bug museum 52)."""
    monkeypatch.setattr(voice, "AFTER_DOWNLOAD_S", 0.2)
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.PHOTOS)
    stolen = dict(stage.telegram.world.paths)
    await fan.send_photo(b"photo", is_raw=True)
    hidden = {key: kept for key, kept in stage.telegram.world.paths.items() if key not in stolen}
    for key in hidden:
        del stage.telegram.world.paths[key]
    await until(lambda: any("could not be downloaded" in str(line) for line in logs))
    stage.telegram.world.paths.update(hidden)
    await stage.settled()
    assert "1 of 50 accepted" in fan.received[-1].text
    assert not any("FIRST" in str(line) for line in logs)


async def test_a_refund_that_no_owner_could_hear_of_is_told_later(stage: Stage, fan: Customer, impatient: None) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await owner.write("/start")
    await stage.say(fan, "/start")
    stage.telegram.faults.server_error(method="sendMessage", times=voice.ATTEMPTS)
    fan.world.tell(fan.bot, "message", refund(fan), fan.person_id)
    await until(lambda: owner.count("charge-7") == 1)
    await stage.settled()
    assert owner.count("charge-7") == 1


async def test_an_owner_who_blocked_the_bot_holds_no_refund_up(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.blocked(method="sendMessage")
    fan.world.tell(fan.bot, "message", refund(fan), fan.person_id)
    await stage.settled()
    assert stage.unhandled() == []
