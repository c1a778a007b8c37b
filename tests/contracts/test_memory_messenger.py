from dataclasses import replace

import pytest

from adapters.memory import RecordingMessenger
from avatar_core.errors import MessengerUnavailable
from avatar_core.ids import BotId, TelegramId
from avatar_core.testing.examples import a_customer
from avatar_core.testing.messenger import GRANTED, PROGRESSED, MessengerContract, MessengerWorld


def messenger_world(messenger: RecordingMessenger) -> MessengerWorld:
    one, other = a_customer(1).address, a_customer(2).address
    return MessengerWorld(
        messenger=messenger,
        one=one,
        other=other,
        by_another_bot=replace(one, bot=BotId("another_bot")),
        messages=lambda person: [message.id for message in messenger.told if message.address == person],
        shows=lambda _, name: next(message.shown for message in messenger.told if message.id == name),
        albums=lambda person: [len(album.images) for album in messenger.albums if album.address == person],
        block=lambda person: messenger.blocked_by.add(person.telegram_id),
        be_busy=lambda: setattr(messenger, "busy_s", 3.0),
        image=b"\xff\xd8\xff an image",
    )


class TestRecordingMessenger(MessengerContract):
    @pytest.fixture
    def world(self) -> MessengerWorld:
        return messenger_world(RecordingMessenger())


async def test_a_message_shows_its_last_edit_and_remembers_the_first_news() -> None:
    messenger, person = RecordingMessenger(), a_customer().address
    message = await messenger.tell(person, PROGRESSED)
    further = replace(PROGRESSED, percent=40)
    await messenger.amend(person, message, further)
    assert messenger.told[0].shown == further
    assert messenger.news_for(person.telegram_id) == [PROGRESSED]
    assert messenger.news_for(TelegramId(404)) == []


async def test_a_lost_answer_is_a_message_that_was_sent_all_the_same() -> None:
    messenger = RecordingMessenger(lose_answers=1)
    with pytest.raises(MessengerUnavailable):
        await messenger.tell(a_customer().address, GRANTED)
    await messenger.tell(a_customer().address, GRANTED)
    assert len(messenger.told) == 2
