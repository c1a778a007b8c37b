"""What goes wrong between a read and a write, and after it: death, and somebody who was faster."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from avatar_core.dossier import Dossier, Record, Subject
from avatar_core.errors import ConcurrentChange, StoreUnavailable
from avatar_core.events import Event
from avatar_core.ids import EvidenceId
from avatar_core.payments import Evidence
from avatar_core.ports import BeginUnitOfWork, UnitOfWork


class Killed(BaseException):
    """The process dies here: nothing in it can catch that."""


Act = Callable[[], Awaitable[object]]


async def die() -> None:
    """End the process."""
    raise Killed


async def lose() -> None:
    """Somebody else was faster, and nobody knows who."""
    raise ConcurrentChange


@dataclass
class Fate:
    """What happens around the next commits, each once, in order; None is nothing."""

    before: list[Act | None] = field(default_factory=list)
    after: list[Act | None] = field(default_factory=list)
    down: bool = False
    """The database does not answer at all."""
    commits: int = 0
    pauses: list[int] = field(default_factory=list)

    def require_up(self) -> None:
        if self.down:
            raise StoreUnavailable(reason="the database does not answer")

    async def meet(self, acts: list[Act | None]) -> None:
        act = acts.pop(0) if acts else None
        if act is not None:
            await act()


@dataclass
class FatedBegin:
    """Begins units of work whose commits meet their fate."""

    inner: BeginUnitOfWork
    fate: Fate

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._begun()

    async def pause(self, attempt: int) -> None:
        self.fate.pauses.append(attempt)
        await self.inner.pause(attempt)

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[UnitOfWork]:
        async with self.inner() as work:
            yield FatedWork(work, self.fate)


@dataclass
class FatedWork:
    """A unit of work whose commit meets its fate."""

    inner: UnitOfWork
    fate: Fate

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        self.fate.require_up()
        return await self.inner.dossier(subject, keys=keys)

    async def evidence(self, evidence: EvidenceId) -> Evidence:
        return await self.inner.evidence(evidence)

    async def next_number(self) -> int:
        return await self.inner.next_number()

    def save(self, *records: Record) -> None:
        self.inner.save(*records)

    def emit(self, *events: Event) -> None:
        self.inner.emit(*events)

    async def commit(self) -> None:
        self.fate.require_up()
        self.fate.commits += 1
        await self.fate.meet(self.fate.before)
        await self.inner.commit()
        await self.fate.meet(self.fate.after)
