"""Memory, processors and connections over time, and whether they are flat: a line through the second half tells."""

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.postgres.pool import Database

GROWTH_MB = 4.0
"""What the line may rise by over the second half: an arena more or less, and no more in an hour than in a minute."""
GROWTH_EACH_MB = 0.25
"""The same for a session of the database, of which there are dozens: their number is judged by itself."""
GROWTH_CONNECTIONS = 1.0
FEWEST = 6
"""Samples that a line can be laid through."""
DATABASE = "the database, each session"
_SESSIONS = """
    SELECT pg_backend_pid(), coalesce(array_agg(pid) FILTER (WHERE pid <> pg_backend_pid()), '{}') FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
"""
_PROC, _TICKS_PER_S = Path("/proc"), os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Trend:
    """Samples, and the line through their second half."""

    samples: Sequence[float]
    growth: float
    """Of the line from the middle to the end; 0 where there are too few samples."""

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Trend":
        """Lay the line; the samples are evenly spaced."""
        half = samples[len(samples) // 2 :]
        if len(samples) < FEWEST:
            return cls(samples, 0.0)
        slope, _ = statistics.linear_regression(range(len(half)), half)
        return cls(samples, slope * (len(half) - 1))

    def __str__(self) -> str:
        half = self.samples[len(self.samples) // 2 :]
        return (
            f"{statistics.fmean(half):,.1f} | {self.growth:+.2f} | {min(self.samples):,.1f} … {max(self.samples):,.1f}"
        )


@dataclass(slots=True)
class Watch:
    """Looks at processes and at the database's sessions now and then."""

    database: Database
    processes: Mapping[str, int]
    """By name, the process's number."""
    most_connections: int
    minutes: list[float] = field(default_factory=list)
    memory_mb: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    connections: list[float] = field(default_factory=list)
    processor_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _began: float = field(default_factory=time.perf_counter)
    _server: int = 0
    """The database's first process, which all others come from."""

    async def look(self) -> None:
        """Take one sample.

        Of the database's sessions what they have for themselves counts: what they share does not grow.
        """
        own, sessions = await self.database.one(_SESSIONS)
        self.minutes.append((time.perf_counter() - self._began) / 60)
        self.connections.append(len(sessions))
        for name, number in self.processes.items():
            self.memory_mb[name].append(_memory_mb(number, "VmRSS"))
            self.processor_s[name].append(_processor_s(number))
        self.memory_mb[DATABASE].append(statistics.fmean(_memory_mb(each, "RssAnon") for each in sessions or [own]))
        self._server = server = self._server or int(_stat(own)[1])  # our own session ends too, once an hour
        children = [int(each) for each in (_PROC / str(server) / "task" / str(server) / "children").read_text().split()]
        reaped_s = sum(int(ticks) for ticks in _stat(server)[13:15]) / _TICKS_PER_S
        self.processor_s[DATABASE].append(reaped_s + sum(_processor_s(each) for each in [server, *children]))

    def complaints(self) -> list[str]:
        """Return what grew over the second half, and what was too many at once."""
        found = []
        for name, samples in self.memory_mb.items():
            if (growth := Trend.of(samples).growth) > (GROWTH_EACH_MB if name == DATABASE else GROWTH_MB):
                found.append(f"{name}: memory grew by {growth:.1f} MB in the second half")
        if (growth := Trend.of(self.connections).growth) > GROWTH_CONNECTIONS:
            found.append(f"connections grew by {growth:.1f} in the second half")
        if self.connections and max(self.connections) > self.most_connections:
            found.append(f"{max(self.connections):.0f} connections, {self.most_connections} allowed")
        return found

    def table(self) -> str:
        """Return what was seen, as a Markdown table."""
        rows = [f"| {name}, MB | {Trend.of(each)} | {self._share(name):.1%} |" for name, each in self.memory_mb.items()]
        seen = f"| connections, of {self.most_connections} allowed | {Trend.of(self.connections)} | |"
        return "\n".join(
            (
                "| | mean of the second half | line rises by | least … most | of one processor |",
                "| --- | --- | --- | --- | --- |",
                *rows,
                seen,
            )
        )

    def _share(self, name: str) -> float:
        """Return what a process took of one processor."""
        spent = self.processor_s[name]
        lasted_s = 60 * (self.minutes[-1] - self.minutes[0])
        return (spent[-1] - spent[0]) / lasted_s if lasted_s else 0.0

    @property
    def processors(self) -> float:
        """What all of them took of one processor."""
        return sum(self._share(name) for name in self.memory_mb)

    @property
    def spent_s(self) -> float:
        """The processors' time that all of them took since the last look but one."""
        return sum(spent[-1] - spent[-2] for spent in self.processor_s.values())


def _memory_mb(process: int, kind: str) -> float:
    """Read from the kernel; a process that has just ended has none."""
    try:
        lines = (_PROC / str(process) / "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024


def _processor_s(process: int) -> float:
    try:
        return sum(int(ticks) for ticks in _stat(process)[11:13]) / _TICKS_PER_S
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _stat(process: int) -> list[str]:
    """Return the fields after the name, from the state on."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
