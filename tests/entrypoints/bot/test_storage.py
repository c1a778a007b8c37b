"""Conversations are kept outside of the process."""

import pytest
from aiogram import Bot

from entrypoints.bot.storage import Conversation, conversation_of
from tests.entrypoints.conversations import DictConversations

BOT, OTHER_BOT = Bot("1:A"), Bot("9:B")
CHAT, PERSON = 2, 3


@pytest.fixture
def store() -> DictConversations:
    return DictConversations()


async def read(store: DictConversations, bot: Bot = BOT, person: int = PERSON) -> Conversation:
    return await conversation_of(store, bot, CHAT, person)


async def test_what_is_noted_at_a_place_is_there_when_the_next_update_comes(store: DictConversations) -> None:
    await (await read(store)).enter("avatar.name", {"name": "Fan"})
    again = await read(store)
    assert (again.place, again.remembered) == ("avatar.name", {"name": "Fan"})


async def test_a_place_is_entered_without_what_was_noted_at_the_one_before(store: DictConversations) -> None:
    await (await read(store)).enter("avatar.name", {"name": "Fan"})
    await (await read(store)).enter("support", {})
    again = await read(store)
    assert (again.place, again.remembered) == ("support", {})
    assert store.kept == {"1:2:3": {"state": "support"}}


async def test_another_bot_or_person_is_another_conversation(store: DictConversations) -> None:
    await (await read(store)).enter("place", {"a": 1})
    for other in (await read(store, OTHER_BOT), await read(store, person=4)):
        assert (other.place, other.remembered) == (None, {})


async def test_who_leaves_is_forgotten_in_one_writing(
    store: DictConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writings left half a conversation behind where the process died between them."""
    await (await read(store)).enter("place", {"a": 1})
    monkeypatch.delattr(DictConversations, "put")
    await (await read(store)).leave()
    assert store.kept == {}


@pytest.mark.parametrize("odd", [{"state": 5}, {"data": "text"}, {}])
async def test_odd_rows_are_no_conversation(store: DictConversations, odd: dict[str, object]) -> None:
    store.kept["1:2:3"] = odd
    found = await read(store)
    assert (found.place, found.remembered) == (None, {})
