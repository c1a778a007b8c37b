"""A process that settles payments when it is told: ``python -m benchmarks.settling <dsn> <first> <end> <seconds>``."""

import asyncio
import sys

from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from benchmarks.crew import serve
from benchmarks.filling import CLOCK, NAMES
from benchmarks.till import Till, Way
from entrypoints.sweeps import rare_sweeps

CONNECTIONS = CALLERS = 8


async def main(dsn: str, first: int, end: int, duration_s: float) -> None:
    """Settle these invoices, some each time."""
    till = Till(first, end)
    way = Way(till, till.settle, CALLERS)
    async with Database(dsn, settings=PoolSettings(smallest=CONNECTIONS, largest=CONNECTIONS)) as database:
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        await way.warm(begin, CONNECTIONS)
        with rare_sweeps():
            await serve(lambda: way.rate(begin, duration_s))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
