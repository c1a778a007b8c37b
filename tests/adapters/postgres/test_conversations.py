"""Conversations that a restart does not forget."""

import asyncio
from typing import Any

import pytest

from adapters.postgres.conversations import ConversationStore
from adapters.postgres.pool import Database

STATE: dict[str, Any] = {
    "state": "Training:photos",
    "data": {"photos": ["a", "б 🦔", "\x00 and half a \ud83d"], "count": 12, "price": None, "sure": True, "more": {}},
}


@pytest.fixture
def conversations(database: Database) -> ConversationStore:
    return ConversationStore(database)


async def test_what_was_put_is_there(conversations: ConversationStore) -> None:
    await conversations.put("bot:1:2", STATE)
    assert await conversations.get("bot:1:2") == STATE


async def test_the_last_word_counts(conversations: ConversationStore) -> None:
    await conversations.put("bot:1:2", STATE)
    await conversations.put("bot:1:2", {"state": None})
    assert await conversations.get("bot:1:2") == {"state": None}


async def test_nothing_is_there_before_and_after(conversations: ConversationStore) -> None:
    assert await conversations.get("bot:1:2") is None
    await conversations.drop("bot:1:2")
    await conversations.put("bot:1:2", {})
    assert await conversations.get("bot:1:2") == {}
    await conversations.drop("bot:1:2")
    assert await conversations.get("bot:1:2") is None


async def test_keys_do_not_mix(conversations: ConversationStore) -> None:
    await asyncio.gather(*(conversations.put(f"bot:{number}", {"number": number}) for number in range(20)))
    assert [await conversations.get(f"bot:{number}") for number in range(20)] == [{"number": n} for n in range(20)]


async def test_what_json_cannot_say_is_refused(conversations: ConversationStore) -> None:
    with pytest.raises(TypeError):
        await conversations.put("bot:1", {"what": object()})


async def test_many_chats_asked_at_once_get_each_its_own(conversations: ConversationStore) -> None:
    for number in range(4):
        await conversations.put(f"bot:{number}", {"number": number})
    asked = ("bot:3", "bot:nobody", "bot:0", "bot:2")
    states = await asyncio.gather(*(conversations.get(key) for key in asked))
    assert states == [{"number": 3}, None, {"number": 0}, {"number": 2}]


@pytest.mark.parametrize("key", ["bot:\0", "bot:\ud800"])
async def test_a_key_that_cannot_be_kept_breaks_nobodys_conversation(
    conversations: ConversationStore, key: str
) -> None:
    await conversations.put("bot:1", {"number": 1})
    await conversations.put(key, STATE)
    asked = (key, *["bot:1"] * 4)
    states = await asyncio.gather(*(conversations.get(each) for each in asked))
    assert states == [STATE, *[{"number": 1}] * 4]
    await conversations.drop(key)
    assert await conversations.get(key) is None
