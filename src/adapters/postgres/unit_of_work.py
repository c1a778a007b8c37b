"""A unit of work in two statements: one that reads a dossier, one that writes all that was decided."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import assert_never

from adapters.postgres.changes import Changes
from adapters.postgres.codec import read_dossier, read_evidence
from adapters.postgres.pool import Database
from adapters.postgres.statements import SharedStatements
from avatar_core.dossier import (
    Dossier,
    OfCustomer,
    OfEvidence,
    OfPayment,
    OfPerson,
    OfPortraits,
    OfTraining,
    Record,
    Subject,
)
from avatar_core.errors import (
    CustomerNotFound,
    EvidenceNotFound,
    NotFound,
    PaymentNotFound,
    PortraitOrderNotFound,
    TrainingNotFound,
)
from avatar_core.events import Event
from avatar_core.ids import EventId, EvidenceId
from avatar_core.payments import Evidence
from avatar_core.ports import Clock, Names, UnitOfWork
from avatar_core.tasks import Happening

FIRST_PAUSE_S = 0.002
LONGEST_PAUSE_S = 0.2

_MISSING: dict[str, type[NotFound]] = {
    "customer": CustomerNotFound,
    "payment": PaymentNotFound,
    "evidence": EvidenceNotFound,
    "training": TrainingNotFound,
    "order": PortraitOrderNotFound,
}


def _nobody_waits() -> None:
    """No worker runs in this process."""


class PostgresUnitOfWork:
    """One read, one decision, one write; it holds no connection in between."""

    def __init__(self, statements: SharedStatements, names: Names, clock: Clock, on_tasks: Callable[[], None]) -> None:
        self._statements = statements
        self._names = names
        self._clock = clock
        self._on_tasks = on_tasks
        self._changes = Changes()

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        """Read one customer in one statement.  Raises the NotFound of the subject's kind."""
        missing, facts = await self._statements.dossier(*_asked(subject), keys)
        if facts is None:
            raise _MISSING[missing or "customer"]
        return read_dossier(facts)

    async def evidence(self, evidence: EvidenceId) -> Evidence:
        """Read one notice.  Raises EvidenceNotFound."""
        row = await self._statements.notice(evidence)
        if row is None:
            raise EvidenceNotFound
        return read_evidence(row)

    async def next_number(self) -> int:
        """Return the next payment number; it is used up, whatever becomes of this unit of work."""
        return await self._statements.next_number()

    def save(self, *records: Record) -> None:
        """Write these at commit; of several saves of one thing the last one counts."""
        for record in records:
            self._changes.save(record)

    def emit(self, *events: Event) -> None:
        """Write these at commit, with the tasks that must follow them."""
        for event in events:
            self._changes.emit(Happening(EventId(self._names.fresh()), event, self._clock.now()))

    async def commit(self) -> None:
        """Write everything in one statement; nothing to write asks the database nothing.

        Raises ConcurrentChange, LedgerError and StoreUnavailable.
        """
        document = self._changes.document()
        if document:
            await self._statements.write(document)
        self._changes.clear()
        if "tasks" in document:
            self._on_tasks()


class PostgresBeginUnitOfWork:
    """Begins units of work on one database; ``on_tasks`` is called after each commit that left work to do."""

    def __init__(
        self, database: Database, names: Names, clock: Clock, on_tasks: Callable[[], None] = _nobody_waits
    ) -> None:
        self._statements = SharedStatements(database)
        self._names = names
        self._clock = clock
        self._on_tasks = on_tasks

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a new unit of work to enter."""
        return self._begun()

    async def pause(self, attempt: int) -> None:
        """Wait a random time, up to 2 ms doubled with each attempt, never more than 200 ms."""
        longest_s = min(FIRST_PAUSE_S * 2.0 ** min(attempt, 16), LONGEST_PAUSE_S)
        await asyncio.sleep(random.uniform(0, longest_s))  # noqa: S311  jitter is no secret

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[UnitOfWork]:
        yield PostgresUnitOfWork(self._statements, self._names, self._clock, self._on_tasks)


def _asked(subject: Subject) -> tuple[str, str | None, str | None, int | None]:
    """Return kind, id, network and person, as ``avatar.dossiers`` takes them."""
    match subject:
        case OfCustomer(id=name):
            return "customer", name, None, None
        case OfPerson(network=network, telegram_id=person):
            return "person", None, network, person
        case OfPayment(id=name):
            return "payment", name, None, None
        case OfEvidence(id=name):
            return "evidence", name, None, None
        case OfTraining(id=name):
            return "training", name, None, None
        case OfPortraits(id=name):
            return "order", name, None, None
        case _:
            assert_never(subject)
