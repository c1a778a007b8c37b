"""A wire to the server that can be cut at any moment: just so, or with answers already on their way that get lost.

It can also fall silent without being cut.
"""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

PIECE_BYTES = 65_536
COMMITTING = b'"tasks"'
"""What is said when something is committed from which something must follow."""
LONGEST_S, MORSEL_S = 5.0, 0.05
"""How long a commit is waited for, and how long answers get lost before the wire is cut."""


@dataclass
class Wire:
    """Stands before a server's socket and passes on what both sides say."""

    server: Path
    cuts: int = 0
    is_deaf: bool = False
    _committing: asyncio.Event | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _hushed: set[asyncio.StreamWriter] = field(default_factory=set)

    async def cut(self) -> None:
        """Drop every connection at once."""
        self.cuts += 1
        for writer in tuple(self._writers):
            writer.transport.abort()

    def hush(self) -> None:
        """Let whatever is said from now on get lost, and close nothing; new connections are as good as ever."""
        self._hushed |= self._writers

    async def swallow(self) -> None:
        """Let the server hear the next commit and answer, and nobody hear the answer; then drop every connection."""
        self._committing = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._committing.wait(), LONGEST_S)
            await asyncio.sleep(MORSEL_S)
        await self.cut()
        self.is_deaf, self._committing = False, None

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        try:
            there, back = await asyncio.open_unix_connection(str(self.server))
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, back}
        self._writers |= ends
        with contextlib.suppress(OSError):
            await asyncio.wait(
                {
                    asyncio.ensure_future(self._pass_on(reader, back, is_answer=False)),
                    asyncio.ensure_future(self._pass_on(there, writer, is_answer=True)),
                },
                return_when=asyncio.FIRST_COMPLETED,
            )
        self._writers -= ends
        for each in ends:
            each.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE_BYTES):
                if self._committing and not is_answer and COMMITTING in piece:
                    self.is_deaf = True
                    self._committing.set()
                if not (is_answer and self.is_deaf) and target not in self._hushed:
                    target.write(piece)
                    await target.drain()


@contextlib.asynccontextmanager
async def laid_wire(server: Path) -> AsyncIterator[tuple[Wire, Path]]:
    """Lay a wire to a server's socket while the block runs; give it and the folder of its own socket."""
    folder, wire = Path(tempfile.mkdtemp(prefix="avatar-wire-")), Wire(server)
    serving = await asyncio.start_unix_server(wire.connected, folder / server.name)
    try:
        yield wire, folder
    finally:
        serving.close()
        await wire.cut()
        shutil.rmtree(folder)
