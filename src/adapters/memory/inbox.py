"""The inbox in memory: what came in from outside, each thing once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.memory.database import ArrivalRow, MemoryDatabase


class MemoryInbox:
    """Keeps arrivals in a database in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        """Store (external id, raw text) pairs; return the ids that are new, in the order they came."""
        await asyncio.sleep(0)
        rows = self._database.arrivals
        new = {name: raw for name, raw in reversed(arrivals) if (source, name) not in rows}
        with self._database.transaction():
            for name, raw in reversed(new.items()):
                rows.insert((source, name), ArrivalRow(raw, at))
        return list(reversed(new))

    async def handled(self, source: str, external_id: str) -> None:
        """Note that one is dealt with; harmless when repeated."""
        await asyncio.sleep(0)
        row = self._database.arrivals.get((source, external_id))
        if row is not None:
            with self._database.transaction():
                self._database.arrivals.set((source, external_id), replace(row, handled=True))

    async def unhandled(self, source: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Return what was kept before a moment and never dealt with, the oldest first."""
        await asyncio.sleep(0)
        rows = self._database.arrivals.watched()
        found = [(row.at, name, row.raw) for (origin, name), row in rows if origin == source and row.at < before]
        return [(name, raw) for _, name, raw in sorted(found, key=lambda each: each[0])][:limit]

    async def forget(self, before: datetime) -> int:
        """Delete what came before a moment and is dealt with; return how much it was."""
        await asyncio.sleep(0)
        rows = self._database.arrivals
        old = [key for key in rows.taken() if rows[key].handled and rows[key].at < before]
        with self._database.transaction():
            for key in old:
                rows.drop(key)
        return len(old)
