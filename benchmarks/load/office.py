"""The processes under load, and the lines they are told."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from benchmarks.load.member import STORM

PIPE = asyncio.subprocess.PIPE


@dataclass(frozen=True, slots=True)
class Office:
    """Members by name, ready to be told."""

    members: Mapping[str, asyncio.subprocess.Process]

    @property
    def processes(self) -> dict[str, int]:
        """Their process numbers."""
        return {name: member.pid for name, member in self.members.items()}

    async def tell_all(self, paces: Mapping[str, float | None]) -> Counter[str]:
        """Set the pace of acts, so many a second or None for a storm; return how often each was done by now."""
        line = " ".join(f"{name}={STORM if pace is None else pace}" for name, pace in paces.items())
        done: Counter[str] = Counter()
        for name, member in self.members.items():
            done.update(await _asked(name, member, line))
        return done

    async def counts(self) -> Counter[str]:
        """Return how often each act was done by now."""
        return await self.tell_all({"": 0.0})


@contextlib.asynccontextmanager
async def office(dsn: str, customers: int, bots: int, workers: int) -> AsyncIterator[Office]:
    """Start buyers, chatters and workers, and end them afterwards; raises when one of them ended badly."""
    tasks = {
        "customers who pay and order": ("benchmarks.load.buying", dsn, str(customers), str(bots)),
        f"{bots:,} bots": ("benchmarks.load.chatting", dsn, str(bots)),
        **{f"worker {number + 1}": ("benchmarks.load.working", dsn, str(bots)) for number in range(workers)},
    }
    members = {
        name: await asyncio.create_subprocess_exec(sys.executable, "-m", *task, stdin=PIPE, stdout=PIPE)
        for name, task in tasks.items()
    }
    try:
        for name, member in members.items():
            assert await _line(name, member) == b"ready"
        yield Office(members)
    finally:
        for member in members.values():
            if member.stdin:
                member.stdin.close()
        statuses = await asyncio.gather(*(member.wait() for member in members.values()))
    bad = [name for name, status in zip(members, statuses, strict=True) if status]
    assert not bad, f"ended badly: {', '.join(bad)}"


async def _asked(name: str, member: asyncio.subprocess.Process, line: str) -> dict[str, int]:
    assert member.stdin
    member.stdin.write(f"{line}\n".encode())
    counts: dict[str, int] = json.loads(await _line(name, member))
    return counts


async def _line(name: str, member: asyncio.subprocess.Process) -> bytes:
    assert member.stdout
    if line := (await member.stdout.readline()).strip():
        return line
    raise ChildProcessError(f"{name} has ended")
