"""Whatever kind of message a person sends is answered, and Telegram's own lines are not."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from entrypoints.bot.reception import SERVICE_LINES
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import PHOTOS, Stage, until
from tests.entrypoints.bot.ways import go_to, preparing

Logs = Sequence[Mapping[str, Any]]
FILE = {"file_id": "f", "file_unique_id": "u"}
FILM = {**FILE, "duration": 1}
PICTURE = {**FILE, "width": 512, "height": 512}
PLACE = {"longitude": 1.0, "latitude": 1.0}
KINDS: Mapping[str, Mapping[str, object]] = {
    "sticker": {**PICTURE, "type": "regular", "is_animated": False, "is_video": False},
    "voice": FILM,
    "audio": FILM,
    "video": {**PICTURE, "duration": 1},
    "video_note": {**FILM, "length": 1},
    "contact": {"phone_number": "1", "first_name": "Fan"},
    "location": PLACE,
    "venue": {"location": PLACE, "title": "Here", "address": "There"},
    "dice": {"emoji": "🎲", "value": 1},
    "poll": {"id": "p", "question": "Which one?", "options": []},
    "story": {"chat": {"id": 1, "type": "private"}, "id": 1},
    "web_app_data": {"data": "x", "button_text": "y"},
    "users_shared": {"request_id": 1, "users": []},
    "a kind of tomorrow": {"what": "nobody knows"},
    "paid_media": {"star_count": "in a form of tomorrow"},
}
LINES: Mapping[str, object] = {
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 60},
    "write_access_allowed": {},
    "connected_website": "example.org",
    "forum_topic_created": {"name": "Portraits", "icon_color": 1},
    "forum_topic_closed": {},
}


def tell(person: Customer, **fields: object) -> None:
    """Let a message arrive with these fields, whatever they are."""
    chat = person.person.wire_chat()
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person.person.wire(), **fields}
    person.world.tell(person.bot, "message", message, person.person_id)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_message_is_answered_with_what_can_be_done(stage: Stage, fan: Customer, kind: str) -> None:
    await stage.say(fan, "/start")
    await fan.send_raw(**{kind: KINDS[kind]})
    await stage.settled()
    assert "did not get that" in fan.received[-1].text
    assert "💰 Balance" in fan.received[-1].labels


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("place", "words"), [(Place.PHOTOS, "waiting for photos"), (Place.SUPPORT, "your question in words")]
)
async def test_in_a_conversation_every_kind_of_message_is_answered_with_what_is_expected(
    stage: Stage, fan: Customer, kind: str, place: Place, words: str
) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await go_to(stage, fan, place)
    await fan.send_raw(**{kind: KINDS[kind]})
    await stage.settled()
    assert words in fan.received[-1].text


async def test_a_live_photo_is_taken_as_the_photo_it_carries(stage: Stage, fan: Customer) -> None:
    """It was not answered at all, and its photo was lost."""
    await stage.say(fan, "/start")
    await fan.send_photo(PHOTOS[0])
    await stage.settled()
    sent = stage.telegram.updates("message")[-1]["message"]
    assert isinstance(sent, dict)
    await preparing(stage, fan)
    tell(fan, photo=sent["photo"], live_photo={**PICTURE, "duration": 1, "photo": sent["photo"]})
    await stage.settled()
    assert "1 of 50 accepted" in fan.received[-1].text


async def test_a_text_with_something_that_cannot_be_read_is_understood(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    tell(fan, text="/balance", forward_origin={"type": "a form of tomorrow"}, entities="none")
    await stage.settled()
    assert "Balance: 0 ⭐" in fan.received[-1].text


async def test_a_payment_that_cannot_be_read_is_not_taken_for_something_else(
    stage: Stage, fan: Customer, logs: Logs
) -> None:
    await stage.say(fan, "/start")
    tell(fan, successful_payment={"currency": "XTR"})
    await until(lambda: any(line["event"] == "an update could not be handled" for line in logs))
    assert len(stage.unhandled()) == 1
    assert len(fan.received) == 1


@pytest.mark.parametrize("line", LINES)
async def test_telegrams_own_lines_in_a_chat_are_not_answered(stage: Stage, fan: Customer, line: str) -> None:
    assert line in SERVICE_LINES
    await stage.say(fan, "/start")
    await fan.send_raw(**{line: LINES[line]})
    await stage.settled()
    assert len(fan.received) == 1
