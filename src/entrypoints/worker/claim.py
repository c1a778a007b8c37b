"""The claim to a task while it is carried out: kept as long as that takes, and given up when it is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

Renew = Callable[[], Awaitable[bool]]
"""Makes the claim last longer; False when the task is another worker's meanwhile."""


class LeaseLost(Exception):
    """Another worker has the task now: this one must not go on."""


class Claim:
    """Renews a claim every few seconds while the block runs, which must end within others.

    Most tasks are done before the first renewal: only timers are set for them.
    """

    def __init__(self, renew: Renew, every_s: float, within_s: float) -> None:
        self._renew, self._every_s = renew, every_s
        self._limit = asyncio.timeout(within_s)
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        """Begin."""
        await self._limit.__aenter__()
        self._timer = asyncio.get_running_loop().call_later(self._every_s, self._begin)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End.  Raises TimeoutError, LeaseLost, and whatever ``renew`` raised."""
        self._timer.cancel()
        if self._renewing is not None and not self._renewing.done():
            self._renewing.cancel()
            await asyncio.wait({self._renewing})
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            if self._renewing is not None and not self._renewing.cancelled():
                self._renewing.result()
            raise

    def _begin(self) -> None:
        self._renewing = asyncio.create_task(self._keep())
        self._renewing.add_done_callback(self._ended)

    async def _keep(self) -> None:
        while True:
            if not await self._renew():
                raise LeaseLost
            await asyncio.sleep(self._every_s)

    def _ended(self, renewing: asyncio.Task[None]) -> None:
        """Stop the block when there is nothing left to renew."""
        if not renewing.cancelled():
            self._limit.reschedule(asyncio.get_running_loop().time())
