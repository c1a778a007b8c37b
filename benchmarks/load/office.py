"""The processes under load, the lines they are told, and what they log."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load.member import STORM

PIPE = asyncio.subprocess.PIPE
BUYERS, BRINGER = "customers who pay and order", "Telegram"
WEB, WORKERS = 2, 4


@dataclass(frozen=True, slots=True)
class Counts:
    """What all members did together by now."""

    did: Counter[str]
    failed: Counter[str]
    busy: int
    took_ms: Mapping[str, tuple[float, float]]
    """The median and the 99th percentile of each act's latest durations."""


@dataclass(frozen=True, slots=True)
class Office:
    """Members by name, ready to be told."""

    logs: Path
    members: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def processes(self) -> dict[str, int]:
        """Their process numbers."""
        return {name: member.pid for name, member in self.members.items()}

    async def open(self, tasks: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Start a process for each task at once, and return what each said of itself when it was ready."""
        for name, task in tasks.items():
            with (self.logs / name).open("wb") as errors:
                self.members[name] = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", *task, stdin=PIPE, stdout=PIPE, stderr=errors
                )
        said = {name: (await self._line(name)).decode().split() for name in tasks}
        assert all(words[0] == "ready" for words in said.values())
        return {name: words[1:] for name, words in said.items()}

    async def close(self) -> dict[str, int]:
        """End all processes, and return how each ended."""
        for member in self.members.values():
            if member.stdin:
                member.stdin.close()
        statuses = await asyncio.gather(*(member.wait() for member in self.members.values()))
        return dict(zip(self.members, statuses, strict=True))

    async def tell_all(self, paces: Mapping[str, float | None]) -> Counts:
        """Set the pace of acts, so many a second or None for a storm; return what was done by now."""
        line = " ".join(f"{name}={STORM if pace is None else pace}" for name, pace in paces.items())
        told = [await self._asked(name, line) for name in self.members]
        return Counts(
            did=sum((Counter(each["did"]) for each in told), Counter()),
            failed=sum((Counter(each["failed"]) for each in told), Counter()),
            busy=sum(each["busy"] for each in told),
            took_ms={name: (p50, p99) for each in told for name, (p50, p99) in each["took_ms"].items()},
        )

    async def counts(self) -> Counts:
        """Return what was done by now."""
        return await self.tell_all({"": 0.0})

    def troubles(self) -> Counter[str]:
        """Return how often each thing was logged as an error, or was no line of a log at all; and by whom."""
        return Counter(trouble for name in self.members for trouble in _troubles(name, self.logs / name, {"error"}))

    def warnings(self) -> Counter[str]:
        """Return how often each warning was logged."""
        return Counter(text for name in self.members for text in _troubles(name, self.logs / name, {"warning"}))

    async def _asked(self, name: str, line: str) -> dict[str, Any]:
        pipe = self.members[name].stdin
        assert pipe
        pipe.write(f"{line}\n".encode())
        counts: dict[str, Any] = json.loads(await self._line(name))
        return counts

    async def _line(self, name: str) -> bytes:
        pipe = self.members[name].stdout
        assert pipe
        if line := (await pipe.readline()).strip():
            return line
        raise ChildProcessError(f"{name} has ended: {(self.logs / name).read_text('utf-8', 'replace')[-500:]}")


@contextlib.asynccontextmanager
async def office(dsn: str, customers: int, bots: int) -> AsyncIterator[Office]:
    """Start web processes, workers, bots and whoever writes, pays and orders; end what still runs afterwards."""
    with tempfile.TemporaryDirectory(prefix="avatar-load-logs-") as logs:
        opened = Office(Path(logs))
        house = (dsn, str(bots))
        webs = {f"web {number + 1}": ("benchmarks.load.webbing", *house) for number in range(WEB)}
        try:
            ports = [port for (port,) in (await opened.open(webs)).values()]
            await opened.open(
                {f"worker {number + 1}": ("benchmarks.load.working", *house) for number in range(WORKERS)}
                | {
                    f"{bots:,} bots": ("benchmarks.load.chatting", *house, str(customers)),
                    BUYERS: ("benchmarks.load.buying", *house, str(customers)),
                    BRINGER: ("benchmarks.load.bringing", str(bots), str(customers), *ports),
                }
            )
            yield opened
        finally:
            await opened.close()


def _troubles(name: str, logged: Path, levels: set[str]) -> Iterator[str]:
    """Read a log of JSON lines; what is none is an error: a traceback of the interpreter, a word of a library."""
    for line in logged.read_text("utf-8", "replace").splitlines():
        try:
            facts = json.loads(line)
        except ValueError:
            facts = {"level": "error", "event": line}
        if facts["level"] in levels:
            reason = facts.get("error") or facts.get("reason") or str(facts.get("exception", "")).rpartition("\n")[2]
            yield f"{name}: {facts['event']} {reason}".strip()
