"""The bell: whoever commits something that must be followed rings it, and the worker of this process wakes at once.

Other processes' workers find the work by looking (proofs page 5.1: an event in the process, a poll as the safety net).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Bell:
    """Wakes every worker of this process; a ring that nobody waits for is not lost."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake whoever listens."""
        for each in self._waiting:
            each.set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Ear"]:
        """Listen while the block runs."""
        rung = asyncio.Event()
        self._waiting.add(rung)
        try:
            yield Ear(rung)
        finally:
            self._waiting.discard(rung)


class Ear:
    """One listener to the bell."""

    def __init__(self, rung: asyncio.Event) -> None:
        self._rung = rung

    def ring(self) -> None:
        """Wake this listener alone."""
        self._rung.set()

    async def wait(self, longest_s: float) -> None:
        """Return when the bell has rung since the last time, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):  # wait_for takes a task more until Python 3.12
                await self._rung.wait()
        self._rung.clear()
