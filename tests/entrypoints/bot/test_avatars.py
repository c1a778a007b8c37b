"""Preparing and training an avatar in the chat."""

from datetime import timedelta

import pytest

from adapters.images import PillowInspector
from adapters.memory import Trouble
from avatar_core.photos import LARGEST_BYTES
from avatar_core.runs import FailureReason
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import PHOTOS, Stage, stage_of
from tests.entrypoints.bot.test_buttons import go_to
from tests.entrypoints.sandbox.telegram_demo_bot import picture


async def preparing(stage: Stage, person: Customer, photos: int = 0, stars: int = 1000) -> None:
    """Be in the middle of preparing an avatar."""
    await stage.say(person, "/start")
    await stage.give(person, stars=stars)
    await go_to(stage, person, Place.PHOTOS)
    customer = (await stage.dossier(person)).customer.id
    for number in range(photos):
        await stage.desk.add_photo(customer, f"photo {number}".encode())
    if photos:
        await stage.press(person, Tap.PHOTOS)


async def ordered(stage: Stage, person: Customer) -> None:
    """Have ordered a training that the trainer works on."""
    await preparing(stage, person, 10)
    await stage.press(person, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await person.tap("Train for 220 ⭐")
    await stage.settled()
    await stage.work()


@pytest.mark.parametrize("name", ["x" * 33, "   "])
async def test_a_name_that_cannot_be_is_asked_for_again(stage: Stage, anna: Customer, name: str) -> None:
    await stage.say(anna, "/start")
    await stage.give(anna)
    await go_to(stage, anna, Place.NAME)
    if name.strip():
        assert "1 to 32 characters" in await stage.say(anna, name)
    assert "a man, a woman" in await stage.say(anna, "  Anna   Maria ")
    assert "Anna Maria" in anna.received[-1].text


async def test_a_text_instead_of_a_tap_points_to_the_buttons(stage: Stage, anna: Customer) -> None:
    await stage.say(anna, "/start")
    await stage.give(anna)
    await go_to(stage, anna, Place.GENDER)
    assert "a man, a woman" in await stage.say(anna, "a woman")
    assert anna.received[-1].labels[:3] == ["Man", "Woman", "Other"]


async def test_an_album_is_counted_in_one_message(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna)
    counter = anna.received[-1].message_id
    await anna.send_album(PHOTOS[:10])
    await stage.settled()
    assert len([message for message in anna.received if message.message_id > counter]) == 0
    shown = next(message for message in anna.received if message.message_id == counter)
    assert "10 of 50 accepted" in shown.text
    assert shown.edited_count <= 4
    assert "✅ Next: choose the training" in shown.labels


async def test_refused_photos_are_told_one_by_one_under_the_very_photo() -> None:
    async with stage_of(inspector=PillowInspector()) as stage, stage.running():
        anna = stage.telegram.person(language_code="en")
        await preparing(stage, anna)
        counter = anna.received[-1].message_id
        await anna.send_document(PHOTOS[0], "one.jpg", "image/jpeg")
        await anna.send_document(PHOTOS[0], "again.jpg", "image/jpeg")
        await anna.send_document(b"no picture", "notes.txt", "text/plain")
        await anna.send_document(picture(200, 200), "small.jpg", "image/jpeg")
        await anna.send_document(picture(600, 600), "wall.jpg", "image/jpeg")
        await anna.send_document(b"\xff\xd8" + bytes(LARGEST_BYTES), "huge.jpg", "image/jpeg")
        await stage.settled()
        whys = [message.text.partition(": ")[2] for message in anna.received if message.message_id > counter]
        assert whys == [
            "the same photo is there already",
            "the file is no photo I can read (JPEG, PNG, WebP and HEIC are fine)",
            "it has less than 512 px on a side",
            "it is blurred",
            "it is larger than 10 MB",
        ]
        replies = [call.params.get("reply_parameters") for call in stage.telegram.calls("sendMessage")][-5:]
        assert all(replies)
        assert "1 of 50 accepted" in next(each for each in anna.received if each.message_id == counter).text
        assert len(stage.store.kept) == 1


async def test_a_full_disk_is_told_and_nothing_is_kept(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna)
    stage.store.full = True
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert "could not be kept" in anna.received[-1].text
    assert not stage.store.kept
    stage.store.full = False
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert len(stage.store.kept) == 1


async def test_the_fifty_first_photo_is_not_needed(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 50)
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert anna.count("50 photos are accepted already") == 1


async def test_nine_photos_lead_nowhere_yet(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 9)
    assert "At least 1 more photo is needed" in anna.received[-1].text
    assert "✅ Next: choose the training" not in anna.received[-1].labels
    for data in (Tap.STEPS, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000)):
        await stage.press(anna, data)
        assert "9 photos are accepted, at least 10 are needed" in anna.received[-1].text


