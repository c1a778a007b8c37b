"""The test's hand on the product: start it, let it die, start it again."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from tests.crash_matrix.launcher import Orders

ROOT = Path(__file__).parents[2]
LONGEST_TALE = 4000


class Launcher:
    """The process that forks one product after the other; see tests.crash_matrix.launcher."""

    def __init__(self, harness: socket.socket) -> None:
        self._lines = harness.makefile("rw")
        self._listening = ThreadPoolExecutor(1)
        self.port = self._answer("port")

    async def start(self, orders: Orders) -> int:
        """Fork a product and return its process id."""
        self._lines.write(f"{orders.line()}\n")
        self._lines.flush()
        return await self._heard("started")

    async def wait(self) -> int:
        """Return the signal that ended the product, 0 when it ended otherwise."""
        status = await self._heard("ended")
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    def close(self) -> None:
        """Let the launcher end."""
        self._lines.close()
        self._listening.shutdown()

    async def _heard(self, word: str) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._listening, self._answer, word)

    def _answer(self, word: str) -> int:
        said, _, number = self._lines.readline().partition(" ")
        if said != word:
            raise RuntimeError(f"the launcher said {said!r} instead of {word!r}")
        return int(number)


@contextlib.contextmanager
def launchers(count: int) -> Iterator[list[Launcher]]:
    """Run so many launchers, which share what they have imported, while the block does."""
    pairs = [socket.socketpair() for _ in range(count)]
    theirs = [their.fileno() for _, their in pairs]
    command = [sys.executable, "-m", "tests.crash_matrix.launcher", *map(str, theirs)]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=theirs), contextlib.ExitStack() as stack:
        for _, their in pairs:
            their.close()
        ours = [stack.enter_context(our) for our, _ in pairs]
        yield [stack.enter_context(contextlib.closing(Launcher(each))) for each in ours]


@dataclass
class Product:
    """A product that is started again whenever it was killed, some time later."""

    launcher: Launcher
    orders: Orders
    let_time_pass: Callable[[], None]
    starts: int = 0
    kills: int = 0
    crash: str | None = None
    killed: asyncio.Event = field(default_factory=asyncio.Event)
    _pid: int = 0
    _is_over: bool = False
    _keeper: asyncio.Task[None] | None = field(default=None)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Keep it running while the block does."""
        await self._start(self.orders)
        self._keeper = asyncio.create_task(self._keep())
        try:
            yield self
        finally:
            self._is_over = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            await self._keeper

    def said(self) -> str:
        """Return what it has logged so far."""
        return Path(self.orders.folder, "output").read_text()[-LONGEST_TALE:]

    async def _start(self, orders: Orders) -> None:
        self._pid = await self.launcher.start(orders)
        self.starts += 1

    async def _keep(self) -> None:
        while True:
            ended_by = await self.launcher.wait()
            if self._is_over:
                return
            if ended_by != signal.SIGKILL:
                self.crash = self.said()
                return
            self.kills += 1
            self.killed.set()
            self.let_time_pass()
            await self._start(replace(self.orders, fatal=None))
