"""Buying in the chat: invoices, refusals before the charge, what was interrupted and goes on."""

from datetime import timedelta

import pytest

from avatar_core.ids import PaymentId
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from entrypoints.sandbox.telegram.purchases import charge
from tests.entrypoints.bot.stage import OWNER, Stage, until
from tests.entrypoints.bot.ways import go_to, is_invoice, paid, refund, rich


async def test_a_pack_is_bought_with_telegram_stars(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.tap("Top up")
    await fan.tap("+500 ⭐")
    invoice = await fan.wait_for(is_invoice)
    assert invoice.invoice
    assert (invoice.invoice.amount, invoice.invoice.currency) == (500, "XTR")
    assert (await fan.pay()).is_paid
    await paid(stage)
    assert "500 ⭐ credited.\nBalance 500 ⭐" in fan.received[-1].text
    assert fan.count("Paid") == 1


async def test_one_charge_delivered_often_is_credited_once(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    outcome = await fan.pay()
    assert outcome.update_id
    for _ in range(3):
        stage.telegram.redeliver(outcome.update_id)
        stage.telegram.repeat_as_new(outcome.update_id)
    await paid(stage)
    assert str((await stage.dossier(fan)).wallet.available) == "500"
    assert fan.count("Paid") == 1


@pytest.mark.parametrize("place", [Place.NAME, Place.GENDER, Place.PHOTOS, Place.SUPPORT])
async def test_a_payment_in_the_middle_of_a_conversation_is_a_payment(
    stage: Stage, fan: Customer, place: Place
) -> None:
    """An active conversation swallowed `successful_payment` (bug museum 46)."""
    await stage.say(fan, "/start")
    await stage.give(fan)
    await stage.press(fan, calling(Tap.BUY, "xtr-100") + ":s")
    await go_to(stage, fan, place)
    kept = dict(stage.conversations.kept)
    assert (await fan.pay()).is_paid
    await paid(stage)
    assert str((await stage.dossier(fan)).wallet.available) == "100"
    assert stage.conversations.kept == kept


async def test_a_forwarded_invoice_is_refused_to_another_person(stage: Stage, fan: Customer) -> None:
    """One invoice forwarded to another person and paid by them: refused at pre-checkout (bug museum 15)."""
    second_fan = rich(stage, "Second fan", "ru")
    await stage.say(second_fan, "/start")
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    invoice = next(message for message in fan.received if is_invoice(message))
    assert fan.forward(invoice).deep_link == "buy"
    outcome = await fan.pay(invoice, payer=second_fan)
    assert not outcome.is_paid
    assert outcome.failure == "Этот счёт выставлен другому человеку. Откройте бота и сделайте свой."
    assert "Subscription" in await stage.say(fan, "/start buy")


async def test_an_old_invoice_is_refused_in_words(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    stage.clock.advance(timedelta(minutes=31))
    outcome = await fan.pay()
    assert outcome.failure
    assert outcome.failure.startswith("This invoice is too old")


async def test_one_invoice_is_paid_once_at_a_time(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    invoice = next(message for message in fan.received if is_invoice(message)).invoice
    assert invoice
    me = (await stage.dossier(fan)).customer.id
    payment = stage.database.payments[PaymentId(invoice.payload)]
    await stage.desk.approve_payment(payment.id, me, payment.price, "another query")
    outcome = await fan.pay()
    assert outcome.failure == "This invoice is being paid right now. Please wait two minutes."


async def test_a_question_about_a_payment_is_answered_when_nothing_can_be_checked(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    with stage.begin.down():
        outcome = await fan.pay()
    assert not outcome.is_paid
    assert outcome.failure
    assert outcome.failure.startswith("I cannot keep anything right now")
    await stage.settled()
    assert [payment.lease for payment in map(stage.database.payments.__getitem__, stage.database.payments.taken())] == [
        None
    ]
    assert fan.count("technical pause") == 0
    assert (await fan.pay()).is_paid


async def test_a_payment_that_could_not_be_kept_at_once_is_kept_later(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    invoice = next(message for message in fan.received if is_invoice(message)).invoice
    assert invoice
    with stage.begin.down():
        charge(fan.world, invoice, fan.person)
        await until(lambda: any("successful_payment" in row.raw for _, row in stage.arrivals()))
        assert stage.written("payment.completed") == 0
    await paid(stage)
    assert fan.count("Paid") == 1


async def test_not_enough_stars_is_bought_and_the_interrupted_action_goes_on(stage: Stage, fan: Customer) -> None:
    """Nine wordings for "not enough stars", none with a way to buy (bug museum 56)."""
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.PHOTOS)
    for number in range(10):
        await stage.desk.add_photo((await stage.dossier(fan)).customer.id, f"photo {number}".encode())
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    assert "220 ⭐ are missing: 220 are needed, your balance is 0" in fan.received[-1].text
    assert "+500 ⭐" in fan.received[-1].labels
    await fan.tap("+500 ⭐")
    await fan.wait_for(is_invoice)
    await fan.pay()
    await paid(stage)
    await fan.tap("Go on: train the digital body")
    quote = await fan.wait_for("Balance: 500 ⭐ → 280 ⭐")
    assert "🚀 Train for 220 ⭐" in quote.labels


async def test_another_pack_brings_back_to_the_interrupted_action_too(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.PHOTOS)
    for number in range(10):
        await stage.desk.add_photo((await stage.dossier(fan)).customer.id, f"photo {number}".encode())
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await fan.tap("All star packs")
    await fan.tap("+1000 ⭐")
    await fan.wait_for(is_invoice)
    await fan.pay()
    await paid(stage)
    await fan.tap("Go on: train the digital body")
    await fan.wait_for("Balance: 1000 ⭐ → 780 ⭐")


async def test_a_lower_plan_is_told_to_wait_wherever_plans_are_told(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan, "NEUROVIDEO")
    await stage.press(fan, calling(Tap.BUY, "NEUROPHOTO") + ":s")
    await fan.pay()
    await paid(stage)
    assert "It begins on 21 December 2026 and lasts until 20 January 2027" in fan.received[-1].text
    assert "is active" not in fan.received[-1].text
    waiting = "Then 📸 NeuroPhoto: from 21 December 2026 until 20 January 2027"
    assert waiting in await stage.say(fan, "/balance")
    await stage.press(fan, Tap.PLANS)
    assert waiting in fan.received[-1].text


async def test_a_refund_by_telegram_is_told_to_the_owners(stage: Stage, fan: Customer) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await owner.write("/start")
    await stage.say(fan, "/start")
    fan.world.tell(fan.bot, "message", refund(fan), fan.person_id)
    await stage.settled()
    assert "charge-7" in owner.received[-1].text


@pytest.mark.parametrize(("state", "told"), [("active", 1), ("canceled", 1), ("failed", 1), ("hibernating", 2)])
async def test_an_unknown_state_of_a_subscription_alarms_the_owners(
    stage: Stage, fan: Customer, state: str, told: int
) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=99)
    await owner.write("/start")
    await stage.settled()
    update: dict[str, object] = {"user": fan.person.wire(), "invoice_payload": "p", "state": state}
    fan.world.tell(fan.bot, "subscription", update, fan.person_id)
    await stage.settled()
    assert len(owner.received) == told


async def test_paid_media_nobody_sold_alarms_the_owners(stage: Stage, fan: Customer) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=99)
    await owner.write("/start")
    await stage.settled()
    update: dict[str, object] = {"from": fan.person.wire(), "paid_media_payload": "mystery"}
    fan.world.tell(fan.bot, "purchased_paid_media", update, fan.person_id)
    await stage.settled()
    assert "mystery" in owner.received[-1].text
