"""The way to the database: a pool of connections that lives as long as the process."""

import select
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Self

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from adapters.postgres.errors import store_errors
from adapters.postgres.migrate import SCHEMA, at_home


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many connections there are and how they behave."""

    smallest: int = 1
    largest: int = 8
    patience_s: float = 10.0
    """How long a caller waits for a connection before StoreUnavailable."""
    prepared: bool = True
    """False behind a transaction pooler (Supabase's port 6543), which knows no prepared statements."""


class Database:
    """A database at a connection string, with the schema our tables live in.

    Every statement is a transaction of its own and keeps nothing in its session, so any pooler may stand between.
    """

    def __init__(self, dsn: str, *, schema: str = SCHEMA, settings: PoolSettings | None = None) -> None:
        settings = settings or PoolSettings()
        self.dsn = dsn
        self.schema = schema
        self._patience_s = settings.patience_s
        self._pool = AsyncConnectionPool(
            dsn,
            open=False,
            min_size=settings.smallest,
            max_size=max(settings.smallest, settings.largest),
            timeout=settings.patience_s,
            # A pool that gives up soon tries anew for the next caller; the stock five minutes back off to minutes.
            reconnect_timeout=1.0,
            kwargs={"autocommit": True, "prepare_threshold": 0 if settings.prepared else None},
        )

    async def open(self) -> None:
        """Connect.  Raises StoreUnavailable when the database does not answer in time."""
        with store_errors():
            await self._pool.open(wait=True, timeout=self._patience_s)

    async def close(self) -> None:
        """Close all connections; harmless when it was never opened."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def rows(self, sql: str, *values: object) -> list[TupleRow]:
        """Run one statement, in SQL written for the schema ``avatar``, and return its rows.

        Raises StoreUnavailable, ConcurrentChange and BalanceWouldBreak.
        """
        with store_errors():
            connection = await self._connection()
            try:
                cursor = await connection.execute(_at_home(sql, self.schema), values)
                return await cursor.fetchall() if cursor.description else []
            finally:
                await self._pool.putconn(connection)

    async def one(self, sql: str, *values: object) -> TupleRow:
        """Run one statement that always gives a row, and return it."""
        (row,) = await self.rows(sql, *values)
        return row

    async def _connection(self) -> AsyncConnection:
        """Take a connection; those that the server has cut while they were idle are replaced on the way."""
        while True:
            connection = await self._pool.getconn()
            if not _has_been_spoken_to(connection):
                return connection
            await connection.close()
            await self._pool.putconn(connection)


@lru_cache(maxsize=256)
def _at_home(sql: str, schema: str) -> bytes:
    return at_home(sql, schema).encode()


def _has_been_spoken_to(connection: AsyncConnection) -> bool:
    """Return whether the server said something unasked: that is its farewell, and can be seen without a round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
