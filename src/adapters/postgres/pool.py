"""The way to the database: a pool of connections that lives as long as the process."""

import asyncio
import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Self

from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from adapters.postgres.errors import store_errors
from adapters.postgres.migrate import SCHEMA, at_home
from avatar_core.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many connections there are and how they behave."""

    smallest: int = 1
    largest: int = 8
    patience_s: float = 10.0
    """How long a caller waits for a connection before StoreUnavailable."""
    answer_s: float = 30.0
    """How long a statement may take before StoreUnavailable."""
    long_answer_s: float = 3600.0
    """The same for a statement that reads a day's, or all, of the books."""
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
        self._answer_s = settings.answer_s
        self._long_answer_s = settings.long_answer_s
        self._pool = AsyncConnectionPool(
            dsn,
            open=False,
            min_size=settings.smallest,
            max_size=max(settings.smallest, settings.largest),
            timeout=settings.patience_s,
            # A pool that gives up soon tries anew for the next caller; the stock five minutes back off to minutes.
            reconnect_timeout=1.0,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 0 if settings.prepared else None,
                **_signs_of_life(dsn, settings),
            },
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
        return await self._answered(sql, values, self._answer_s)

    async def long_rows(self, sql: str, *values: object) -> list[TupleRow]:
        """Run one statement that may take long.  Raises as ``rows`` does."""
        return await self._answered(sql, values, self._long_answer_s)

    async def one(self, sql: str, *values: object) -> TupleRow:
        """Run one statement that always gives a row, and return it."""
        (row,) = await self.rows(sql, *values)
        return row

    async def _answered(self, sql: str, values: tuple[object, ...], limit_s: float) -> list[TupleRow]:
        with store_errors():
            connection = await self._connection()
            try:
                with _hung_up_after(limit_s, connection):
                    cursor = await connection.execute(_at_home(sql, self.schema), values)
                return await cursor.fetchall() if cursor.description else []
            finally:
                await self._pool.putconn(connection)

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


@contextmanager
def _hung_up_after(limit_s: float, connection: AsyncConnection) -> Iterator[None]:
    """Give a connection up on which the block waits longer.  Raises StoreUnavailable then.

    Its socket is shut down, which whoever waits for it hears at once; a cancelled statement would go on waiting for the
    server to confirm that.
    """
    watch = asyncio.get_running_loop().call_later(limit_s, _hang_up, connection)
    try:
        yield
    except OperationalError as error:
        if watch.when() > asyncio.get_running_loop().time():
            raise
        raise StoreUnavailable(reason=f"no answer within {limit_s:g} s") from error
    finally:
        watch.cancel()


def _hang_up(connection: AsyncConnection) -> None:
    """End the conversation from our side; libpq closes the connection when it finds out."""
    with suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _signs_of_life(dsn: str, settings: PoolSettings) -> dict[str, int]:
    """Return by what libpq notices that nobody is at the other end; what the connection string says itself stands."""
    said = conninfo_to_dict(dsn)
    chosen = {
        "connect_timeout": max(round(settings.patience_s), 2),
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": round(settings.answer_s * 1000),
    }
    return {name: value for name, value in chosen.items() if name not in said}
