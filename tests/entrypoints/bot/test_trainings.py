"""Ordering, watching and stopping a training in the chat, and giving a draft up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory import Trouble
from avatar_core.ids import TrainerCode
from avatar_core.runs import FailureReason
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage
from tests.entrypoints.bot.ways import another_asked_for, is_invoice, ordered, paid, preparing


async def asked_whether_to_discard(stage: Stage, person: Customer) -> str:
    """Have a draft, be asked whether to delete it, and return what the yes carries."""
    await preparing(stage, person, 10)
    await stage.press(person, Tap.DISCARD)
    assert "Delete the draft “Fan”? It has 10 photos." in person.received[-1].text
    return person.received[-1].buttons[0].data or ""


async def begin_another(stage: Stage, person: Customer) -> None:
    await stage.press(person, Tap.NEW_AVATAR)
    await stage.say(person, "Second")
    await stage.press(person, calling(Tap.GENDER, "male"))


async def test_a_yes_pressed_again_deletes_nothing_more(stage: Stage, fan: Customer) -> None:
    yes = await asked_whether_to_discard(stage, fan)
    await stage.press(fan, yes)
    assert "are deleted" in fan.received[-1].text
    await begin_another(stage, fan)
    await stage.press(fan, yes)
    assert "are deleted" in fan.received[-1].text
    assert stage.written("training.discarded") == 1
    assert len((await stage.dossier(fan)).draft.photos) == 0


async def test_an_old_yes_deletes_no_other_draft(stage: Stage, fan: Customer) -> None:
    yes = await asked_whether_to_discard(stage, fan)
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await stage.press(fan, fan.received[-1].buttons[0].data or "")
    await stage.work()
    await stage.train()
    await begin_another(stage, fan)
    for old in (yes, Tap.DISCARD_SURELY):  # the second one is from before the draft was in the button
        await stage.press(fan, old)
        assert "out of date" in fan.received[-1].text
    assert stage.written("training.discarded") == 0
    assert len((await stage.dossier(fan)).draft.photos) == 0


async def test_nine_photos_lead_nowhere_yet(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 9)
    assert "At least 1 more photo is needed" in fan.received[-1].text
    assert "✅ Next: choose the training" not in fan.received[-1].labels
    for data in (Tap.STEPS, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000)):
        await stage.press(fan, data)
        assert "9 photos are accepted, at least 10 are needed" in fan.received[-1].text


async def test_an_old_price_is_shown_anew_before_anything_is_ordered(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 10)
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1500))
    confirm = fan.received[-1].buttons[0].data
    assert confirm
    stage.clock.advance(timedelta(minutes=16))
    await stage.press(fan, confirm)
    assert "here is the price anew" in fan.received[-1].text
    assert "Price: 330 ⭐" in fan.received[-1].text
    assert stage.written("training.requested") == 0
    await fan.tap("Train for 330 ⭐")
    await fan.wait_for("330 ⭐ are set aside")


async def test_a_choice_that_another_one_has_replaced_is_not_called_too_old(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 10)
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    replaced = fan.received[-1].buttons[0].data
    assert replaced
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1500))
    await stage.press(fan, replaced)
    assert "15 minutes" not in fan.received[-1].text
    assert "this is your latest choice" in fan.received[-1].text
    assert "Price: 330 ⭐" in fan.received[-1].text
    assert stage.written("training.requested") == 0


async def test_confirming_twice_orders_once(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 10)
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "fast-flux", 1000))
    confirm = fan.received[-1].buttons[0].data
    assert confirm
    await stage.press(fan, confirm)
    await stage.press(fan, confirm)
    assert stage.written("training.requested") == 1
    assert str((await stage.dossier(fan)).wallet.held) == "250"


async def test_a_plan_that_ended_before_the_confirmation_is_bought_and_the_training_goes_on(
    stage: Stage, fan: Customer
) -> None:
    """The way back through the invoice was a byte too long for a button, and was left out."""
    await preparing(stage, fan, 10)
    stage.clock.advance(timedelta(days=33, minutes=-1))
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    confirm = fan.received[-1].buttons[0].data
    assert confirm
    stage.clock.advance(timedelta(minutes=2))
    await stage.press(fan, confirm)
    assert "part of the plan 📸 NeuroPhoto" in fan.received[-1].text
    await fan.tap("📸 NeuroPhoto — 476 ⭐")
    await fan.wait_for(is_invoice)
    await fan.pay()
    await paid(stage)
    await fan.tap("Go on: train the digital body")
    assert "🚀 Train for 220 ⭐" in (await fan.wait_for("Price: 220 ⭐")).labels


async def test_trainers_are_told_apart_by_their_titles_before_and_in_the_quote(stage: Stage, fan: Customer) -> None:
    """Two trainers by steps had buttons like "1000 steps · 220 ⭐", and every flat price was called fast."""
    trainers = dict(stage.catalogue.trainers)
    thorough, quick = trainers["flux-dev-lora"], trainers["fast-flux"]
    await preparing(stage, fan, 10)
    await stage.press(fan, Tap.STEPS)
    assert fan.received[-1].labels[0] == "1000 steps · 220 ⭐"
    assert "⚡ Flux, fast, 2 min · 250 ⭐" in fan.received[-1].labels
    gentle = replace(thorough, code=TrainerCode("gentle"), titles={"ru": "Бережно", "en": "Gentle"}, steps=(1000,))
    flat = replace(quick, code=TrainerCode("flat"), titles={"ru": "Долго", "en": "Long"}, steps=(500, 1000))
    stage.catalogue.trainers.update({"gentle": gentle, "flat": flat})  # type: ignore[attr-defined]
    await stage.press(fan, Tap.STEPS)
    labels = fan.received[-1].labels
    assert len(set(labels)) == len(labels)
    assert {"Flux LoRA, thorough: 1000 steps · 220 ⭐", "Gentle: 1000 steps · 220 ⭐"} <= set(labels)
    assert {"Long: 500 steps · 250 ⭐", "Long: 1000 steps · 250 ⭐"} <= set(labels)
    await fan.tap("Gentle: 1000 steps")
    await fan.wait_for("Gentle: 1000 steps, about 25 min")


@pytest.mark.parametrize("steps", ["0", "1", "1001", "1000000"])
async def test_steps_that_are_not_offered_are_refused(stage: Stage, fan: Customer, steps: str) -> None:
    """Steps "0", "-5", "1", "1000000" were accepted (bug museum 33)."""
    await preparing(stage, fan, 10)
    await stage.press(fan, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", steps))
    assert "are not offered" in fan.received[-1].text


async def test_progress_is_edited_in_place(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    queued = fan.received[-1]
    assert "in the queue" in queued.text
    for percent in (20, 60):
        await stage.train(percent)
        assert f"training, {percent} %" in fan.received[-1].text
        assert fan.received[-1].message_id == queued.message_id
    await stage.train()
    assert [label.rpartition(" · ")[2] for label in fan.received[-1].labels[:4]] == ["7.5 ⭐"] * 4


async def test_a_failed_training_says_what_comes_back(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.train(is_failing=True)
    assert "220 ⭐ are back, balance 1000 ⭐" in fan.received[-1].text
    assert FailureReason.PROVIDER_FAILED not in fan.received[-1].text
    await fan.tap("Train again")
    await fan.wait_for("what to call it")


async def test_a_training_is_stopped_after_being_asked_once_more(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await fan.tap("Stop the training")
    await fan.tap("Yes, stop it")
    await fan.wait_for("Stopped")
    await stage.settled()
    await stage.work()
    assert fan.count("220 ⭐ are back, balance 1000 ⭐") == 1
    await stage.press(fan, Tap.AVATARS)


@pytest.mark.parametrize("trouble", [Trouble.UNAVAILABLE, Trouble.UNAUTHORIZED])
async def test_a_trainer_that_does_not_answer_stops_nothing(stage: Stage, fan: Customer, trouble: Trouble) -> None:
    """The customer read that nothing was taken, while the stars stayed set aside."""
    await ordered(stage, fan)
    stage.trainer.suffer(trouble, calls=1)
    await fan.tap("Stop the training")
    await fan.tap("Yes, stop it")
    told = await fan.wait_for("it goes on, and its stars stay set aside")
    assert "nothing was taken" not in told.text
    assert stage.written("training.canceled") == 0
    assert str((await stage.dossier(fan)).wallet.held) == "220"
    await fan.tap("Yes, stop it", told)
    await stage.settled()
    await stage.work()
    assert fan.count("220 ⭐ are back, balance 1000 ⭐") == 1


async def test_one_training_at_a_time(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.press(fan, Tap.AVATARS)
    assert "Fan — training, 0 %" in fan.received[-1].text
    assert "➕ New digital body" not in fan.received[-1].labels
    await another_asked_for(stage, fan, "Second")
    await fan.wait_for("A training is running already")


async def test_stopping_a_training_that_has_ended_says_so_at_once(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    training = (await stage.dossier(fan)).unfinished
    assert training
    await stage.train()
    await stage.press(fan, calling(Tap.STOP, training.id))
    assert "already finished" in fan.received[-1].text
    assert not any("Stop the training" in message.labels for message in fan.received)
