"""Counts round trips where they happen: on the wire between psycopg and the server."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.ports import BeginUnitOfWork
from benchmarks.filling import CLOCK, NAMES
from benchmarks.server import Server

_PIECE_BYTES = 1 << 16
_WARMING = 10


class Relay:
    """Stands between client and server, hands everything on, and counts how often the client had to wait."""

    def __init__(self, server_socket: Path) -> None:
        self._server_socket = server_socket
        self._client_has_word = False
        self._served: list[asyncio.Future[object]] = []
        self.round_trips = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection until either side ends it."""
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._server_socket)
        asked = self._hand_on(reader, upstream_writer, asking=True)
        answered = self._hand_on(upstream_reader, writer, asking=False)
        self._served += asyncio.ensure_future(asked), asyncio.ensure_future(answered)

    async def ended(self) -> None:
        """Wait until both sides of every connection have said farewell."""
        await asyncio.gather(*self._served)

    async def _hand_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, asking: bool) -> None:
        while piece := await source.read(_PIECE_BYTES):
            if asking and not self._client_has_word:
                self.round_trips += 1
            self._client_has_word = asking
            target.write(piece)
            await target.drain()
        target.close()
        await target.wait_closed()


@contextlib.asynccontextmanager
async def relayed(dsn: str) -> AsyncIterator[tuple[str, Relay]]:
    """Give a connection string that leads through a relay, and the relay."""
    parts = conninfo_to_dict(dsn)
    name = f".s.PGSQL.{parts['port']}"
    with tempfile.TemporaryDirectory(prefix="avatar-wire-") as folder:
        relay = Relay(Path(str(parts["host"])) / name)
        async with await asyncio.start_unix_server(relay.serve, Path(folder) / name):
            yield make_conninfo(dsn, host=folder), relay
            await relay.ended()


async def counted_round_trips(server: Server, act: Callable[[BeginUnitOfWork], Awaitable[None]], times: int) -> float:
    """Return the round trips of one act, once its connection has prepared what it repeats."""
    async with (
        relayed(server.house_dsn) as (dsn, relay),
        Database(dsn, settings=PoolSettings(smallest=1, largest=1)) as database,
    ):
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        for _ in range(_WARMING):
            await act(begin)
        before = relay.round_trips
        for _ in range(times):
            await act(begin)
        return (relay.round_trips - before) / times
