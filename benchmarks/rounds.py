"""Rounds that take turns: what the machine does meanwhile hits everything that is compared alike."""

import os
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Name = TypeVar("Name")

LISTENING_S = 0.25
"""How long the benchmark itself does nothing before each round, to hear what others do."""
_PROCESSOR_TIMES = Path("/proc/stat")
_WAITING = slice(3, 5)


class ForeignLoad:
    """How busy others kept this machine while the benchmark paused."""

    def __init__(self) -> None:
        self._before = os.getloadavg()[0]
        self._shares: list[float] = []

    def listen(self) -> None:
        """Pause, and note the processors' busy share; where there is no /proc only the load average is known."""
        if not _PROCESSOR_TIMES.exists():
            return
        before = _ticks()
        time.sleep(LISTENING_S)
        spent = [after - earlier for after, earlier in zip(_ticks(), before, strict=True)]
        self._shares.append(1 - sum(spent[_WAITING]) / max(sum(spent), 1))

    def __str__(self) -> str:
        """Word it for the foot of the table."""
        others = (
            f"{statistics.median(self._shares):.0%} (at most {max(self._shares):.0%})" if self._shares else "unknown"
        )
        return (
            f"load average {self._before:.2f} before and {os.getloadavg()[0]:.2f} after (own load included); "
            f"processors kept busy by others between rounds: {others} of {os.cpu_count()}"
        )


def _ticks() -> list[int]:
    return [int(each) for each in _PROCESSOR_TIMES.read_text().partition("\n")[0].split()[1:9]]


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often everything is measured, and what was heard of others meanwhile."""

    count: int
    load: ForeignLoad = field(default_factory=ForeignLoad)

    async def medians(self, measures: Mapping[Name, Callable[[], Awaitable[float]]]) -> dict[Name, float]:
        """Take each measure once a round, every second round in the other direction, and return the medians."""
        taken: dict[Name, list[float]] = {name: [] for name in measures}
        for number in range(self.count):
            for name in list(measures)[:: -1 if number % 2 else 1]:
                self.load.listen()
                taken[name].append(await measures[name]())
        return {name: statistics.median(each) for name, each in taken.items()}
