"""One run on one database: fill it, let storms go over it, keep a steady load; each part is checked by itself."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.pool import Database
from benchmarks.load.auditing import Stock, broken_laws, drained, left_over
from benchmarks.load.drawing import draw
from benchmarks.load.filling import fill
from benchmarks.load.office import BRINGER, Counts, Office, office
from benchmarks.load.page import Section
from benchmarks.load.settings import POOL
from benchmarks.load.watching import Watch

LOOK_EVERY_S = 5.0
STEADY = {"settle": 3.0, "order": 0.5, "update": 5.0, "webhook": 5.0}
"""So many a second at pace 1: far below the storms, for what is looked for needs time and not load."""
PICTURE = "load-steady.svg"


@dataclass(frozen=True, slots=True)
class Load:
    """How much of everything; a part of 0 is left out."""

    customers: int = 1_000_000
    entries: int = 10_000_000
    """0: they are there already, and the customers too."""
    bots: int = 1_000
    storm_s: float = 30.0
    minutes: float = 60.0
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """The parts of a run, each of which tells of itself as soon as it is over."""

    database: Database
    """One connection, to look on."""
    load: Load
    tell: Callable[[Section], None]
    folder: Path
    """Of the picture."""

    async def all(self) -> None:
        """Make every part that is asked for, one after the other."""
        if self.load.entries:
            await self._books()
        if self.load.storm_s:
            await self._part(Section("Storms"), self._storms)
        if self.load.minutes:
            await self._part(Section("Steady load"), self._steady)

    async def _books(self) -> None:
        section = Section("The books")
        filled = await fill(self.database, self.load.customers, self.load.entries, self.load.bots)
        broken, checked_in_s = await broken_laws(self.database)
        (size,) = await self.database.one("SELECT pg_size_pretty(pg_database_size(current_database()))")
        section.complaints += broken
        section.lines.append(
            f"{filled.customers:,} customers and {filled.entries:,} entries, {size}, written by the server itself in"
            f" {filled.written_in_s:,.0f} s; {filled.days_sealed} days sealed in {filled.sealed_in_s:,.0f} s; all laws"
            f" checked over all books, each link of the hash chains too, in {checked_in_s:,.0f} s."
        )
        self.tell(section)

    async def _part(self, section: Section, act: Callable[[Office, Section], Awaitable[None]]) -> None:
        """Open the office for a part, then hold the database against what was done."""
        async with office(self.database.dsn, self.load.customers, self.load.bots) as members:
            before = await Stock.taken(self.database)
            await act(members, section)
            did = await self._rest(members, section)
            section.complaints += before.after(did).complaints(await Stock.taken(self.database))
            ends = await members.close()
            section.complaints += [f"{name} ended with {status}" for name, status in ends.items() if status]
            section.complaints += [f"{times:,} × {each}" for each, times in members.troubles().items()]
            warned = counted(members.warnings()) or "nothing"
        section.complaints += await left_over(self.database)
        broken, checked_in_s = await broken_laws(self.database)
        section.complaints += broken
        section.lines.append(
            f"Done in all: {counted(did)}; held against the payments, stars, orders and updates that the database"
            f" counts.  Logged as a warning: {warned}.  All laws were checked over all books in {checked_in_s:,.0f} s."
        )
        self.tell(section)

    async def _rest(self, members: Office, section: Section) -> Counter[str]:
        """Stop, let everything that must follow be done, and return what was done in all."""
        counts = await self._pause(members)
        seconds, left = await drained(self.database)
        section.lines.append(f"Afterwards everything that had to follow was done within {seconds:,.1f} s.")
        if left:
            section.complaints.append(f"{left:,} tasks, orders, notices and updates were left after {seconds:,.0f} s")
        section.complaints += [f"{times:,} × {name} failed" for name, times in counts.failed.items()]
        return counts.did

    async def _pause(self, members: Office) -> Counts:
        """Stop, and return what was done once nobody is in the middle of something."""
        counts = await members.tell_all(dict.fromkeys(STEADY, 0.0))
        while counts.busy:
            await asyncio.sleep(0.1)
            counts = await members.counts()
        return counts

    async def _storms(self, members: Office, section: Section) -> None:
        """Let each kind of act go as fast as it can for a while, and wait until its backlog is done."""
        rows = [
            "| | /s | median, ms | 99 %, ms | backlog done after, s | processors' time for each, ms |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        watch = self._watch(members)
        for name in STEADY:
            await watch.look()
            before, began = (await members.counts()).did[name], time.perf_counter()
            await members.tell_all({name: None})
            await asyncio.sleep(self.load.storm_s)
            rate = ((await members.counts()).did[name] - before) / (time.perf_counter() - began)
            counts = await self._pause(members)
            backlog_s, _ = await drained(self.database)
            await watch.look()
            done, (p50, p99) = counts.did[name] - before, counts.took_ms[name]
            each_ms = 1000 * watch.spent_s / max(1, done)
            rows.append(f"| {name} | {rate:,.0f} | {p50:,.0f} | {p99:,.0f} | {backlog_s:,.1f} | {each_ms:.1f} |")
        section.lines += [f"One after the other, {self.load.storm_s:g} s each.", "\n".join(rows)]

    async def _steady(self, members: Office, section: Section) -> None:
        """Keep a pace, look every few seconds, and complain of what grows."""
        watch = self._watch(members)
        paces = {name: per_s * self.load.pace for name, per_s in STEADY.items()}
        acts = await self._keep(members, watch, paces)
        draw(watch, acts, self.folder / PICTURE)
        section.complaints += watch.complaints()
        section.lines += [
            (
                f"{self.load.minutes:g} minutes at {_paced(paces)}, looked at every {LOOK_EVERY_S:g} s; all processes"
                f" together took {watch.processors:.0%} of one processor."
            ),
            watch.table(),
            f"![Memory, connections and acts over time]({PICTURE})",
        ]

    def _watch(self, members: Office) -> Watch:
        """Watch all but those who only write to us; each process has a pool."""
        processes = {name: number for name, number in members.processes.items() if name != BRINGER}
        return Watch(self.database, processes, most_connections=POOL * len(processes))

    async def _keep(self, members: Office, watch: Watch, paces: Mapping[str, float]) -> Mapping[str, list[float]]:
        """Return how many acts a second there were between two looks."""
        acts, seen_at = defaultdict[str, list[float]](list), 0.0
        did = (await members.tell_all(paces)).did
        until = time.perf_counter() + 60 * self.load.minutes
        while time.perf_counter() < until:
            await watch.look()
            now, done = time.perf_counter(), (await members.counts()).did
            if seen_at:
                for name in paces:
                    acts[name].append((done[name] - did[name]) / (now - seen_at))
            did, seen_at = done, now
            await asyncio.sleep(LOOK_EVERY_S)
        return acts


def counted(things: Mapping[str, int]) -> str:
    """Word how often each thing was."""
    return ", ".join(f"{times:,} {name}" for name, times in sorted(things.items()))


def _paced(paces: Mapping[str, float]) -> str:
    return ", ".join(f"{per_s:g} {name}/s" for name, per_s in paces.items())
