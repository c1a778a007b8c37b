"""Which lines there are, how large they are measured, and the run through them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.archives import ArchiveSize, measure_archives
from benchmarks.figures import Findings
from benchmarks.imports import ImportSize, measure_imports
from benchmarks.memory import MemorySize, measure_memory
from benchmarks.outbox import OutboxSize, measure_outbox
from benchmarks.posting import PostingSize, measure_posting
from benchmarks.questions import QuestionSize, measure_questions
from benchmarks.reading import ReadingSize, measure_reading
from benchmarks.report import Run
from benchmarks.rounds import Rounds
from benchmarks.server import Server, durable_server
from benchmarks.settlements import (
    SettlementSize,
    Storm,
    measure_bots,
    measure_round_trips,
    measure_settlements,
)
from benchmarks.starts import StartSize, measure_starts
from benchmarks.updates import UpdatesSize, measure_many_bots, measure_updates
from benchmarks.webhooks import WebhookSize, measure_webhooks


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything is measured."""

    rounds: int
    settlements: SettlementSize
    posting: PostingSize
    updates: UpdatesSize
    reading: ReadingSize
    questions: QuestionSize
    webhooks: WebhookSize
    memory: MemorySize
    imports: ImportSize
    archives: ArchiveSize
    outbox: OutboxSize
    starts: StartSize


SIZES: Mapping[str, Size] = {
    "tiny": Size(
        rounds=1,
        settlements=SettlementSize((2,), Storm(2, 8), 0.2, 1_000, 1, customers=(100,), processes=(1,), bots=3),
        posting=PostingSize(duration_s=0.2, customers=64),
        updates=UpdatesSize(batches=1, batch=10, bots=(1, 3), processes=(1,)),
        reading=ReadingSize(entries=(10, 100), reads=5),
        questions=QuestionSize(customers=100, questions=5, every_s=0.02, stock=2_000),
        webhooks=WebhookSize(duration_s=0.3, connections=4, kill_after_s=0.3),
        memory=MemorySize(customers=(10, 20), callers=4, simulated=(2, 1)),
        imports=ImportSize(times=1),
        archives=ArchiveSize(photos=3, size_bytes=200_000),
        outbox=OutboxSize(duration_s=0.4, per_s=100, stock=2_000),
        starts=StartSize(has_demo=False, scale=1, duration_s=1),
    ),
    "standard": Size(
        rounds=3,
        settlements=SettlementSize(
            (1, 8, 16), Storm(8, 64), 2, 5_000, 16, customers=(1_000, 100_000, 1_000_000), processes=(1, 2, 4), bots=50
        ),
        posting=PostingSize(duration_s=2, customers=2_000),
        updates=UpdatesSize(batches=20, batch=100, bots=(1, 10, 100, 1_000), processes=(1, 2, 4)),
        reading=ReadingSize(entries=(1_000, 10_000, 100_000, 1_000_000), reads=200),
        questions=QuestionSize(customers=1_000_000, questions=300, every_s=0.02, stock=30_000),
        webhooks=WebhookSize(duration_s=2, connections=32, kill_after_s=1),
        memory=MemorySize(customers=(100, 1_000, 10_000), callers=64, simulated=(100, 30)),
        imports=ImportSize(times=5),
        archives=ArchiveSize(photos=50, size_bytes=10_000_000),
        outbox=OutboxSize(duration_s=4, per_s=500, stock=6_000),
        starts=StartSize(has_demo=True, scale=16, duration_s=3),
    ),
    "long": Size(
        rounds=7,
        settlements=SettlementSize(
            (1, 4, 8, 16, 32), Storm(8, 64), 5, 20_000, 32,
            customers=(1_000, 100_000, 1_000_000, 3_000_000), processes=(1, 2, 4), bots=50,
        ),
        posting=PostingSize(duration_s=5, customers=2_000),
        updates=UpdatesSize(batches=40, batch=100, bots=(1, 10, 100, 1_000), processes=(1, 2, 4)),
        reading=ReadingSize(entries=(1_000, 10_000, 100_000, 1_000_000, 10_000_000), reads=500),
        questions=QuestionSize(customers=1_000_000, questions=1_000, every_s=0.02, stock=100_000),
        webhooks=WebhookSize(duration_s=5, connections=32, kill_after_s=2),
        memory=MemorySize((100, 1_000, 10_000, 100_000), callers=64, simulated=(100, 60)),
        imports=ImportSize(times=15),
        archives=ArchiveSize(photos=50, size_bytes=10_000_000),
        outbox=OutboxSize(duration_s=10, per_s=500, stock=15_000),
        starts=StartSize(has_demo=True, scale=32, duration_s=5),
    ),
}  # fmt: skip

Measure = Callable[[Server, Size, Rounds], Awaitable[Findings]]
LINES: Mapping[str, Measure] = {
    "S1": lambda server, size, rounds: measure_settlements(server, size.settlements, rounds),
    "S2": lambda server, size, rounds: measure_posting(server, size.posting, rounds),
    "S3": measure_round_trips,
    "S4": lambda server, size, rounds: measure_bots(server, size.settlements, rounds),
    "S5": lambda server, size, rounds: measure_reading(server, size.reading, rounds),
    "S6": lambda server, size, rounds: measure_updates(server, size.updates, rounds),
    "S7": lambda server, size, rounds: measure_questions(server, size.questions, rounds),
    "S8": lambda server, size, rounds: measure_webhooks(server, size.webhooks, rounds),
    "S9": lambda server, size, rounds: measure_memory(server, size.memory, rounds),
    "S10": lambda server, size, rounds: measure_many_bots(server, size.updates, rounds),
    "S11": lambda server, size, rounds: measure_imports(server, size.imports, rounds),
    "S12": lambda server, size, rounds: measure_archives(server, size.archives, rounds),
    "S13": lambda server, size, rounds: measure_outbox(server, size.outbox, rounds),
    "S14": lambda server, size, rounds: measure_starts(server, size.starts, rounds),
}
"""By the goal's code in the design; each on a database of its own."""


def run(lines: Sequence[str], size: Size) -> Run:
    """Measure these lines, one after the other, on one server."""
    began, rounds, found = time.perf_counter(), Rounds(size.rounds), Findings()
    with durable_server() as server:
        for line in lines:
            print(f"{line} …", flush=True)
            with server.fresh_house(line.lower()) as own:
                more = asyncio.run(_measured(LINES[line], own, size, rounds))
            print(*(" ".join(each.cells()) for each in more.figures), sep="\n", flush=True)
            found += more
    return Run(found, str(rounds.load), time.perf_counter() - began, size.rounds)


async def _measured(measure: Measure, server: Server, size: Size, rounds: Rounds) -> Findings:
    return await measure(server, size, rounds)