async def test_words_among_the_photos_bring_the_counter_down(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 3)
    before = anna.received[-1].message_id
    assert "3 of 50 accepted" in await stage.say(anna, "is this enough?")
    assert before not in {message.message_id for message in anna.received}
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert "4 of 50 accepted" in anna.received[-1].text
    assert anna.count("of 50 accepted") == 2


async def test_accepted_photos_are_looked_through_and_removed(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna)
    await anna.send_album(PHOTOS[:10])
    await anna.send_album(PHOTOS[10:12])
    await stage.settled()
    await stage.press(anna, calling(Tap.PREVIEW, 0))
    page = anna.received[-1]
    assert "Accepted photos 1–10 of 12" in page.text
    assert len([message for message in anna.received if message.photo]) == 10
    remove = next(button.data for button in page.buttons if button.text == "✖️ 3")
    assert remove
    await stage.press(anna, remove)
    assert "Photo 3 is removed. 11 photos are left." in anna.received[-1].text
    await stage.press(anna, remove)
    assert "gone already" in anna.received[-1].text
    await stage.press(anna, calling(Tap.PREVIEW, 10))
    assert "Accepted photos 11–11 of 11" in anna.received[-1].text
    assert len(stage.store.kept) == 11


async def test_a_photo_telegram_cannot_draw_is_shown_as_a_file(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna)
    await anna.send_document(b"whatever this is", "photo.heic", "image/heic")
    await stage.settled()
    await stage.press(anna, calling(Tap.PREVIEW, 0))
    assert "Accepted photos 1–1 of 1" in anna.received[-1].text
    assert [message.document_name for message in anna.received if message.document] == ["1.jpg"]


async def test_a_draft_survives_a_restart() -> None:
    """Photos lived in memory: a restart lost them (bug museum 35)."""
    async with stage_of() as stage:
        anna = stage.telegram.person(language_code="en")
        async with stage.running():
            await preparing(stage, anna, 3)
        await anna.send_photo(PHOTOS[0])
        async with stage.running():
            await stage.settled()
            assert "4 of 50 accepted" in anna.received[-1].text


async def test_a_photo_for_a_draft_is_taken_from_the_menu_too(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 3)
    await stage.say(anna, "/menu")
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert "4 of 50 accepted" in anna.received[-1].text


async def test_a_photo_without_a_draft_shows_the_way(stage: Stage, anna: Customer) -> None:
    await stage.say(anna, "/start")
    await anna.send_photo(PHOTOS[0])
    await stage.settled()
    assert "open /menu" in anna.received[-1].text


async def test_a_draft_is_kept_by_cancel_and_deleted_on_demand(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 2)
    assert "The draft “Anna” (2 photos) is kept" in await stage.say(anna, "/cancel")
    await anna.tap("Delete the draft")
    await anna.tap("Yes, delete it")
    await anna.wait_for("are deleted")
    await stage.settled()
    await stage.work()
    assert not stage.store.kept
    await stage.press(anna, Tap.PHOTOS)
    assert "There is no draft" in anna.received[-1].text


async def test_an_old_price_is_shown_anew_before_anything_is_ordered(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 10)
    await stage.press(anna, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1500))
    confirm = anna.received[-1].buttons[0].data
    assert confirm
    stage.clock.advance(timedelta(minutes=16))
    await stage.press(anna, confirm)
    assert "here is the price anew" in anna.received[-1].text
    assert "Price: 330 ⭐" in anna.received[-1].text
    assert stage.written("training.requested") == 0
    await anna.tap("Train for 330 ⭐")
    await anna.wait_for("330 ⭐ are set aside")


