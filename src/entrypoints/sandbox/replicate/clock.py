"""The stand-in's own time: it can run faster than the wall's, and can be pushed forward."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Counts sandbox seconds: `speed` of them pass in one real second."""

    def __init__(self, speed: float = 1.0) -> None:
        """Start at the real time of now."""
        self.speed = speed
        self._origin = datetime.now(UTC)
        self._passed_s = 0.0
        self._mark = time.monotonic()
        self._moved = asyncio.Event()

    @property
    def elapsed_s(self) -> float:
        """Sandbox seconds since the stand-in was started."""
        return self._passed_s + (time.monotonic() - self._mark) * self.speed

    def now(self) -> datetime:
        """Tell the sandbox time, aware, in UTC."""
        return self._origin + timedelta(seconds=self.elapsed_s)

    def advance(self, seconds: float) -> None:
        """Push the time forward; whoever sleeps is woken when its time has come."""
        self._passed_s += seconds
        self._wake()

    def run_at(self, speed: float) -> None:
        """Change the speed from here on."""
        self._passed_s, self._mark, self.speed = self.elapsed_s, time.monotonic(), speed
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Sleep this many sandbox seconds."""
        deadline_s = self.elapsed_s + seconds
        while (left_s := deadline_s - self.elapsed_s) > 0:
            await self._wait_for_a_push(left_s / self.speed)

    async def _wait_for_a_push(self, real_s: float) -> None:
        moved = asyncio.ensure_future(self._moved.wait())
        try:
            await asyncio.wait({moved}, timeout=real_s)
        finally:
            moved.cancel()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
