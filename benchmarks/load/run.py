"""One run: fill, storm, keep a steady load, drain, check the laws."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from adapters.postgres.books import PostgresBooks
from adapters.postgres.pool import Database
from benchmarks.filling import CLOCK
from benchmarks.load.filling import Filled, fill
from benchmarks.load.office import Office, office
from benchmarks.load.watching import Watch
from benchmarks.server import Server
from benchmarks.serving import WHOLE, Served, served
from benchmarks.webhooks import Sender

WEB, WORKERS = 2, 4
POOL = 8
"""Connections of each process."""
STORM_S = 20.0
LOOK_EVERY_S = 5.0
DRAIN_S = 600.0
STEADY = {"settle": 15.0, "order": 2.0, "update": 30.0}
"""So many a second in the steady load, at pace 1: what four workers can follow on two processors."""
WEB_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Load:
    """How much of everything."""

    minutes: float = 60
    customers: int = 1_000_000
    entries: int = 10_000_000
    bots: int = 1_000
    pace: float = 1.0


@dataclass(slots=True)
class Outcome:
    """What was done, what was seen, and what was wrong."""

    load: Load
    filled: Filled
    filled_in_s: float
    storms: dict[str, float] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    seen: Sequence[str] = ()
    drained_in_s: float = 0.0
    checked_in_s: float = 0.0
    complaints: list[str] = field(default_factory=list)

    def page(self) -> str:
        """Word it as a page of the reference."""
        storms = "\n".join(f"- {name}: {rate:,.0f}/s" for name, rate in self.storms.items())
        did = ", ".join(f"{count:,} {name}" for name, count in sorted(self.did.items()))
        verdict = "\n".join(f"- **{each}**" for each in self.complaints) or "- nothing: no law is broken, all was flat"
        return f"""\
# Load

Written by `make load` on {datetime.now(UTC):%Y-%m-%d}.  On one durable database, on one machine: {WORKERS} workers,
{WEB} web processes that take webhooks, {self.load.bots:,} bots in one process with the people who write to them, and a
process of customers who pay and order.  Telegram and the painter answer at once, in the processes themselves.

In the database before anything began: {self.filled.customers:,} customers and {self.filled.entries:,} entries, written
by the server itself in {self.filled_in_s:.0f} s.

## Storms

As fast as it goes, {STORM_S:.0f} s each, with the workers at work:

{storms}

## {self.load.minutes:g} minutes of steady load

{did}.

{chr(10).join(self.seen)}

Afterwards everything that had to follow was carried out in {self.drained_in_s:.0f} s, and all laws were checked over
all books in {self.checked_in_s:.0f} s.

## What was wrong

{verdict}
"""


async def run(server: Server, load: Load) -> Outcome:
    """Do everything, and return what came of it."""
    async with server.house(1) as database:
        began = time.perf_counter()
        filled = await fill(database, load.customers, load.entries, load.bots)
        outcome = Outcome(load, filled, time.perf_counter() - began)
        print(f"filled in {outcome.filled_in_s:.0f} s", flush=True)
        async with contextlib.AsyncExitStack() as opened:
            members = await opened.enter_async_context(office(server.house_dsn, load.customers, load.bots, WORKERS))
            webs = [await opened.enter_async_context(served(WHOLE, server.house_dsn)) for _ in range(WEB)]
            await _storm(members, webs, outcome)
            await _keep_steady(database, members, webs, outcome)
            await members.tell_all(dict.fromkeys(STEADY, 0.0))
            await _drain(database, outcome)
        await _check(database, outcome)
    return outcome


async def _storm(members: Office, webs: Sequence[Served], outcome: Outcome) -> None:
    for name in STEADY:
        before = (await members.counts())[name]
        began = time.perf_counter()
        await members.tell_all({name: None})
        await asyncio.sleep(STORM_S)
        rate = ((await members.counts())[name] - before) / (time.perf_counter() - began)
        await members.tell_all({name: 0.0})
        outcome.storms[name] = rate
    numbers = count(1)
    senders = [Sender(web.port, 8 * WEB_CONNECTIONS, numbers) for web in webs]
    outcome.storms["webhook"] = sum(await asyncio.gather(*(each.rate(STORM_S) for each in senders)))


async def _keep_steady(database: Database, members: Office, webs: Sequence[Served], outcome: Outcome) -> None:
    load = outcome.load
    processes = members.processes | {f"web {number}": web.process.pid for number, web in enumerate(webs, start=1)}
    watch = Watch(database, processes, most_connections=POOL * len(processes))
    before, numbers = await members.counts(), count(1_000_000_000)
    senders = [Sender(web.port, 1, numbers) for web in webs]
    await members.tell_all({name: per_s * load.pace for name, per_s in STEADY.items()})
    until = time.perf_counter() + 60 * load.minutes
    while time.perf_counter() < until:
        await asyncio.gather(asyncio.sleep(LOOK_EVERY_S), *(each.rate(0.2) for each in senders))
        await watch.look()
    outcome.did = await members.counts()
    outcome.did.subtract(before)
    outcome.did["webhook"] = sum(len(each.answered) for each in senders)
    outcome.seen = watch.lines()
    outcome.complaints += watch.complaints()


async def _drain(database: Database, outcome: Outcome) -> None:
    """Wait until every task is carried out and every order has ended."""
    began, left = time.perf_counter(), 1
    while time.perf_counter() - began < DRAIN_S:
        (left,) = await database.one(
            "SELECT (SELECT count(*) FROM avatar.tasks WHERE status = 'DUE') + (SELECT count(*)"
            " FROM avatar.portrait_orders WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING'))"
            " + (SELECT count(*) FROM avatar.evidence WHERE status = 'RECEIVED')"
        )
        if not left:
            break
        await asyncio.sleep(1)
    else:
        outcome.complaints.append(f"{left:,} tasks, orders and notices were left after {DRAIN_S:.0f} s")
    (dead,) = await database.one("SELECT count(*) FROM avatar.tasks WHERE status = 'DEAD'")
    if dead:
        outcome.complaints.append(f"{dead:,} tasks were given up")
    outcome.drained_in_s = time.perf_counter() - began


async def _check(database: Database, outcome: Outcome) -> None:
    began = time.perf_counter()
    violations = await PostgresBooks(database, CLOCK).violations()
    laws: Mapping[str, Any] = Counter(each.law for each in violations)
    outcome.complaints += [f"{law}: {times:,} times" for law, times in laws.items()]
    outcome.checked_in_s = time.perf_counter() - began
