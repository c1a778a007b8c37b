"""Units of work on the database in memory: read, decide, commit, with the same refusals as a real server's."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from itertools import count
from typing import Self, assert_never

from adapters.memory.database import MemoryDatabase
from adapters.memory.reading import notice_of, read
from adapters.memory.writing import write, write_happening
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier, Record, Subject
from avatar_core.events import Event
from avatar_core.ids import EventId, EvidenceId
from avatar_core.ledger import Posting
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import Clock, Names, UnitOfWork
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening
from avatar_core.trainings import Training
from avatar_core.wallet import Wallet

LONGEST_PAUSE_TURNS = 64
"""How many turns of the event loop a loser of a race may sit out."""


class MemoryUnitOfWork:
    """One unit of work.  It gives way to others before it reads and before it writes, as a round trip would."""

    def __init__(self, database: MemoryDatabase, names: Names, clock: Clock) -> None:
        self._database = database
        self._names = names
        self._clock = clock
        self._saved: dict[tuple[type, str], Record] = {}
        self._happenings: list[Happening] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        """Forget whatever was not committed: nothing of it was ever written."""

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        """Read one customer.  Raises the NotFound of the subject's kind."""
        await asyncio.sleep(0)
        return read(self._database, subject, keys)

    async def evidence(self, evidence: EvidenceId) -> Evidence:
        """Read one notice.  Raises EvidenceNotFound."""
        await asyncio.sleep(0)
        return notice_of(self._database, evidence)

    async def next_number(self) -> int:
        """Return the next payment number; it is used up, whatever becomes of this unit of work."""
        await asyncio.sleep(0)
        return self._database.next_number()

    def save(self, *records: Record) -> None:
        """Write these at commit; of several saves of one thing the last one counts."""
        for record in records:
            self._saved[type(record), _identity(record)] = record

    def emit(self, *events: Event) -> None:
        """Write these at commit, with the tasks that must follow them."""
        now = self._clock.now()
        self._happenings.extend(Happening(EventId(self._names.fresh()), event, now) for event in events)

    async def commit(self) -> None:
        """Write everything, or raise ConcurrentChange or LedgerError and write nothing."""
        await asyncio.sleep(0)
        with self._database.transaction():
            for record in self._saved.values():
                write(self._database, record)
            for happening in self._happenings:
                write_happening(self._database, happening)
        self._saved.clear()
        self._happenings.clear()


class MemoryBeginUnitOfWork:
    """Begins units of work on one database in memory."""

    def __init__(self, database: MemoryDatabase, names: Names, clock: Clock) -> None:
        self._database = database
        self._names = names
        self._clock = clock
        self._pauses = count()

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a new unit of work to enter."""
        return MemoryUnitOfWork(self._database, self._names, self._clock)

    async def pause(self, attempt: int) -> None:
        """Sit out some turns of the event loop: more after more attempts, and each loser another number of them."""
        longest = min(2**attempt, LONGEST_PAUSE_TURNS)
        for _ in range(1 + next(self._pauses) % longest):
            await asyncio.sleep(0)


def _identity(record: Record) -> str:
    match record:
        case Customer(id=name) | Payment(id=name) | Evidence(id=name) | Avatar(id=name):
            return name
        case Training(id=name) | PortraitOrder(id=name):
            return name
        case Wallet(customer=customer) | Subscription(customer=customer):
            return customer
        case Posting(transfer=transfer):
            return transfer.key
        case _:
            assert_never(record)
