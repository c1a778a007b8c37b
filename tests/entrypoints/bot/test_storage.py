"""Conversations are kept outside of the process."""

import pytest
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import StorageKey

from entrypoints.bot.storage import ConversationStorage
from tests.entrypoints.bot.stage import DictConversations

KEY, OTHER = StorageKey(bot_id=1, chat_id=2, user_id=3), StorageKey(bot_id=9, chat_id=2, user_id=3)


@pytest.fixture
def store() -> DictConversations:
    return DictConversations()


async def test_state_and_data_are_kept_side_by_side(store: DictConversations) -> None:
    storage = ConversationStorage(store)
    await storage.set_state(KEY, State("name", group_name="avatar"))
    await storage.set_data(KEY, {"name": "Fan"})
    again = ConversationStorage(store)
    assert (await again.get_state(KEY), await again.get_data(KEY)) == ("avatar:name", {"name": "Fan"})
    await storage.set_state(KEY, "other")
    assert await again.get_data(KEY) == {"name": "Fan"}


async def test_another_bot_is_another_conversation(store: DictConversations) -> None:
    storage = ConversationStorage(store)
    await storage.enter(KEY, "place", {"a": 1})
    assert (await storage.get_state(OTHER), await storage.get_data(OTHER)) == (None, {})


async def test_what_is_left_is_forgotten(store: DictConversations) -> None:
    storage = ConversationStorage(store)
    await storage.enter(KEY, "place", {"a": 1})
    await storage.set_state(KEY, None)
    await storage.set_data(KEY, {})
    assert store.kept == {}
    await storage.close()


async def test_who_leaves_is_forgotten_in_one_writing(
    store: DictConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writings left half a conversation behind where the process died between them."""
    storage = ConversationStorage(store)
    await storage.enter(KEY, "place", {"a": 1})
    monkeypatch.delattr(DictConversations, "put")
    await storage.leave(KEY)
    assert store.kept == {}


@pytest.mark.parametrize("odd", [{"state": 5}, {"data": "text"}, {}])
async def test_odd_rows_are_no_conversation(store: DictConversations, odd: dict[str, object]) -> None:
    store.kept["1:2:3"] = odd
    storage = ConversationStorage(store)
    assert (await storage.get_state(KEY), await storage.get_data(KEY)) == (None, {})
