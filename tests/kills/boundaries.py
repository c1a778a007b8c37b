"""Boundaries: the moments just before and just after a call to the world outside, at which a process can die.

A boundary is named by what is called, so that the same one is met again in the next run whatever else goes on.
"""

import json
import os
import signal
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

    async def around(self, label: str, call: Awaitable[Result]) -> Result:
        """Await a call, with a boundary on each side of it."""
        if not self._armed.exists():
            return await call
        self._seen[label] += 1
        occurrence = self._seen[label]
        self._meet(Boundary(label, occurrence, BEFORE))
        result = await call
        self._meet(Boundary(label, occurrence, AFTER))
        return result

    def passed(self, label: str) -> None:
        """Meet a boundary that has only one side."""
        if self._armed.exists():
            self._seen[label] += 1
            self._meet(Boundary(label, self._seen[label], AFTER))

    def _meet(self, boundary: Boundary) -> None:
        os.write(self._log, f"{boundary.written()}\n".encode())
        if boundary == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
