"""S1, S3 and S4: settlements a second through the use case beside pgbench, and their round trips on the wire."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from benchmarks.crew import Crew, crew
from benchmarks.figures import Amount, AtLeast, AtMost, Curve, Figure, Findings
from benchmarks.filling import CLOCK, NAMES, PaymentModels
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from benchmarks.till import Shop, Way
from benchmarks.wire import counted_round_trips
from entrypoints.sweeps import rare_sweeps

SETTLE, KEEP_AND_SETTLE, PGBENCH = "settle", "keep and settle", "pgbench"
GOALS = {(SETTLE, 8): AtLeast(0.5)}
"""By what is done on how many connections; the design hopes for 1.0 later."""
STORM_GOAL = AtLeast(2)
_COUNTED = 20


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
    customers: tuple[int, ...]
    processes: tuple[int, ...]
    bots: int
    """How many the payments are spread over, beside all of them for one."""


async def measure_settlements(server: Server, size: SettlementSize, rounds: Rounds) -> Findings:
    """Measure at each number of connections, of customers and of processes."""
    await asyncio.to_thread(server.fill_limit, size.scale)
    async with server.house(1) as database:
        shop = Shop(database, await PaymentModels.written(database), size.stock)
        found = Findings()
        for connections in size.connections:
            found += Findings(await _at(server, shop, connections, size, rounds))
        connections_curve = _over_connections(found.figures, size)
        processes = await _over_processes(server, shop, size, rounds)
        customers = await _over_customers(server, shop, size, rounds)
    return found + Findings(curves=(connections_curve, customers, processes))


async def _at(server: Server, shop: Shop, connections: int, size: SettlementSize, rounds: Rounds) -> list[Figure]:
    storm = f"{SETTLE}, {size.storm.callers} callers"
    callers = {SETTLE: connections, KEEP_AND_SETTLE: connections}
    if connections == size.storm.connections:
        callers[storm] = size.storm.callers
    till = await shop.till(rounds.count * len(callers) + 1)
    ways = {
        what: Way(till, till.keep_and_settle if what == KEEP_AND_SETTLE else till.settle, count)
        for what, count in callers.items()
    }
    medians = await _medians(server, ways, connections, size.duration_s, rounds)
    return [
        Figure(
            code="S1",
            what=f"{what}, {connections} connection{'s' if connections > 1 else ''}",
            measured=Amount(medians[what], "/s"),
            limit_name="pgbench TPC-B-like",
            limit=Amount(medians[PGBENCH], "/s"),
            goal=STORM_GOAL if what == storm else GOALS.get((what, connections)),
        )
        for what in ways
    ]


async def _medians(
    server: Server, ways: Mapping[str, Way], connections: int, duration_s: float, rounds: Rounds
) -> dict[str, float]:
    """Let each way take its turn on the same connections, and pgbench its own."""
    async with server.house(connections) as database:
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        for way in ways.values():
            await way.warm(begin, connections)
        with rare_sweeps():
            return await rounds.medians(
                {what: partial(way.rate, begin, duration_s) for what, way in ways.items()}
                | {PGBENCH: partial(server.pgbench, connections, duration_s)}
            )


def _over_connections(figures: Sequence[Figure], size: SettlementSize) -> Curve:
    rates = {each.what: (each.measured.median, each.limit.median) for each in figures}
    names = {count: f"{SETTLE}, {count} connection{'s' if count > 1 else ''}" for count in size.connections}
    lines = {
        each: [(float(count), rates[name][place]) for count, name in names.items()]
        for place, each in enumerate((SETTLE, PGBENCH))
    }
    return Curve("S1", "settlements over connections, as many callers", "connections", "/s", lines)


async def _over_processes(server: Server, shop: Shop, size: SettlementSize, rounds: Rounds) -> Curve:
    """Settle in several processes at once, each with eight callers on eight connections."""
    async with contextlib.AsyncExitStack() as open_crews:
        crews: dict[str, Crew] = {}
        for count in size.processes:
            tills = [await shop.till(rounds.count + 1) for _ in range(count)]
            tasks = [(server.house_dsn, str(till.next), str(till.end), str(size.duration_s)) for till in tills]
            crews[str(count)] = await open_crews.enter_async_context(crew("benchmarks.settling", tasks))
        medians = await rounds.medians({count: each.work for count, each in crews.items()})
    line = [(float(count), rate) for count, rate in medians.items()]
    return Curve("S1", "settlements over processes, 8 callers each", "processes", "/s", {SETTLE: line})


async def _over_customers(server: Server, shop: Shop, size: SettlementSize, rounds: Rounds) -> Curve:
    """Settle with more and more customers in the tables."""
    lines: dict[str, list[tuple[float, float]]] = {SETTLE: [], PGBENCH: []}
    for customers in size.customers:
        await shop.crowd(customers)
        till = await shop.till(rounds.count + 1)
        medians = await _medians(server, {SETTLE: Way(till, till.settle, 8)}, 8, size.duration_s, rounds)
        for what, line in lines.items():
            line.append((float(customers), medians[what]))
    return Curve("S1", "settlements over customers, 8 connections", "customers", "/s", lines)


async def measure_bots(server: Server, size: SettlementSize, rounds: Rounds) -> Findings:
    """Settle payments that are all for one bot, and payments that are spread over many."""
    async with server.house(1) as database:
        shop = Shop(database, await PaymentModels.written(database), size.stock)
        tills = {bots: await shop.till(rounds.count + 1, bots) for bots in (1, size.bots)}
        ways = {str(bots): Way(till, till.settle, 8) for bots, till in tills.items()}
        async with server.house(8) as many:
            begin = PostgresBeginUnitOfWork(many, NAMES, CLOCK)
            for way in ways.values():
                await way.warm(begin, 8)
            with rare_sweeps():
                medians = await rounds.medians(
                    {bots: partial(way.rate, begin, size.duration_s) for bots, way in ways.items()}
                )
    one, spread = Amount(medians["1"], "/s"), Amount(medians[str(size.bots)], "/s")
    return Findings([Figure("S4", "settle, all for one bot", one, f"spread over {size.bots}", spread, AtLeast(0.9))])


async def measure_round_trips(server: Server, _size: object, _rounds: Rounds) -> Findings:
    """Count on the wire how often the client waits."""
    async with server.house(1) as database:
        shop = Shop(database, await PaymentModels.written(database), 10 * _COUNTED)
        till = await shop.till()
        figures = []
        ways = ((SETTLE, till.settle, 2), (KEEP_AND_SETTLE, till.keep_and_settle, 3))
        for what, pay, expected in ways:
            each = await counted_round_trips(server, pay, _COUNTED)
            name = "one read, one write" if expected == 2 else "the same after keeping it"
            figures.append(
                Figure("S3", f"{what}, on the wire", Amount(each, "trips"), name, Amount(expected, "trips"), AtMost(1))
            )
    return Findings(figures)
