"""An event loop whose time is virtual and whose order is drawn from a seed.

Everything asyncio needs between two port calls runs first in, first out, as in any loop.  Where a port is called, the
caller waits at a gate; once nothing else can run, one of the waiting gates is opened by lot.  So every interleaving of
port calls is part of the seed, and the plumbing of asyncio is not.  When nobody waits at a gate, the time jumps to the
next timer: nobody ever sleeps for real.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

Result = TypeVar("Result")
Given = TypeVarTuple("Given")


class _Step(asyncio.Handle):
    """A callback to run; without a context of its own, which nothing here asks for, it is made in half the time."""

    __slots__ = ()

    def __init__(self, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._callback, self._args, self._cancelled = callback, args, False

    def cancel(self) -> None:
        """Do not run it."""
        self._cancelled = True


class _Timer(asyncio.TimerHandle):
    """A callback to run at a moment."""

    __slots__ = ()

    def __init__(self, when: float, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._when, self._callback, self._args, self._cancelled = when, callback, args, False

    def cancel(self) -> None:
        """Do not run it."""
        self._cancelled = True


class SeededLoop(asyncio.BaseEventLoop):
    """Runs coroutines in the order that a seed draws; ``steps`` counts the gates that were opened."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.steps = 0
        self.halted = False
        self.accidents: list[BaseException] = []
        """Errors that no task and no actor took care of."""
        self._chance = chance
        self._now = 0.0
        self._due: deque[_Step | _Timer] = deque()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._numbers = count()
        self._gates: list[asyncio.Future[None]] = []

    def time(self) -> float:
        """Return the virtual seconds since the beginning."""
        return self._now

    def gate(self) -> asyncio.Future[None]:
        """Return what is done as soon as the lot falls on this caller."""
        turn: asyncio.Future[None] = asyncio.Future(loop=self)
        self._gates.append(turn)
        return turn

    def call_soon(
        self, callback: Callable[[*Given], object], *args: *Given, context: Context | None = None
    ) -> asyncio.Handle:
        """Run a callback before time goes on."""
        handle = _Step(callback, args)
        self._due.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Given], object], *args: *Given, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback so many virtual seconds from now."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Given], object], *args: *Given, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback at a virtual moment."""
        handle = _Timer(when, callback, args)
        heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep an error that nobody took care of."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self.accidents.append(error)

    def drive(self, main: Coroutine[Any, Any, Result], most_steps: int | None = None) -> Result | None:
        """Run until the coroutine is done and return its result; None when it was halted or ran out of steps."""
        before = asyncio._get_running_loop()  # noqa: SLF001  (for whoever implements a loop, says its docstring)
        asyncio._set_running_loop(self)  # noqa: SLF001
        try:
            task = self.create_task(main)
            while not (task.done() or self.halted or (most_steps is not None and self.steps >= most_steps)):
                self._run_due()
                if not task.done():
                    self._go_on()
            return task.result() if task.done() else None
        finally:
            self._bury()
            asyncio._set_running_loop(before)  # noqa: SLF001

    def _go_on(self) -> None:
        """Open one gate; when there is none, let time go on to the next timer."""
        if self._gates:
            self._open()
        elif self._timers:
            self._wait()
        else:
            raise RuntimeError("everybody waits for somebody else")

    def _run_due(self) -> None:
        due = self._due
        while due:
            handle = due.popleft()
            if not handle._cancelled:  # noqa: SLF001  (half the price of asking)
                handle._callback(*handle._args)  # noqa: SLF001

    def _open(self) -> None:
        gates = self._gates
        drawn = int(self._chance.random() * len(gates)) if len(gates) > 1 else 0
        gates[drawn], gates[-1] = gates[-1], gates[drawn]
        turn = gates.pop()
        if not turn.done():
            self.steps += 1
            turn.set_result(None)

    def _wait(self) -> None:
        timers, due = self._timers, self._due
        when, _, handle = heappop(timers)
        self._now = max(self._now, when)
        due.append(handle)
        while timers and timers[0][0] <= self._now:
            due.append(heappop(timers)[2])

    def _bury(self) -> None:
        """End whatever is left, so that nothing of this run stays behind."""
        for _ in range(100):
            left = asyncio.all_tasks(self)
            if not left:
                break
            for each in left:
                each.cancel()
            while self._due or self._gates:
                self._run_due()
                if self._gates:
                    self._open()
        self.close()
