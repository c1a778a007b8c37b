"""S13: from the commit to the reaction's start at a steady pace, and what the relay costs the payments beside it."""

import asyncio
import contextlib
import math
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.pool import Database
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.events import CustomerRegistered
from avatar_core.tasks import Task
from benchmarks.figures import Amount, AtLeast, Figure, Findings, held_to
from benchmarks.filling import CLOCK, NAMES, PaymentModels, a_customer
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from benchmarks.till import Shop, Way
from entrypoints.logs import Redaction
from entrypoints.sweeps import rare_sweeps
from entrypoints.worker.bell import Bell
from entrypoints.worker.patience import Patience
from entrypoints.worker.tasks import Pace, TaskLoop

MOST_P50_MS, MOST_P99_MS = 5, 20
CALLERS = 8
WITH, WITHOUT = "with", "without"


@dataclass(frozen=True, slots=True)
class OutboxSize:
    """How much is measured."""

    duration_s: float
    per_s: int
    """Events, each with its tasks."""
    stock: int


@dataclass(slots=True)
class _Reactions:
    """Stands where the worker's use case does, and notes when the first task of each newcomer began."""

    began: dict[str, float] = field(default_factory=dict)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def carry_out(self, task: Task) -> None:
        """Do nothing, at a known time."""
        event = task.happening.event
        self._more.set()
        if isinstance(event, CustomerRegistered):
            self.began.setdefault(event.customer, asyncio.get_running_loop().time())

    async def all_began(self, count: int) -> None:
        """Return once there were so many."""
        while len(self.began) < count:
            self._more.clear()
            await self._more.wait()


async def measure_outbox(server: Server, size: OutboxSize, rounds: Rounds) -> Findings:
    """Time reactions at a steady pace, then settle with and without a relay in the same process."""
    async with server.house(1) as filler, server.house(CALLERS) as database:
        bell, reactions = Bell(), _Reactions()
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK, bell.ring)
        relay = _relay(database, bell, reactions)
        p50, p99 = await _delays_ms(begin, relay, reactions, size)
        till = await Shop(filler, await PaymentModels.written(filler), size.stock).till(2 * rounds.count + 1)
        way = Way(till, till.settle, CALLERS)
        await way.warm(begin, CALLERS)
        with rare_sweeps():
            alone = partial(way.rate, begin, size.duration_s)
            medians = await rounds.medians({WITHOUT: alone, WITH: partial(_beside, relay, alone)})
    goal, pace = "the design's goal", f"at {size.per_s} events/s"
    amounts = Amount(medians[WITH], "/s"), Amount(medians[WITHOUT], "/s")
    return Findings(
        [
            held_to("S13", f"commit → reaction starts, p50, {pace}", Amount(p50, "ms"), MOST_P50_MS, goal),
            held_to("S13", f"commit → reaction starts, p99, {pace}", Amount(p99, "ms"), MOST_P99_MS, goal),
            Figure("S13", "settle, the relay in the same process", amounts[0], "no relay", amounts[1], AtLeast(0.9)),
        ]
    )


def _relay(database: Database, bell: Bell, reactions: _Reactions) -> TaskLoop:
    patience = Patience(random.Random(1), 1.0)
    outbox = PostgresOutbox(database)
    return TaskLoop("bench", outbox, reactions.carry_out, CLOCK, bell, patience, Redaction(()), Pace())


async def _beside(relay: TaskLoop, measure: partial) -> float:  # type: ignore[type-arg]
    async with _running(relay):
        measured: float = await measure()
    return measured


@contextlib.asynccontextmanager
async def _running(relay: TaskLoop) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def _delays_ms(
    begin: PostgresBeginUnitOfWork, relay: TaskLoop, reactions: _Reactions, size: OutboxSize
) -> tuple[float, float]:
    """Commit events at a steady pace, and return the median and the 99th percentile of what their reactions wait."""
    loop, committed = asyncio.get_running_loop(), dict[str, float]()

    async def register(number: int, after_s: float) -> None:
        await asyncio.sleep(after_s)
        customer = a_customer(4_000_000_000 + number)
        async with begin() as work:
            work.save(customer)
            work.emit(CustomerRegistered(customer=customer.id, person="a customer"))
            await work.commit()
        committed[customer.id] = loop.time()

    count = math.ceil(size.duration_s * size.per_s)
    async with _running(relay):
        await asyncio.gather(*(register(number, number / size.per_s) for number in range(count)))
        async with asyncio.timeout(60):
            await reactions.all_began(count)
    delays = sorted(reactions.began[customer] - at for customer, at in committed.items())
    return 1000 * delays[len(delays) // 2], 1000 * delays[math.ceil(0.99 * len(delays)) - 1]
