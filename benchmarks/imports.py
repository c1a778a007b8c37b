"""S11: what importing the core costs, and what the command line does."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.figures import Amount, AtMost, Figure, Findings, held_to
from benchmarks.rounds import Rounds

NOTHING, STANDARD, CORE = "pass", "import dataclasses, enum, typing", "import avatar_core"
WHOLE_CORE = "import avatar_core.ports, avatar_core.use_cases.billing, avatar_core.use_cases.trainings"
HELP = "avatar --help"
MOST_FOR_HELP_MS = 250


@dataclass(frozen=True, slots=True)
class ImportSize:
    """How much is measured."""

    times: int
    """Each, in a round; its median counts."""


async def measure_imports(_server: object, size: ImportSize, rounds: Rounds) -> Findings:
    """Start Python with each, again and again."""
    python = [sys.executable, "-c"]
    ways = {what: [*python, what] for what in (NOTHING, STANDARD, CORE, WHOLE_CORE)}
    ways[HELP] = [str(Path(sys.executable).with_name("avatar")), "--help"]
    medians = await rounds.medians({what: partial(_median_ms, way, size.times) for what, way in ways.items()})
    standard = Amount(medians[STANDARD], "ms")
    figures = [
        Figure("S11", f"`{CORE}`, with Python's start", Amount(medians[CORE], "ms"), STANDARD, standard, AtMost(3)),
        Figure("S11", "its largest modules, with the start", Amount(medians[WHOLE_CORE], "ms"), STANDARD, standard),
    ]
    more = Amount(medians[HELP] - medians[NOTHING], "ms")
    figures.append(held_to("S11", "`avatar --help`, beyond `pass`", more, MOST_FOR_HELP_MS, "the design's goal"))
    return Findings(figures)


async def _median_ms(command: Sequence[str], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)
