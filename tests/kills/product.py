"""The test's hand on the product: start it, let it die, start it again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.kills.launcher import Orders

ROOT = Path(__file__).parents[2]
LONGEST_TALE = 4000
LATE_S = 150.0
"""Each restart comes that much later: a killed worker's claims end after 30 s, the lease of a payment after 120 s."""


class Launcher:
    """The process that forks products; see tests.kills.launcher."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.launcher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._answer("port")

    def start(self, orders: Orders) -> int:
        """Fork a product and return its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{orders.line()}\n")
        self._process.stdin.flush()
        return self._answer("started")

    def wait(self) -> int:
        """Return the signal that ended the product, 0 when it ended otherwise."""
        status = self._answer("ended")
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    def _answer(self, word: str) -> int:
        assert self._process.stdout is not None
        said, _, number = self._process.stdout.readline().partition(" ")
        if said != word:
            raise RuntimeError(f"the launcher said {said!r} instead of {word!r}")
        return int(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


@dataclass
class Product:
    """A product that is started again whenever it was killed."""

    launcher: Launcher
    orders: Orders
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
        return Path(self.orders.output).read_text()[-LONGEST_TALE:]

    async def _start(self, orders: Orders) -> None:
        self._pid = await asyncio.to_thread(self.launcher.start, orders)
        self.starts += 1

    async def _keep(self) -> None:
        while True:
            ended_by = await asyncio.to_thread(self.launcher.wait)
            if self._is_over:
                return
            if ended_by != signal.SIGKILL:
                self.crash = self.said()
                return
            self.kills += 1
            self.killed.set()
            await self._start(replace(self.orders, fatal=None, late_s=LATE_S * self.kills))
