"""The run as a page of the reference: docs/reference/performance.md is written by this and by nobody else."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, table

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
_MEMORY = Path("/proc/meminfo")
_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was measured, and under which circumstances."""

    figures: Sequence[Figure]
    foreign_load: str
    duration_s: float
    rounds: int

    def page(self) -> str:
        """Word the page."""
        return f"""\
# Performance

Written by `make benchmarks` on {datetime.now(UTC):%Y-%m-%d} in {self.duration_s:.0f} s; the next run writes it anew.
Every figure stands beside its limit, measured in the same run on the same machine and database: read the ratio, not
the figure. Medians of {self.rounds} rounds in which all that is compared took turns.

{table(self.figures)}

- Machine: {_machine()}.
- Foreign load: {self.foreign_load}.
- Database: the embedded PostgreSQL with fsync and synchronous commit, on the disk of the folder for temporary files;
  client and server share the processors.
- **S1** *settle* is `SettlePayment` for a notice that is kept already, *keep and settle* is `KeepEvidence` and then
  `SettlePayment`; every second payment buys a plan, the others a pack of stars. One process, as many callers as
  connections unless told; callers who come at the same time share a statement and its commit. pgbench runs its
  built-in TPC-B-like transactions with prepared statements: a process written in C with a thread for each processor.
- **S3** counts on the wire between psycopg and the server how often the client had to wait for an answer.
- **S5** reads one of several customers in the same tables over one connection: the dossier (balance, plan, all that a
  decision needs) and the ten latest lines of the statement.
- **S6** feeds `/menu` and taps on the menu's button: kept in the inbox, answered from the customer's dossier, state in
  the database, struck off. The bare dispatcher parses the same updates and answers with a constant, and keeps nothing.
  Neither touches a network.
"""


def _machine() -> str:
    return f"{os.cpu_count()} × {_processor()}{_memory()}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    if _PROCESSORS.exists():
        for line in _PROCESSORS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.machine()


def _memory() -> str:
    if not _MEMORY.exists():
        return ""
    return f", {round(int(_MEMORY.read_text().split()[1]) / 2**20)} GB"
