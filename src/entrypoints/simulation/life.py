"""The life of a process: each port call is a moment at which it may die, and after its death none of them works."""

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from avatar_core.errors import StoreUnavailable
from entrypoints.simulation.loop import SeededLoop
from entrypoints.simulation.scenario import Fault, Luck
from entrypoints.simulation.trace import Trace

Port = TypeVar("Port")
MOST_SKEW_S = 3.0
SLOW_S = 2.0
"""How long a slow answer takes, on average."""


class Killed(BaseException):
    """The process died here: nothing in it can catch that."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What decides over lives."""

    loop: SeededLoop
    luck: Luck
    trace: Trace
    shaken: Callable[[], None]
    """Hears that the database did not answer somebody."""


class Life:
    """One life of a process, from its start to its death."""

    def __init__(self, name: str, fate: Fate, chance: random.Random, died: Callable[[], None]) -> None:
        self.name = name
        self.alive = True
        self._fate = fate
        self._chance = chance
        self._died = died
        rate = fate.luck.rate(Fault.CRASH)
        self._calls_left = max(1, round(chance.expovariate(rate))) if rate else 0

    async def reach(self, place: str) -> None:
        """Come to a port call: others may go first, and the process may die before it."""
        if not self.alive:
            raise Killed
        fate = self._fate
        if fate.luck.strikes(Fault.SLOW, self._chance):
            await asyncio.sleep(self._chance.expovariate(1 / SLOW_S))
        await fate.loop.gate()
        self.survive(place)

    def survive(self, place: str) -> None:
        """Die here, if it is time."""
        if not self.alive:
            raise Killed
        self._calls_left -= 1
        if self._calls_left == 0 and not self._fate.luck.over:
            self._fate.luck.struck[Fault.CRASH] += 1
            self.end(place)
            raise Killed

    def skew(self) -> timedelta:
        """Return how far this process's clock is off."""
        skewed = self._fate.luck.strikes(Fault.SKEW, self._chance)
        return timedelta(seconds=self._chance.uniform(-MOST_SKEW_S, MOST_SKEW_S) if skewed else 0)

    def end(self, place: str) -> None:
        """Die."""
        if self.alive:
            self.alive = False
            self._fate.trace.note(self.name, "dies at", place)
            self._died()

    def require_store(self, place: str) -> None:
        """Raise StoreUnavailable when the database does not answer."""
        if self._fate.luck.strikes(Fault.STORE, self._chance):
            self._fate.trace.note(self.name, "no answer from the database at", place)
            self._fate.shaken()
            raise StoreUnavailable(reason="the database does not answer")

    def note(self, what: str, about: object = "") -> None:
        """Take a note in this life's name."""
        self._fate.trace.note(self.name, what, about)


class _Gated:
    """A port as one process sees it: every call passes the life's gate, before it and after it."""

    def __init__(self, port: object, name: str, life: Life, *, in_store: bool) -> None:
        self._port, self._name, self._life, self._in_store = port, name, life, in_store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)
        life, place, in_store = self._life, f"{self._name}.{name}", self._in_store
        if inspect.isasyncgenfunction(method):
            return _stream(method, place, life)

        async def call(*args: object, **kwargs: object) -> object:
            await life.reach(place)
            if in_store:
                life.require_store(place)
            life.note(place)
            result = await method(*args, **kwargs)
            life.survive(place)
            return result

        setattr(self, name, call)
        return call


def _stream(method: Callable[..., Any], place: str, life: Life) -> Callable[..., Any]:
    async def stream(*args: object, **kwargs: object) -> AsyncIterator[object]:
        await life.reach(place)
        async for each in method(*args, **kwargs):
            life.survive(place)
            yield each

    return stream


def gated(port: Port, name: str, life: Life, *, in_store: bool = False) -> Port:
    """Return a port whose every method is an await point of this life; ``in_store`` where the database is behind it."""
    return cast("Port", _Gated(port, name, life, in_store=in_store))
