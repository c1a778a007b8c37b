"""What the database must say afterwards, held against what the members say that they did."""

import asyncio
import time
from collections import Counter
from dataclasses import astuple, dataclass

from psycopg.rows import TupleRow

from adapters.postgres.books import PostgresBooks
from adapters.postgres.pool import Database
from benchmarks.filling import CLOCK
from benchmarks.load.buying import BOUGHT, ORDERED

DRAIN_S, REST_S = 900.0, 30
_LEFT = """
    SELECT (SELECT count(*) FROM avatar.tasks WHERE status = 'DUE')
        + (SELECT count(*) FROM avatar.portrait_orders WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING'))
        + (SELECT count(*) FROM avatar.evidence WHERE status = 'RECEIVED')
        + (SELECT count(*) FROM avatar.arrivals WHERE NOT handled)
"""
_STOCK = """
    SELECT (SELECT count(*) FROM avatar.payments WHERE status = 'COMPLETED'),
        (SELECT count(*) FROM avatar.evidence WHERE status = 'SETTLED'),
        (SELECT sum(balance)::bigint FROM avatar.accounts),
        (SELECT count(*) FROM avatar.portrait_orders WHERE (run).status = 'SUCCEEDED'),
        (SELECT coalesce(sum((captured).hundredths), 0)::bigint FROM avatar.holds),
        (SELECT count(*) FROM avatar.arrivals),
        (SELECT count(*) FROM avatar.tasks WHERE status = 'DEAD')
"""
_OTHERS = """
    SELECT coalesce(query, '') FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What can be counted in the database."""

    payments: int
    settled: int
    stars: int
    """In the customers' hands, in hundredths, as all amounts here."""
    delivered: int
    charged: int
    arrivals: int
    given_up: int

    @classmethod
    async def taken(cls, database: Database) -> "Stock":
        """Count."""
        (counted,) = await database.long_rows(_STOCK)
        return cls(*counted)

    def after(self, did: Counter[str]) -> "Stock":
        """Return what must be counted once all of this was done, each thing once."""
        return Stock(
            payments=self.payments + did["settle"],
            settled=self.settled + did["settle"],
            stars=self.stars + did[BOUGHT] - did[ORDERED],
            delivered=self.delivered + did["order"],
            charged=self.charged + did[ORDERED],
            arrivals=self.arrivals + did["update"] + did["webhook"],
            given_up=self.given_up,
        )

    def complaints(self, found: "Stock") -> list[str]:
        """Say where the database tells otherwise: less was lost, more was doubled."""
        pairs = zip(self.__slots__, astuple(self), astuple(found), strict=True)
        return [f"{name}: {was:,} instead of {due:,}" for name, due, was in pairs if due != was]


async def drained(database: Database) -> tuple[float, int]:
    """Wait until all that must follow is carried out; return the seconds that took, and how much was left then."""
    began, left = time.perf_counter(), 1
    while left and time.perf_counter() - began < DRAIN_S:
        (left,) = await database.one(_LEFT)
        await asyncio.sleep(0.5 if left else 0)
    return time.perf_counter() - began, left


async def broken_laws(database: Database) -> tuple[list[str], float]:
    """Check all laws over all books, as `avatar ledger check` does; return what is broken, and the seconds taken."""
    began = time.perf_counter()
    violations = await PostgresBooks(database, CLOCK).violations()
    broken = [f"{law}: broken {times:,} times" for law, times in Counter(each.law for each in violations).items()]
    return broken, time.perf_counter() - began


async def left_over(database: Database) -> list[str]:
    """Say which connections are open after every process has ended; the server needs a moment to see them go."""
    rows: list[TupleRow] = []
    for _ in range(REST_S):
        rows = await database.rows(_OTHERS)
        if not rows:
            break
        await asyncio.sleep(1)
    return [f"a connection is left over, last used for: {query[:80]}" for (query,) in rows]
