"""Boundaries: the moments just before and just after a call to the world outside, at which a process can die.

A boundary is named by what is called, so that the same one is met again in the next run whatever else goes on.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

BEFORE, AFTER = "before", "after"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, order=True)
class Boundary:
    """The ``occurrence``-th time (from 1) that something is called, or has just been."""

    label: str
    occurrence: int
    side: str

    def __str__(self) -> str:
        return f"{self.side} {self.label} #{self.occurrence}"

    def written(self) -> str:
        return json.dumps(asdict(self))


def boundaries_in(log: Path) -> list[Boundary]:
    """Read what a process has passed, in order."""
    return [Boundary(**json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []


class Tripwire:
    """Notes each boundary while ``armed`` exists, and kills its own process at the fatal one."""

    def __init__(self, log: Path, armed: Path, fatal: Boundary | None) -> None:
        self._armed, self._fatal = armed, fatal
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self._seen: Counter[str] = Counter()
        self._counting = threading.Lock()

    async def around(self, label: str, call: Awaitable[Result]) -> Result:
        """Await a call, with a boundary on each side of it."""
        occurrence = self.begins(label)
        result = await call
        self.ended(label, occurrence)
        return result

    def begins(self, label: str) -> int:
        """Meet the boundary before something; return which time it is, 0 while nothing counts."""
        return self._met(label, BEFORE)

    def ended(self, label: str, occurrence: int) -> None:
        """Meet the boundary after what began then."""
        if occurrence:
            self._meet(Boundary(label, occurrence, AFTER))

    def passed(self, label: str) -> None:
        """Meet a boundary that has only one side: something has come about."""
        self._met(label, AFTER)

    def _met(self, label: str, side: str) -> int:
        if not self._armed.exists():
            return 0
        with self._counting:  # files are worked on in threads
            self._seen[label] += 1
            occurrence = self._seen[label]
        self._meet(Boundary(label, occurrence, side))
        return occurrence

    def _meet(self, boundary: Boundary) -> None:
        os.write(self._log, f"{boundary.written()}\n".encode())
        if boundary == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
