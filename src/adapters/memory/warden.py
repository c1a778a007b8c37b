"""The warden in memory: what may be said only once in a while."""

import asyncio
from datetime import datetime, timedelta

from adapters.memory.database import MemoryDatabase


class MemoryWarden:
    """Remembers in a database in memory when each thing was last said."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def first(self, topic: str, at: datetime, every_s: float) -> bool:
        """Return True for the first caller within the time, False for all others."""
        await asyncio.sleep(0)
        last = self._database.said.get(topic)
        if last is not None and abs(at - last) < timedelta(seconds=every_s):
            return False
        with self._database.transaction():
            self._database.said.set(topic, at)
        return True
