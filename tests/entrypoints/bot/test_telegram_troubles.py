"""Telegram is busy, drops an answer, keeps a photo back or reaches nobody: the bot waits, tries again, and goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from entrypoints.bot import intake, voice
from entrypoints.bot.callbacks import Tap
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import OWNER, PHOTOS, Stage, until
from tests.entrypoints.bot.ways import go_to, ordered, preparing, refund

Logs = Sequence[Mapping[str, Any]]


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
