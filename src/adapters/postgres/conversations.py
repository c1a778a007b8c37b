"""Where conversations stand: a small JSON object per key, for a bot that must not forget them in a restart."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from adapters.postgres.storable import storable

_State = dict[str, Any] | None


class ConversationStore:
    """Keeps JSON objects by key; the last write wins.

    Objects come back character for character, for their column is JSON as it was written; in keys, which are text, what
    cannot be kept is replaced.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: Ferry[str, _State] = Ferry(self._read)

    async def get(self, key: str) -> _State:
        """Return what was put under the key, or None."""
        return await self._asked.bring(storable(key))

    async def put(self, key: str, state: Mapping[str, Any]) -> None:
        """Keep a JSON object under the key.  Raises TypeError for what JSON cannot say."""
        await self._database.rows(
            "INSERT INTO avatar.conversations (key, state) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state",
            storable(key),
            json.dumps(dict(state)),
        )

    async def drop(self, key: str) -> None:
        """Forget the key; harmless when there is nothing."""
        await self._database.rows("DELETE FROM avatar.conversations WHERE key = %s", storable(key))

    async def _read(self, keys: Sequence[str]) -> Sequence[_State]:
        rows = await self._database.rows("SELECT key, state FROM avatar.conversations WHERE key = ANY(%s)", list(keys))
        states: dict[str, _State] = dict(rows)
        return [states.get(key) for key in keys]
