"""Where conversations stand, so that a restart loses none."""

from collections.abc import Mapping
from typing import Any, Protocol

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

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


class ConversationStorage(BaseStorage):
    """aiogram's storage over a ConversationStore.  The updates of one chat come one by one, so nothing is locked."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def get_state(self, key: StorageKey) -> str | None:
        """Return the state's name."""
        state = (await self._read(key)).get(_STATE)
        return state if isinstance(state, str) else None

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Return what the state remembers."""
        data = (await self._read(key)).get(_DATA)
        return dict(data) if isinstance(data, dict) else {}

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Go into a state, or out of all."""
        name = state.state if isinstance(state, State) else state
        await self._write(key, {**await self._read(key), _STATE: name})

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Remember this instead of what was remembered."""
        await self._write(key, {**await self._read(key), _DATA: dict(data)})

    async def enter(self, key: StorageKey, state: str, data: Mapping[str, object]) -> None:
        """Go into a state and remember something, in one writing."""
        await self._write(key, {_STATE: state, _DATA: dict(data)})

    async def leave(self, key: StorageKey) -> None:
        """Go out of all states and forget what was remembered, in one writing: nothing can die in between."""
        await self._store.drop(_name(key))

    async def close(self) -> None:
        """Leave the store to whoever opened it."""

    async def _read(self, key: StorageKey) -> dict[str, object]:
        return await self._store.get(_name(key)) or {}

    async def _write(self, key: StorageKey, value: dict[str, object]) -> None:
        kept = {name: part for name, part in value.items() if part}
        if kept:
            await self._store.put(_name(key), kept)
        else:
            await self._store.drop(_name(key))


def _name(key: StorageKey) -> str:
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"
