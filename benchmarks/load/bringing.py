"""Telegram, as it brings updates to webhooks: ``python -m benchmarks.load.bringing <bots> <customers> <port> …``."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.bare_http import post
from benchmarks.load.member import Member, heard
from benchmarks.load.people import People

CALLERS = 64
OFFSET = 10**13
"""Of the updates' numbers: those of the other process are below."""
IDLE_S = 10.0
"""A connection that rested longer is not used again: the server would close it soon."""
ANSWER_WITHIN_S = 60


@dataclass(slots=True)
class Line:
    """One connection to a web process."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used_at: float


@dataclass(frozen=True, slots=True)
class Bringer:
    """Brings each update over a connection that is free, and opens one when none is."""

    people: People
    ports: Iterator[int]
    free: list[Line] = field(default_factory=list)

    async def bring(self) -> None:
        """Bring one update.  Raises AssertionError unless the answer is a yes."""
        bot, _, raw = self.people.write()
        async with asyncio.timeout(ANSWER_WITHIN_S), self._line() as line:
            await post(line.reader, line.writer, f"/telegram/{bot}", json.dumps(raw).encode())

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        now = asyncio.get_running_loop().time()
        line = self.free.pop(0) if self.free else None
        if line and now - line.used_at > IDLE_S:
            line.writer.close()
            line = None
        if line is None:
            line = Line(*await asyncio.open_connection("127.0.0.1", next(self.ports)), used_at=now)
        try:
            yield line
        except BaseException:
            line.writer.close()
            raise
        line.used_at = asyncio.get_running_loop().time()
        self.free.append(line)


async def main(bots: int, customers: int, ports: list[int]) -> None:
    """Bring updates at the pace that is told."""
    heard()
    bringer = Bringer(People.coming(customers, bots, OFFSET), cycle(ports))
    await Member({"webhook": (bringer.bring, CALLERS)}).serve()
    for line in bringer.free:
        line.writer.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
