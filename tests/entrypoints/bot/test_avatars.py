"""Preparing an avatar in the chat: its name, its photos, and what becomes of a draft."""

import asyncio

import pytest

from adapters.images import PillowInspector
from avatar_core.photos import LARGEST_BYTES
from entrypoints.bot import album
from entrypoints.bot.callbacks import Tap
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import FIRST, PHOTOS, Stage, stage_of
from tests.entrypoints.bot.ways import go_to, ordered, preparing
from tests.entrypoints.sandbox.telegram_demo_bot import picture


@pytest.mark.parametrize("name", ["x" * 33, "   "])
async def test_a_name_that_cannot_be_is_asked_for_again(stage: Stage, fan: Customer, name: str) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.NAME)
    if name.strip():
        assert "1 to 32 characters" in await stage.say(fan, name)
    assert "a man, a woman" in await stage.say(fan, "  Fan   One ")
    assert "Fan One" in fan.received[-1].text


async def test_a_text_instead_of_a_tap_points_to_the_buttons(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.GENDER)
    assert "a man, a woman" in await stage.say(fan, "a woman")
    assert fan.received[-1].labels[:3] == ["Man", "Woman", "Other"]


@pytest.mark.parametrize("word", ["Woman", "woman"])
async def test_the_word_on_a_button_is_taken_for_the_button(stage: Stage, fan: Customer, word: str) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, Place.GENDER)
    assert "0 of 50 accepted" in await stage.say(fan, word)


async def test_the_steps_on_the_screen_stay_when_something_else_comes(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 10)
    await stage.press(fan, Tap.STEPS)
    steps = fan.received[-1]
    assert "10 of 50 accepted" in await stage.say(fan, "3000")
    assert steps.message_id in {message.message_id for message in fan.received}


async def test_an_album_is_counted_in_one_message_that_ends_up_below_it(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan)
    before = fan.received[-1].message_id
    photos = await fan.send_album(PHOTOS[:10])
    await stage.settled()
    shown = fan.received[-1]
    assert shown.message_id > photos[-1].message_id
    assert "10 of 50 accepted" in shown.text
    assert "✅ Next: choose the training" in shown.labels
    assert before not in {message.message_id for message in fan.received}
    assert [message.text for message in fan.received if "of 50 accepted" in message.text] == [fan.received[-1].text]
    assert len(stage.telegram.calls("editMessageText")) <= 4


async def test_an_album_whose_photos_come_by_and_by_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album, "ALBUM_GATHERS_S", 0.5)
    async with stage_of() as stage:
        fan = stage.telegram.person(language_code="en")
        async with stage.running():
            await preparing(stage, fan)
        before, intake = len(stage.telegram.calls("sendMessage")), stage.intake()
        await fan.send_album(PHOTOS[:2])
        for update in stage.telegram.updates(bot=stage.telegram.bots[0])[-2:]:
            await intake.receive(FIRST, [update])
            await asyncio.sleep(0.1)
        await stage.settled()
        await intake.drain()
        assert len(stage.telegram.calls("sendMessage")) == before + 1
        assert "2 of 50 accepted" in fan.received[-1].text


@pytest.mark.parametrize(("place", "answer"), [(None, "A nice photo!"), (Place.NAME, "write in words")])
async def test_an_album_that_nobody_asked_for_gets_one_answer(
    stage: Stage, fan: Customer, place: Place | None, answer: str
) -> None:
    await stage.say(fan, "/start")
    if place:
        await stage.give(fan)
        await go_to(stage, fan, place)
    before = len(fan.received)
    await fan.send_album(PHOTOS[:10])
    await stage.settled()
    (told,) = fan.received[before:]
    assert answer in told.text


