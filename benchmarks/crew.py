"""Processes that work side by side: each says that it is ready, works when it is told, and says what it did."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

GO = b"go\n"


@dataclass(frozen=True, slots=True)
class Crew:
    """Processes that are ready."""

    members: Sequence[asyncio.subprocess.Process]

    async def work(self) -> float:
        """Let all of them work at the same time, and return the sum of what they say."""
        for member in self.members:
            assert member.stdin
            member.stdin.write(GO)
        return sum([float(await _line(member)) for member in self.members])


@contextlib.asynccontextmanager
async def crew(module: str, tasks: Sequence[Sequence[str]]) -> AsyncIterator[Crew]:
    """Start ``python -m module`` once for each list of arguments, and end them afterwards."""
    pipe = asyncio.subprocess.PIPE
    members = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", module, *task, stdin=pipe, stdout=pipe)
        for task in tasks
    ]
    try:
        for member in members:
            assert await _line(member) == b"ready"
        yield Crew(members)
    finally:
        for member in members:
            if member.stdin:
                member.stdin.close()
        await asyncio.gather(*(member.wait() for member in members))


async def serve(work: Callable[[], Awaitable[float]]) -> None:
    """Be a member: work as often as it is asked for."""
    with own_output() as out:
        print("ready", file=out, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(await work(), file=out, flush=True)


@contextlib.contextmanager
def own_output() -> Iterator[TextIO]:
    """Keep the pipe to the parent for ourselves: what libraries print would be taken for an answer, or fill it."""
    sys.stdout.flush()
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        yield out


async def _line(member: asyncio.subprocess.Process) -> bytes:
    assert member.stdout
    line = (await member.stdout.readline()).strip()
    assert line, "a process of the crew has ended"
    return line
