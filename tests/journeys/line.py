"""A line between the house and a server outside, to be cut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Line:
    """A line to a server on this machine; while it is cut nobody answers at its end."""

    def __init__(self, host: str, port: int) -> None:
        self._end = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator["Line"]:
        """Carry while the block runs."""
        await self.mend()
        try:
            yield self
        finally:
            await self.cut()

    async def mend(self) -> None:
        """Carry again, at the same address."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse new connections and break those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    @contextlib.asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Be cut while the block runs."""
        await self.cut()
        try:
            yield
        finally:
            await self.mend()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._end)
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
        target.write_eof()
