"""A process under load: it goes at the pace it is told, says how much it did, and ends when its input does."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.crew import own_output

Act = Callable[[], Awaitable[None]]
STORM = "storm"


@dataclass(slots=True)
class Pace:
    """So many a second for all callers together; None is a storm."""

    per_s: float | None = 0.0
    _next_at: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, per_s: float | None) -> None:
        """Go at another pace from now on; 0 is a pause."""
        self.per_s = per_s
        self._next_at = asyncio.get_running_loop().time()
        self._changed.set()

    async def turn(self) -> None:
        """Wait for one's turn."""
        while self.per_s == 0:
            self._changed.clear()
            await self._changed.wait()
        if self.per_s is not None:
            now = asyncio.get_running_loop().time()
            self._next_at = max(self._next_at + 1 / self.per_s, now - 1)
            await asyncio.sleep(self._next_at - now)


@dataclass(frozen=True, slots=True)
class Member:
    """Acts by name, each with callers of its own and a pace."""

    acts: Mapping[str, tuple[Act, int]]
    paces: dict[str, Pace] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)

    async def serve(self) -> None:
        """Say that all is ready, then obey lines: a pace or a storm for all acts, or a question for the counts."""
        self.paces.update({name: Pace() for name in self.acts})
        callers = [
            asyncio.create_task(self._keep_acting(name, act))
            for name, (act, count) in self.acts.items()
            for _ in range(count)
        ]
        with own_output() as out:
            print("ready", file=out, flush=True)
            while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
                self._obey(line)
                print(json.dumps(self.did), file=out, flush=True)
        for caller in callers:
            caller.cancel()
        done = await asyncio.gather(*callers, return_exceptions=True)
        for trouble in (each for each in done if isinstance(each, Exception)):
            raise trouble

    def _obey(self, line: str) -> None:
        """Read ``settle=20 order=storm``; anything without = is a question."""
        for word in line.split():
            name, is_order, pace = word.partition("=")
            if is_order and name in self.paces:
                self.paces[name].set(None if pace == STORM else float(pace))

    async def _keep_acting(self, name: str, act: Act) -> None:
        while True:
            await self.paces[name].turn()
            await act()
            self.did[name] += 1
