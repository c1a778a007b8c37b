"""The stand-in's time: it can run fast, jump ahead, or follow a clock of the caller's."""

import asyncio
import time
from collections.abc import Callable

_LOOK_EVERY_S = 0.02


class SandboxClock:
    """Unix time in seconds that may run `speed` times as fast as the wall clock and be pushed ahead."""

    def __init__(self, *, speed: float = 1.0, source: Callable[[], float] | None = None) -> None:
        """Follow `source` (a callable giving unix seconds) or else the machine's clock, sped up."""
        self._source = source or time.time
        self._started_s = self._source()
        self._speed = speed
        self._pushed_s = 0.0

    def now(self) -> float:
        """Return the present moment as unix seconds."""
        return self._started_s + (self._source() - self._started_s) * self._speed + self._pushed_s

    def unix(self) -> int:
        """Return the present moment as Telegram writes dates: whole unix seconds."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Push time ahead; whoever waits for a moment that has now passed wakes up."""
        self._pushed_s += seconds

    async def sleep(self, duration_s: float) -> None:
        """Return once `duration_s` seconds of this clock have passed."""
        await self.wait(asyncio.get_running_loop().create_future(), duration_s)

    async def wait(self, happening: "asyncio.Future[bool]", limit_s: float) -> bool:
        """Tell whether `happening` was done within `limit_s` seconds of this clock."""
        until_s = self.now() + limit_s
        while not happening.done() and self.now() < until_s:
            await asyncio.wait({happening}, timeout=self._nap_s(until_s))
        return happening.done()

    def _nap_s(self, until_s: float) -> float:
        return max(0.0, min(_LOOK_EVERY_S, (until_s - self.now()) / self._speed))


class Bell:
    """Rings whenever something changed; waiting for it never misses a ring within one event loop."""

    def __init__(self) -> None:
        """Start silent."""
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        rung, self._event = self._event, asyncio.Event()
        rung.set()

    async def wait(self, limit_s: float) -> None:
        """Return at the next ring, or after `limit_s` real seconds."""
        try:
            async with asyncio.timeout(max(0.0, limit_s)):
                await self._event.wait()
        except TimeoutError:
            return
