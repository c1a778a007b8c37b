"""The processes that run: started again when they have died, and woken when there is something to do."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

from avatar_core.errors import OutsideError
from entrypoints.simulation.life import MOST_SKEW_S, Fate, Killed, Life
from entrypoints.simulation.loop import SeededLoop
from entrypoints.simulation.process import LEASE_S, Process, Site
from entrypoints.simulation.scenario import Scenario

PLACES = ("north", "south")
"""Two processes, each with bot, web and worker."""
BOTH_WOKEN = 0.3
SOON_S, LATE_S = 60.0, 7200.0
LATE = 0.1
"""Most processes are up again within a minute; every tenth takes hours."""


class Staff:
    """Keeps the processes running."""

    def __init__(self, scenario: Scenario, loop: SeededLoop) -> None:
        self.site: Site
        self.fate: Fate
        self.started: Callable[[], None]
        """Hears of each start."""
        self.beginning: datetime
        self._scenario = scenario
        self._loop = loop
        self._chance = scenario.chance("staff")
        self._there: dict[str, Process] = {}
        self._lives = 0
        self._working: dict[object, None] = {}

    def open(self) -> None:
        """Start every process."""
        for place in PLACES:
            self._start(place)

    def living(self) -> list[Process]:
        """Return the processes that live now."""
        return list(self._there.values())

    def front(self) -> Process | None:
        """Return one that answers, if any does."""
        living = self.living()
        return self._chance.choice(living) if living else None

    def rung(self, process: Process) -> None:
        """Wake the process that has left something to do, and sometimes the others too."""
        process.bell.ring()
        if self._chance.random() < BOTH_WOKEN:
            self.wake()

    def wake(self) -> None:
        """Wake everybody."""
        for each in self._there.values():
            each.bell.ring()

    def wake_at(self, at: datetime) -> None:
        """Wake everybody at a moment."""
        self._loop.call_at(max((at - self.beginning).total_seconds() + MOST_SKEW_S, self._loop.time()), self.wake)

    def shaken(self) -> None:
        """Wake everybody soon, and once leases are over: somebody could not reach the database."""
        self._loop.call_later(1.0, self.wake)
        self._loop.call_later(LEASE_S + 2 * MOST_SKEW_S, self.wake)

    def _start(self, place: str) -> None:
        self._lives += 1
        name = f"{place} {self._lives}"
        chance: random.Random = self._scenario.chance(name)
        life = Life(name, self.fate, chance, lambda: self._died(place))
        process = Process(self.site, life, chance)
        self.fate.trace.note(name, "starts")
        self._there[place] = process
        working = self._loop.create_task(_work(process))
        self._working[working] = None
        working.add_done_callback(self._working.pop)
        self.started()

    def _died(self, place: str) -> None:
        self._there.pop(place).bell.ring()
        pause_s = self._chance.uniform(1, LATE_S if self._chance.random() < LATE else SOON_S)
        self._loop.call_later(pause_s, self._start, place)
        self._loop.call_later(LEASE_S + 2 * MOST_SKEW_S, self.wake)


async def _work(process: Process) -> None:
    """Carry out what must follow, until death."""
    while process.life.alive:
        try:
            await process.tasks.run(asyncio.Event())
        except OutsideError:
            continue
        except Killed:
            return
