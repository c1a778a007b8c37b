"""The rounds: whatever time has made due is looked for every few seconds, by one worker of all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from avatar_core.errors import AvatarError, ConcurrentChange, OutsideError
from avatar_core.ports import Clock, Warden
from entrypoints.logs import Redaction

AT_A_TIME = 500
"""Ids looked at in one round; the rest is for the next one."""
AT_ONCE = 8
"""Ids worked on at the same time within a round."""
WITHIN_S = 600.0
"""What takes longer with one id is broken off, as with a task: whoever never answers stops nobody else's deadline."""
LONGEST_PAUSE_S = 300.0
"""Before an id that fails again and again is tried once more."""

List = Callable[[datetime, int], Awaitable[Sequence[Any]]]
"""Returns at most so many ids that are due at a moment."""
Verb = Callable[[Any], Awaitable[object]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sore:
    """An id that failed, how often, and when it may be tried again."""

    failures: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One list of what is due, and what is done with each id of it; an id that fails never stops the others."""

    name: str
    every_s: float
    due: List
    verb: Verb
    _sore: dict[object, _Sore] = field(default_factory=dict, init=False)

    async def make(self, at: datetime, redaction: Redaction) -> int:
        """Do what is due at a moment and return how many ids were looked at.  Raises StoreUnavailable for the list."""
        listed = await self.due(at, AT_A_TIME + len(self._sore))  # those that fail keep no place from others
        for gone in self._sore.keys() - set(listed):
            del self._sore[gone]
        due = [each for each in listed if not self._rests(each, at)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(subject: object) -> None:
            async with gate:
                await self._try(subject, at, redaction)

        await asyncio.gather(*(one(each) for each in due))
        return len(due)

    def _rests(self, subject: object, at: datetime) -> bool:
        sore = self._sore.get(subject)
        return sore is not None and at < sore.not_before

    async def _try(self, subject: object, at: datetime, redaction: Redaction) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                await self.verb(subject)
        except ConcurrentChange:
            return  # somebody else is at it; the next round looks again
        except Exception as error:  # noqa: BLE001  (the edge of a round: it is logged, and the others go on)
            failures = self._note(subject, at)
            text = redaction(f"{type(error).__name__}: {error}")
            trace = None if isinstance(error, AvatarError | OutsideError) else error
            _log.warning(
                "round", round=self.name, subject=_named(subject), failures=failures, error=text, exc_info=trace
            )
        else:
            self._sore.pop(subject, None)

    def _note(self, subject: object, at: datetime) -> int:
        failures = self._sore[subject].failures + 1 if subject in self._sore else 1
        pause_s = min(self.every_s * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_S)
        self._sore[subject] = _Sore(failures, at + timedelta(seconds=pause_s))
        return failures


def _named(subject: object) -> str:
    """Return what a subject is called: of a letter its id alone, for in it are people's prompts and images."""
    return str(subject[0] if isinstance(subject, tuple) else subject)


@dataclass(frozen=True, slots=True)
class Rounds:
    """All rounds, each on a clock of its own, so that a slow provider does not hold up the payments."""

    clock: Clock
    warden: Warden
    redaction: Redaction
    rounds: tuple[Round, ...]

    async def run(self, stop: asyncio.Event) -> None:
        """Make the rounds until told to stop; a round that is under way is left where it is."""
        async with asyncio.TaskGroup() as group:
            for each in self.rounds:
                group.create_task(self._repeat(each, stop), name=each.name)

    async def once(self) -> dict[str, int]:
        """Make every round now, whoever's turn it is, and return how many ids each looked at."""
        return {each.name: await each.make(self.clock.now(), self.redaction) for each in self.rounds}

    async def _repeat(self, each: Round, stop: asyncio.Event) -> None:
        while not stop.is_set():
            making = asyncio.create_task(self._make_in_turn(each))
            told = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({making, told}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                making.cancel()
                told.cancel()
                await asyncio.wait({making, told})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), each.every_s)

    async def _make_in_turn(self, each: Round) -> None:
        """Make the round unless another worker has just made it."""
        at = self.clock.now()
        try:
            if await self.warden.first(f"round:{each.name}", at, 0.9 * each.every_s):
                await each.make(at, self.redaction)
        except OutsideError as error:
            _log.warning("round put off", round=each.name, error=self.redaction(str(error)))
        except Exception:  # noqa: BLE001  (the edge of a round: the next one comes anyway)
            _log.exception("round crashed", round=each.name)
