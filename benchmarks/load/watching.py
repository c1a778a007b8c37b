"""Memory and connections over time, and whether they are flat."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.postgres.pool import Database

GROWTH = 1.1
"""What a process may hold at the end, of what it held at the beginning …"""
GROWTH_KB = 8 * 1024
"""… and this, on top: an arena more or less."""
FEWEST = 6
"""Samples that a trend can be told from."""


@dataclass(slots=True)
class Watch:
    """Looks at processes and at the database's sessions now and then."""

    database: Database
    processes: Mapping[str, int]
    """By name, the process's number."""
    most_connections: int
    memory_kb: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    connections: list[int] = field(default_factory=list)

    async def look(self) -> None:
        """Take one sample."""
        for name, number in self.processes.items():
            self.memory_kb[name].append(_resident_kb(number))
        (count,) = await self.database.one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self.connections.append(count)

    def complaints(self) -> list[str]:
        """Return what was not flat between the first and the last third."""
        found = []
        for name, samples in self.memory_kb.items():
            first, last = _thirds(samples)
            if last > first * GROWTH + GROWTH_KB:
                found.append(f"{name}: memory grew from {first / 1024:.0f} to {last / 1024:.0f} MB")
        if self.connections and max(self.connections) > self.most_connections:
            found.append(f"{max(self.connections)} connections, {self.most_connections} allowed")
        return found

    def lines(self) -> list[str]:
        """Return what was seen, as lines of a Markdown list."""
        found = []
        for name, samples in self.memory_kb.items():
            first, last = _thirds(samples)
            found.append(f"- {name}: {first / 1024:.0f} MB in the first third, {last / 1024:.0f} MB in the last")
        seen = f"{min(self.connections)} to {max(self.connections)}" if self.connections else "none"
        return [*found, f"- connections: {seen}, of {self.most_connections} that the pools may open"]


def _thirds(samples: Sequence[int]) -> tuple[float, float]:
    """Return the medians of the first and the last third; too few samples show nothing."""
    if len(samples) < FEWEST:
        return samples[-1], samples[-1]
    third = len(samples) // 3
    return statistics.median(samples[:third]), statistics.median(samples[-third:])


def _resident_kb(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(process)
