"""The loop that claims tasks from the outbox and carries them out, many at a time, each lane in its order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from avatar_core.errors import AvatarError, StoreUnavailable
from avatar_core.ports import Clock, Outbox
from avatar_core.tasks import Reaction, Task
from entrypoints.logs import Redaction
from entrypoints.worker.bell import Bell, Ear
from entrypoints.worker.claim import Claim, LeaseLost
from entrypoints.worker.patience import Patience

LONGEST_ERROR = 500
"""Characters of an error's text that are kept with a task."""

Carry = Callable[[Task], Coroutine[Any, Any, None]]
"""The use case CarryOut, or what stands in for it in a test."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a worker goes; all in seconds but the number of tasks at a time."""

    at_once: int = 16
    """Of each kind of reaction: those that wait for one vendor hold up none of another's."""
    look_every_s: float = 0.3
    """The safety net: within a process the bell wakes the worker at once."""
    lease_s: float = 30.0
    """A killed worker's tasks are another's after so long."""
    task_within_s: float = 600.0
    stop_within_s: float = 10.0


@dataclass(frozen=True, slots=True)
class TaskLoop:
    """Carries out what must follow; ``name`` is this worker's alone among all processes."""

    name: str
    outbox: Outbox
    carry_out: Carry
    clock: Clock
    bell: Bell
    patience: Patience
    redaction: Redaction
    pace: Pace
    _running: dict[asyncio.Task[None], Reaction] = field(default_factory=dict, init=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and carry out until told to stop; then finish what runs, at most ``pace.stop_within_s``."""
        async with self.bell.listening() as ear, _woken_by(stop, ear):
            try:
                while not stop.is_set():
                    await self._claim(ear)
                    await ear.wait(self.pace.look_every_s)
            finally:
                await self._finish()

    async def _claim(self, ear: Ear) -> None:
        busy = Counter(self._running.values())
        room = {kind: self.pace.at_once - busy[kind] for kind in Reaction if busy[kind] < self.pace.at_once}
        if not room:
            return
        try:
            claimed = await self.outbox.claim(self.name, self.clock.now(), room, self.pace.lease_s)
        except StoreUnavailable as error:
            _log.warning("no tasks to be had", error=str(error))
            return
        for task in claimed:
            running = asyncio.create_task(self._treat(task))
            self._running[running] = task.reaction
            running.add_done_callback(lambda done: self._ended(done, ear))

    def _ended(self, done: asyncio.Task[None], ear: Ear) -> None:
        """Look again at once: the lane's next task may wait for this one."""
        self._running.pop(done, None)
        ear.ring()
        if not done.cancelled() and (error := done.exception()):
            _log.error("a task could not be answered for; its claim ends by itself", exc_info=error)

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(set(self._running), timeout=self.pace.stop_within_s)
        for each in set(self._running):
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _treat(self, task: Task) -> None:
        """Carry a task out and answer for it: done, again, or buried."""
        try:
            await self._carry(task)
        except LeaseLost:
            _log.warning("another worker has taken the task over", task=task.id)
        except Exception as error:  # noqa: BLE001  (the edge of a task: whatever it is gets recorded with it)
            await self._answer_for(task, error)
        else:
            await self.outbox.done(task, self.name)

    async def _carry(self, task: Task) -> None:
        """Carry out, and keep the claim alive meanwhile.  Raises LeaseLost, TimeoutError and what the task raises."""
        async with Claim(lambda: self._renew(task), self.pace.lease_s / 3, self.pace.task_within_s):
            await self.carry_out(task)

    async def _renew(self, task: Task) -> bool:
        until = self.clock.now() + timedelta(seconds=self.pace.lease_s)
        try:
            return await self.outbox.renew(task, self.name, until)
        except StoreUnavailable as error:  # the next renewal may work, and every task can be repeated
            _log.warning("a claim could not be renewed", task=task.id, error=str(error))
            return True

    async def _answer_for(self, task: Task, error: Exception) -> None:
        text = self.redaction(f"{type(error).__name__}: {error}")[:LONGEST_ERROR]
        pause_s = self.patience.pause_s(task.attempts, self.clock.now() - task.happening.at, error)
        defect = None if isinstance(error, AvatarError | TimeoutError) else error
        if pause_s is None:
            _log.error("task given up", task=task.id, attempts=task.attempts, error=text, exc_info=defect)
            await self.outbox.bury(task, self.name, text)
            return
        _log.warning("task failed, trying again", task=task.id, pause_s=round(pause_s, 1), error=text, exc_info=defect)
        await self.outbox.again(task, self.name, self.clock.now() + timedelta(seconds=pause_s), text)


@asynccontextmanager
async def _woken_by(stop: asyncio.Event, ear: Ear) -> AsyncIterator[None]:
    """Let the word to stop wake the listener too."""
    waiting = asyncio.create_task(stop.wait())
    waiting.add_done_callback(lambda _: ear.ring())
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})
