"""Which lines there are, how large they are measured, and the run through them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import Figure
from benchmarks.reading import ReadingSize, measure_reading
from benchmarks.report import Run
from benchmarks.rounds import Rounds
from benchmarks.server import Server, durable_server
from benchmarks.settlements import SettlementSize, Storm, measure_settlements
from benchmarks.updates import UpdatesSize, measure_updates


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything is measured."""

    rounds: int
    settlements: SettlementSize
    updates: UpdatesSize
    reading: ReadingSize


SIZES: Mapping[str, Size] = {
    "tiny": Size(
        rounds=1,
        settlements=SettlementSize((2,), Storm(2, 8), duration_s=0.2, stock=1_000, scale=1),
        updates=UpdatesSize(batches=1, batch=10),
        reading=ReadingSize(entries=(10, 100), reads=5),
    ),
    "standard": Size(
        rounds=3,
        settlements=SettlementSize((1, 8, 16), Storm(8, 64), duration_s=2, stock=5_000, scale=16),
        updates=UpdatesSize(batches=10, batch=100),
        reading=ReadingSize(entries=(1_000, 10_000, 100_000, 1_000_000), reads=200),
    ),
    "long": Size(
        rounds=7,
        settlements=SettlementSize((1, 4, 8, 16, 32), Storm(8, 64), duration_s=5, stock=20_000, scale=32),
        updates=UpdatesSize(batches=20, batch=100),
        reading=ReadingSize(entries=(1_000, 10_000, 100_000, 1_000_000, 10_000_000), reads=500),
    ),
}

Measure = Callable[[Server, Size, Rounds], Awaitable[list[Figure]]]
LINES: Mapping[str, Measure] = {
    "settlements": lambda server, size, rounds: measure_settlements(server, size.settlements, rounds),
    "updates": lambda server, size, rounds: measure_updates(server, size.updates, rounds),
    "reading": lambda server, size, rounds: measure_reading(server, size.reading, rounds),
}
"""Reading comes last: its million rows are in nobody's way then."""


def run(lines: Sequence[str], size: Size) -> Run:
    """Measure these lines, one after the other, on one server."""
    began, rounds = time.perf_counter(), Rounds(size.rounds)
    with durable_server() as server:
        figures = asyncio.run(_measured([LINES[line] for line in lines], server, size, rounds))
    return Run(figures, str(rounds.load), time.perf_counter() - began, size.rounds)


async def _measured(measures: Sequence[Measure], server: Server, size: Size, rounds: Rounds) -> list[Figure]:
    return [figure for measure in measures for figure in await measure(server, size, rounds)]
