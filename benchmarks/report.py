"""The run as a page of the reference: docs/reference/performance.md is written by this and by nobody else."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Findings, table
from benchmarks.pictures import draw, picture_name
from benchmarks.words import WORDS

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
_MEMORY = Path("/proc/meminfo")
_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was measured, and under which circumstances."""

    found: Findings
    foreign_load: str
    duration_s: float
    rounds: int

    def page(self) -> str:
        """Word the page; its pictures lie beside it."""
        return f"""\
# Performance

Written by `make benchmarks` on {datetime.now(UTC):%Y-%m-%d} in {self.duration_s / 60:.0f} minutes; the next whole run
writes it anew.  Every figure stands beside its limit, measured in the same run on the same machine and database: read
the ratio, not the figure.  Medians of {self.rounds} rounds in which all that is compared took turns.

{table(self.found.figures)}

- Machine: {_machine()}.
- Foreign load: {self.foreign_load}.
- Database: the embedded PostgreSQL with fsync and synchronous commit, on the disk of the folder for temporary files;
  client and server share the processors.
{"".join(f"- {remark}{chr(10)}" for remark in self.found.remarks)}{WORDS}
## How cost grows

{chr(10).join(f"![{each.title}]({picture_name(each)})" for each in self.found.curves)}
"""

    def write(self, page: Path = PAGE) -> None:
        """Write the page, and its pictures beside it."""
        page.write_text(self.page(), "utf-8")
        for each in self.found.curves:
            draw(each, page.parent / picture_name(each))


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
