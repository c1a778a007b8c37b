"""Units of work as one process does them: on the database in memory, with an audit after every commit."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from adapters.memory import MemoryDatabase, MemoryUnitOfWork
from avatar_core.dossier import Dossier, Record, Subject
from avatar_core.ids import EvidenceId
from avatar_core.payments import Evidence
from avatar_core.ports import Clock, Names, UnitOfWork
from entrypoints.simulation.audit import Audit
from entrypoints.simulation.life import Life

LONGEST_PAUSE_TURNS = 8


@dataclass(frozen=True, slots=True)
class Ledger:
    """What units of work stand on; ``committed`` hears what was written."""

    database: MemoryDatabase
    names: Names
    clock: Clock
    audit: Audit
    committed: Callable[[Sequence[Record]], None]


class Work(MemoryUnitOfWork):
    """One unit of work of a process that may die before and after each of its steps."""

    def __init__(self, ledger: Ledger, life: Life, rung: Callable[[], None]) -> None:
        super().__init__(ledger.database, ledger.names, ledger.clock)
        self._ledger = ledger
        self.life = life
        self._rung = rung

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        """Read one customer.  Raises the NotFound of the subject's kind, and StoreUnavailable."""
        await self.life.reach("read")
        self.life.require_store("read")
        return await super().dossier(subject, keys=keys)

    async def evidence(self, evidence: EvidenceId) -> Evidence:
        """Read one notice.  Raises EvidenceNotFound and StoreUnavailable."""
        await self.life.reach("read")
        self.life.require_store("read")
        return await super().evidence(evidence)

    async def commit(self) -> None:
        """Write everything, look at it, and tell the worker.  Raises StoreUnavailable before or after that."""
        await self.life.reach("commit")
        self.life.require_store("before a commit")
        records, happenings = list(self._saved.values()), list(self._happenings)
        await self.write()
        self.life.note("commits", (*map(type, records), *(type(each.event) for each in happenings)))
        self._ledger.audit.committed(records, happenings)
        self._ledger.committed(records)
        if happenings:
            self._rung()
        self.life.survive("after a commit")
        self.life.require_store("after a commit")

    async def write(self) -> None:
        """Write everything at once."""
        await super().commit()


@dataclass(frozen=True, slots=True)
class Begin:
    """Begins units of work in one process."""

    ledger: Ledger
    life: Life
    chance: random.Random
    kind: type[Work]
    rung: Callable[[], None]

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a new unit of work to enter."""
        return self.kind(self.ledger, self.life, self.rung)

    async def pause(self, attempt: int) -> None:
        """Let others go first: more of them after more attempts."""
        for _ in range(self.chance.randint(1, min(2**attempt, LONGEST_PAUSE_TURNS))):
            await self.life.reach("pause")