async def test_confirming_twice_orders_once(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna, 10)
    await stage.press(anna, calling(Tap.QUOTE_TRAINING, "fast-flux", 1000))
    confirm = anna.received[-1].buttons[0].data
    assert confirm
    await stage.press(anna, confirm)
    await stage.press(anna, confirm)
    assert stage.written("training.requested") == 1
    assert str((await stage.dossier(anna)).wallet.held) == "250"


@pytest.mark.parametrize("steps", ["0", "1", "1001", "1000000"])
async def test_steps_that_are_not_offered_are_refused(stage: Stage, anna: Customer, steps: str) -> None:
    """Steps "0", "-5", "1", "1000000" were accepted (bug museum 33)."""
    await preparing(stage, anna, 10)
    await stage.press(anna, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", steps))
    assert "are not offered" in anna.received[-1].text


async def test_progress_is_edited_in_place(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    queued = anna.received[-1]
    assert "in the queue" in queued.text
    for percent in (20, 60):
        await stage.train(percent)
        assert f"is training: {percent} %" in anna.received[-1].text
        assert anna.received[-1].message_id == queued.message_id
    await stage.train()
    assert [label.rpartition(" · ")[2] for label in anna.received[-1].labels[:4]] == ["7.5 ⭐"] * 4


async def test_a_failed_training_says_what_comes_back(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    await stage.train(is_failing=True)
    assert "220 ⭐ are back, balance 1000 ⭐" in anna.received[-1].text
    assert FailureReason.PROVIDER_FAILED not in anna.received[-1].text
    await anna.tap("Train again")
    await anna.wait_for("what to call it")


async def test_a_training_is_stopped_after_being_asked_once_more(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    await anna.tap("Stop the training")
    await anna.tap("Yes, stop it")
    await anna.wait_for("Stopped")
    await stage.settled()
    await stage.work()
    assert anna.count("220 ⭐ are back, balance 1000 ⭐") == 1
    await stage.press(anna, Tap.AVATARS)


async def test_a_trainer_that_does_not_answer_stops_nothing(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    stage.trainer.suffer(Trouble.UNAVAILABLE)
    await anna.tap("Stop the training")
    await anna.tap("Yes, stop it")
    await anna.wait_for("does not answer right now")
    assert stage.written("training.canceled") == 0


async def test_one_training_at_a_time(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    await stage.press(anna, Tap.AVATARS)
    assert "Anna — training, 0 %" in anna.received[-1].text
    assert "➕ New digital body" not in anna.received[-1].labels
    await stage.press(anna, Tap.NEW_AVATAR)
    await stage.say(anna, "Second")
    await anna.tap("Woman")
    await stage.settled()
    customer = (await stage.dossier(anna)).customer.id
    for number in range(10):
        await stage.desk.add_photo(customer, f"other {number}".encode())
    await stage.press(anna, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await anna.tap("Train for 220 ⭐")
    await anna.wait_for("A training is running already")


async def test_the_avatars_page_shows_all_there_is(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    await stage.train()
    await stage.press(anna, Tap.AVATARS)
    assert "Anna — ready" in anna.received[-1].text
    await anna.tap("New digital body")
    await anna.wait_for("what to call it")
    await stage.say(anna, "Other")
    await anna.tap("Other")
    await stage.settled()
    await stage.press(anna, Tap.AVATARS)
    assert "Other — a draft, 0 photos" in anna.received[-1].text
    await anna.tap("Continue")
    await anna.wait_for("Other: 0 of 50")


async def test_stopping_a_training_that_has_ended_says_so_at_once(stage: Stage, anna: Customer) -> None:
    await ordered(stage, anna)
    training = (await stage.dossier(anna)).unfinished
    assert training
    await stage.train()
    await stage.press(anna, calling(Tap.STOP, training.id))
    assert "already finished" in anna.received[-1].text
    assert not any("Stop the training" in message.labels for message in anna.received)


async def test_a_file_that_is_no_picture_is_not_called_a_photo(stage: Stage, anna: Customer) -> None:
    await preparing(stage, anna)
    await anna.send_document(b"x" * (LARGEST_BYTES + 1), "book.pdf", "application/pdf")
    await stage.settled()
    assert any("This file cannot be used" in message.text for message in anna.received)
