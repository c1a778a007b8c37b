"""A process under load: it goes at the pace it is told, says how much it did, and ends when its input does."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from benchmarks.crew import own_output
from entrypoints.logs import configure_logs

Act = Callable[[], Awaitable[None]]
STORM = "storm"
LATEST = 4096
"""Durations that are remembered of each act."""
log = structlog.get_logger(__name__)


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
        self._changed = asyncio.Event()

    async def turn(self) -> None:
        """Wait for one's turn; whoever waits when the pace changes waits anew."""
        while self.per_s is not None:
            changed, wait_s = self._changed, self._wait_s()
            try:
                async with asyncio.timeout(wait_s):
                    await changed.wait()
            except TimeoutError:
                return

    def _wait_s(self) -> float | None:
        """Take the next moment; None for ever."""
        if not self.per_s:
            return None
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at + 1 / self.per_s, now - 1)
        return max(0.0, self._next_at - now)


@dataclass(slots=True)
class Durations:
    """The latest ones of an act, in seconds."""

    count: int = 0
    latest: list[float] = field(default_factory=lambda: [0.0] * LATEST)

    def add(self, duration_s: float) -> None:
        """Remember one, and forget the oldest."""
        self.latest[self.count % LATEST] = duration_s
        self.count += 1

    def quantile_ms(self, share: float) -> float:
        """Return the duration that so great a share of them does not exceed; 0 where nothing was done."""
        known = sorted(self.latest[: self.count])
        return 1000 * known[int(share * (len(known) - 1))] if known else 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """Acts by name, each with callers of its own and a pace."""

    acts: Mapping[str, tuple[Act, int]]
    did: Counter[str] = field(default_factory=Counter)
    """How often each act was done; an act may count other things here as well."""
    failed: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    paces: dict[str, Pace] = field(default_factory=dict)
    took: dict[str, Durations] = field(default_factory=dict)

    async def serve(self, *facts: object) -> None:
        """Say that all is ready, then obey lines: a pace or a storm for all acts, or a question for the counts."""
        self.paces.update({name: Pace() for name in self.acts})
        self.took.update({name: Durations() for name in self.acts})
        callers = [
            asyncio.create_task(self._keep_acting(name, act))
            for name, (act, count) in self.acts.items()
            for _ in range(count)
        ]
        with own_output() as out:
            print("ready", *facts, file=out, flush=True)
            while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
                self._obey(line)
                print(json.dumps(self._told()), file=out, flush=True)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)

    def _told(self) -> dict[str, Any]:
        quantiles = {name: [took.quantile_ms(0.5), took.quantile_ms(0.99)] for name, took in self.took.items()}
        return {"did": self.did, "failed": self.failed, "busy": self.busy.total(), "took_ms": quantiles}

    def _obey(self, line: str) -> None:
        """Read ``settle=20 order=storm``; anything without = is a question."""
        for word in line.split():
            name, is_order, pace = word.partition("=")
            if is_order and name in self.paces:
                per_s = None if pace == STORM else float(pace)
                self.paces[name].set(per_s)
                if per_s != 0:
                    self.took[name].count = 0

    async def _keep_acting(self, name: str, act: Act) -> None:
        while True:
            await self.paces[name].turn()
            began = time.perf_counter()
            self.busy[name] += 1
            try:
                await act()
            except Exception:  # the edge of an act: it is counted, and fails the run
                self.failed[name] += 1
                log.exception("an act failed", act=name)
            else:
                self.did[name] += 1
                self.took[name].add(time.perf_counter() - began)
            finally:
                self.busy[name] -= 1


def heard() -> None:
    """Log what is worth a warning as JSON to standard error, for whoever started this process."""
    configure_logs("warning", "json")
