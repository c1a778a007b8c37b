"""S1 and S3: settlements a second through the use case beside pgbench, and their round trips on the wire."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from adapters.postgres.pool import Database
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.payments import EvidenceStatus
from avatar_core.ports import BeginUnitOfWork
from avatar_core.use_cases.billing import KeepEvidence, SettlePayment
from benchmarks.figures import Amount, AtLeast, AtMost, Figure
from benchmarks.filling import CLOCK, NAMES, PaymentModels, a_notice, filled_notice, filled_payment
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from benchmarks.wire import counted_round_trips

WARMING = 15
"""Each connection plans a statement anew five times before it keeps the plan."""
SETTLE, KEEP_AND_SETTLE, PGBENCH = "settle", "keep and settle", "pgbench"
GOALS = {(SETTLE, 8): AtLeast(0.5)}
"""By what is done on how many connections."""
_COUNTED = 20

Pay = Callable[[BeginUnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Storm:
    """Many more callers than connections: what waits together is settled together."""

    connections: int
    callers: int


@dataclass(frozen=True, slots=True)
class SettlementSize:
    """How much is measured."""

    connections: tuple[int, ...]
    storm: Storm
    duration_s: float
    stock: int
    """Open invoices for each measurement; when they are used up it ends before its time."""
    scale: int
    """Of pgbench: not below the number of connections, or its branches are what is measured."""


class _Till:
    """Invoices that wait to be paid, each with a kept notice that pays it."""

    def __init__(self, database: Database, models: PaymentModels, stock: int) -> None:
        self._database = database
        self._models = models
        self._stock = stock
        self._next = self._end = 1

    async def restock(self, measurements: int = 1) -> None:
        """See to it that there are enough; filling disturbs what is measured right after it."""
        missing = self._stock * measurements - (self._end - self._next)
        if missing > 0:
            await self._models.fill(self._database, range(self._end, self._end + missing))
            self._end += missing

    @property
    def is_empty(self) -> bool:
        """Whether the machine was faster than anybody thought."""
        return self._next == self._end

    async def settle(self, begin: BeginUnitOfWork) -> None:
        """Settle the next notice."""
        judged = await SettlePayment(begin, CLOCK)(filled_notice(self._take()))
        assert judged.status is EvidenceStatus.SETTLED

    async def keep_and_settle(self, begin: BeginUnitOfWork) -> None:
        """Keep another notice that pays the next invoice, then settle that: what an intake does for a payment."""
        number = self._take()
        kept = await KeepEvidence(begin)(a_notice(f"paid-{number}", filled_payment(number)))
        judged = await SettlePayment(begin, CLOCK)(kept.id)
        assert judged.status is EvidenceStatus.SETTLED

    def _take(self) -> int:
        assert not self.is_empty
        self._next += 1
        return self._next - 1


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to pay, taken by so many callers at a time."""

    till: _Till
    pay: Pay
    callers: int

    async def rate(self, begin: BeginUnitOfWork, duration_s: float) -> float:
        """Let each caller pay one after the other until the time is over; return how many a second there were."""
        if self.till.is_empty:
            await self.till.restock()
        began = time.perf_counter()

        async def keep_paying() -> int:
            paid = 0
            while time.perf_counter() - began < duration_s and not self.till.is_empty:
                await self.pay(begin)
                paid += 1
            return paid

        paid = sum(await asyncio.gather(*(keep_paying() for _ in range(self.callers))))
        return paid / (time.perf_counter() - began)


async def measure_settlements(server: Server, size: SettlementSize, rounds: Rounds) -> list[Figure]:
    """Measure at each number of connections, then count round trips."""
    await asyncio.to_thread(server.fill_limit, size.scale)
    async with server.house(1) as database:
        till = _Till(database, await PaymentModels.written(database), size.stock)
        figures = []
        for connections in size.connections:
            figures += await _at(server, till, connections, size, rounds)
        return figures + await _round_trips(server, till)


async def _at(server: Server, till: _Till, connections: int, size: SettlementSize, rounds: Rounds) -> list[Figure]:
    ways = {
        SETTLE: _Way(till, till.settle, connections),
        KEEP_AND_SETTLE: _Way(till, till.keep_and_settle, connections),
    }
    if connections == size.storm.connections:
        ways[f"{SETTLE}, {size.storm.callers} callers"] = _Way(till, till.settle, size.storm.callers)
    await till.restock(rounds.count * len(ways) + 1)
    async with server.house(connections) as database:
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        for way in ways.values():
            await asyncio.gather(*(way.pay(begin) for _ in range(WARMING * connections)))
        medians = await rounds.medians(
            {what: partial(way.rate, begin, size.duration_s) for what, way in ways.items()}
            | {PGBENCH: partial(server.pgbench, connections, size.duration_s)}
        )
    return [
        Figure(
            code="S1",
            what=f"{what}, {connections} connection{'s' if connections > 1 else ''}",
            measured=Amount(medians[what], "/s"),
            limit_name="pgbench TPC-B-like",
            limit=Amount(medians[PGBENCH], "/s"),
            goal=GOALS.get((what, connections)),
        )
        for what in ways
    ]


async def _round_trips(server: Server, till: _Till) -> list[Figure]:
    await till.restock()
    figures = []
    ways = ((SETTLE, till.settle, 2), (KEEP_AND_SETTLE, till.keep_and_settle, 3))
    for what, pay, expected in ways:
        each = await counted_round_trips(server, pay, _COUNTED)
        name = "one read, one write" if expected == 2 else "the same after keeping it"
        figures.append(
            Figure("S3", f"{what}, on the wire", Amount(each, "trips"), name, Amount(expected, "trips"), AtMost(1))
        )
    return figures
