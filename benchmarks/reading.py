"""S5: a customer's balance and last ten operations cost the same, however many entries the customer has."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from adapters.postgres.books import PostgresBooks
from adapters.postgres.pool import Database
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.ids import CustomerId
from avatar_core.money import Stars
from avatar_core.use_cases.customers import ReadCustomer
from benchmarks.figures import Amount, AtMost, Curve, Figure, Findings
from benchmarks.filling import CLOCK, NAMES, fill_entries
from benchmarks.rounds import Rounds
from benchmarks.server import Server

LINES = 10
GOAL = AtMost(1.2)
_WARMING = 20


@dataclass(frozen=True, slots=True)
class ReadingSize:
    """How much is measured."""

    entries: tuple[int, ...]
    """Of one customer each; all of them lie in the same tables."""
    reads: int
    """A round."""


@dataclass(frozen=True, slots=True)
class _Reader:
    database: Database

    async def dossier(self, customer: CustomerId, entries: int) -> None:
        """Read balance, plan and all else that a decision needs."""
        read = await ReadCustomer(PostgresBeginUnitOfWork(self.database, NAMES, CLOCK))(customer)
        assert read.wallet.available == Stars.of(entries)

    async def last_ten(self, customer: CustomerId, entries: int) -> None:
        """Read the top of the statement."""
        lines = await PostgresBooks(self.database, CLOCK).statement(customer, limit=LINES)
        assert len(lines) == LINES
        assert lines[0].balance == Stars.of(entries)


async def measure_reading(server: Server, size: ReadingSize, rounds: Rounds) -> Findings:
    """Fill one customer for each number of entries, then read them by turns over one connection."""
    async with server.house(1) as database:
        customers = {each: await fill_entries(database, number, each) for number, each in enumerate(size.entries)}
        await database.long_rows("ANALYZE")
        reader = _Reader(database)
        ways = {"balance and dossier": reader.dossier, f"last {LINES} lines": reader.last_ten}
        medians = await rounds.medians(
            {
                (what, entries): partial(_median_ms, partial(read, customer, entries), size.reads)
                for what, read in ways.items()
                for entries, customer in customers.items()
            },
        )
    few = min(size.entries)
    figures = [
        Figure(
            code="S5",
            what=f"{what}, {entries:,} entries",
            measured=Amount(median, "ms"),
            limit_name=f"with {few:,} entries",
            limit=Amount(medians[what, few], "ms"),
            goal=GOAL,
        )
        for (what, entries), median in medians.items()
        if entries != few
    ]
    lines = {what: [(float(entries), medians[what, entries]) for entries in size.entries] for what in ways}
    return Findings(figures, [Curve("S5", "reading one customer over their entries", "entries", "ms", lines)])


async def _median_ms(read: Callable[[], Awaitable[None]], reads: int) -> float:
    for _ in range(_WARMING):
        await read()
    taken = []
    for _ in range(reads):
        began = time.perf_counter()
        await read()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)
