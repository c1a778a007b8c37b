"""Where conversations stand, so that a restart loses none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiogram import Bot

_STATE, _DATA = "state", "data"


class ConversationStore(Protocol):
    """Keeps one small JSON object a conversation.  Every method raises StoreUnavailable."""

    async def get(self, key: str) -> dict[str, object] | None:
        """Return what was put last, or None."""
        ...

    async def put(self, key: str, value: dict[str, object]) -> None:
        """Keep the object."""
        ...

    async def drop(self, key: str) -> None:
        """Forget it; harmless when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation with one bot in one chat, as it stood when their update came.

    The updates of one chat come one by one, so nothing is locked, and once is often enough to read it.
    """

    store: ConversationStore
    key: str
    place: str | None = None
    remembered: Mapping[str, object] = field(default_factory=dict)
    """What was noted at this place."""

    async def enter(self, place: str, remembered: Mapping[str, object]) -> None:
        """Go on to a place and note something there, in one writing."""
        noted: dict[str, object] = {_DATA: dict(remembered)} if remembered else {}
        await self.store.put(self.key, {_STATE: place, **noted})

    async def leave(self) -> None:
        """Go out of all places and forget what was noted, in one writing: nothing can die in between."""
        await self.store.drop(self.key)


async def conversation_of(store: ConversationStore, bot: Bot, chat: int, person: int) -> Conversation:
    """Read where a conversation stands.  Raises StoreUnavailable; an odd row is none."""
    key = f"{bot.id}:{chat}:{person}"
    kept = await store.get(key) or {}
    place, noted = kept.get(_STATE), kept.get(_DATA)
    return Conversation(store, key, place if isinstance(place, str) else None, noted if isinstance(noted, dict) else {})