async def test_a_file_that_nobody_asked_for_is_called_no_photo(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.send_document(b"%PDF", "notes.pdf", "application/pdf")
    await stage.settled()
    assert "did not get that" in fan.received[-1].text
    await fan.send_document(PHOTOS[0], "me.jpg", "image/jpeg")
    await stage.settled()
    assert "A nice photo!" in fan.received[-1].text


async def test_refused_photos_are_told_one_by_one_under_the_very_photo() -> None:
    async with stage_of(inspector=PillowInspector()) as stage, stage.running():
        fan = stage.telegram.person(language_code="en")
        await preparing(stage, fan)
        await fan.send_document(PHOTOS[0], "one.jpg", "image/jpeg")
        await fan.send_document(PHOTOS[0], "again.jpg", "image/jpeg")
        await fan.send_document(b"no picture", "notes.txt", "text/plain")
        await fan.send_document(picture(200, 200), "small.jpg", "image/jpeg")
        await fan.send_document(picture(600, 600), "wall.jpg", "image/jpeg")
        await fan.send_document(b"\xff\xd8" + bytes(LARGEST_BYTES), "huge.jpg", "image/jpeg")
        await stage.settled()
        refusals = [message.text for message in fan.received if "cannot be used" in message.text]
        whys = [text.partition(": ")[2] for text in refusals]
        assert whys == [
            "the same photo is there already",
            "the file is no photo I can read (JPEG, PNG, WebP and HEIC are fine)",
            "it has less than 512 px on a side",
            "it is blurred",
            "it is larger than 10 MB",
        ]
        replies = [call.params.get("reply_parameters") for call in stage.telegram.calls("sendMessage")]
        assert len([each for each in replies if each]) == 5
        assert "1 of 50 accepted" in fan.received[-1].text
        assert len(stage.store.kept) == 1


async def test_a_full_disk_is_told_and_nothing_is_kept(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan)
    stage.store.full = True
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert "could not be kept" in fan.received[-2].text
    assert "0 of 50 accepted" in fan.received[-1].text
    assert not stage.store.kept
    stage.store.full = False
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert len(stage.store.kept) == 1


async def test_the_fifty_first_photo_is_not_needed(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 50)
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert fan.count("50 photos are accepted already") == 1


async def test_words_among_the_photos_bring_the_counter_down(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 3)
    before = fan.received[-1].message_id
    assert "3 of 50 accepted" in await stage.say(fan, "is this enough?")
    assert before not in {message.message_id for message in fan.received}
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert "4 of 50 accepted" in fan.received[-1].text
    assert [message.text for message in fan.received if "of 50 accepted" in message.text] == [fan.received[-1].text]


async def test_a_draft_survives_a_restart() -> None:
    """Photos lived in memory: a restart lost them (bug museum 35)."""
    async with stage_of() as stage:
        fan = stage.telegram.person(language_code="en")
        async with stage.running():
            await preparing(stage, fan, 3)
        await fan.send_photo(PHOTOS[0])
        async with stage.running():
            await stage.settled()
            assert "4 of 50 accepted" in fan.received[-1].text


async def test_a_photo_for_a_draft_is_taken_from_the_menu_too(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 3)
    await stage.say(fan, "/menu")
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert "4 of 50 accepted" in fan.received[-1].text


async def test_a_photo_without_a_draft_shows_the_way(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    assert "open /menu" in fan.received[-1].text


async def test_a_draft_is_kept_by_cancel_and_deleted_on_demand(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 2)
    assert "The draft “Fan” (2 photos) is kept" in await stage.say(fan, "/cancel")
    await fan.tap("Delete the draft")
    await fan.tap("Yes, delete it")
    await fan.wait_for("are deleted")
    await stage.settled()
    await stage.work()
    assert not stage.store.kept
    await stage.press(fan, Tap.PHOTOS)
    assert "There is no draft" in fan.received[-1].text


async def test_the_avatars_page_shows_all_there_is(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.train()
    await stage.press(fan, Tap.AVATARS)
    assert "Fan — ready" in fan.received[-1].text
    await fan.tap("New digital body")
    await fan.wait_for("what to call it")
    await stage.say(fan, "Other")
    await fan.tap("Other")
    await stage.settled()
    await stage.press(fan, Tap.AVATARS)
    assert "Other — a draft, 0 photos" in fan.received[-1].text
    await fan.tap("Continue")
    await fan.wait_for("Other: 0 of 50")


async def test_a_file_that_is_no_picture_is_not_called_a_photo(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan)
    await fan.send_document(b"x" * (LARGEST_BYTES + 1), "book.pdf", "application/pdf")
    await stage.settled()
    assert any("This file cannot be used" in message.text for message in fan.received)
