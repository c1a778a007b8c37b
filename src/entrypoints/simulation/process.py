"""A process of the business: every port gated by its life, every use case on them, the real worker and rounds."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from adapters.memory import (
    HashInspector,
    MemoryBooks,
    MemoryDatabase,
    MemoryInbox,
    MemoryOutbox,
    MemoryWarden,
    MemoryWorklists,
)
from avatar_core.bots import Bots
from avatar_core.catalogue import Catalogue
from avatar_core.errors import AvatarError, LedgerError, TaskMakesNoSense
from avatar_core.ports import Clock, EventPublisher, Messenger, Painter, PhotoStore, Trainer
from avatar_core.tasks import Task
from avatar_core.use_cases.operations import CarryOut
from entrypoints.logs import Redaction
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.life import Life, gated
from entrypoints.simulation.notices import Door, PlainRunNotices
from entrypoints.simulation.work import Begin, Ledger, Work
from entrypoints.worker.bell import Bell
from entrypoints.worker.due import DueVerbs, RoundPace, rounds_of
from entrypoints.worker.patience import Patience
from entrypoints.worker.rounds import Round, Verb
from entrypoints.worker.tasks import Pace, TaskLoop

LEASE_S = 30.0
PACE = Pace(look_every_s=3600.0, lease_s=LEASE_S)
"""The safety net is wide: whatever makes a task due rings the bell at that moment."""
ROUND_PACE = RoundPace(every_s=60.0, poll_every_s=600.0, keep_photos_days=7)


class _UseCase(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


UseCase = TypeVar("UseCase", bound=_UseCase)


@dataclass(frozen=True, slots=True)
class Outside:
    """Who is outside of every process."""

    trainer: Trainer
    painter: Painter
    messenger: Messenger
    store: PhotoStore
    publisher: EventPublisher


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process is made of; a test puts a part with a deliberate bug in."""

    database: type[MemoryDatabase] = MemoryDatabase
    work: type[Work] = Work
    instead: Mapping[type, type] = field(default_factory=dict)
    """Use cases that take the place of others."""


class ToldOutbox(MemoryOutbox):
    """The outbox in memory; ``put_off`` hears when a task that was given back is due."""

    put_off: Callable[[datetime], None]

    async def again(self, task: Task, worker: str, due_at: datetime, error: str) -> None:
        """Give the task back, to be tried again."""
        await super().again(task, worker, due_at, error)
        self.put_off(due_at)


@dataclass(frozen=True, slots=True)
class Site:
    """Where processes run: what all of them share."""

    ledger: Ledger
    outbox: ToldOutbox
    catalogue: Catalogue
    bots: Bots
    outside: Outside
    parts: Parts
    broke: Callable[[Broken], None]
    rung: Callable[["Process"], None]
    """Hears of a commit that left something to do."""
    failed: Callable[[str], None]
    """Hears of a round that has to be made again because something in it failed."""


def is_defect(error: BaseException) -> bool:
    """Return whether an error that reached an edge is our own fault, and nobody else's."""
    ours = isinstance(error, LedgerError | TaskMakesNoSense)
    return ours or not isinstance(error, AvatarError | TimeoutError | asyncio.CancelledError)


@dataclass(frozen=True, slots=True)
class WatchfulPatience(Patience):
    """The worker's patience, which tells of defects."""

    broke: Callable[[Broken], None] = field(kw_only=True)

    def pause_s(self, attempts: int, age: timedelta, error: Exception) -> float | None:
        """Return the seconds to wait, as ever."""
        if is_defect(error):
            self.broke(Broken("no task fails by our own fault", type(error).__name__, str(error)))
        return Patience.pause_s(self, attempts, age, error)


@dataclass(frozen=True, slots=True)
class _SkewedClock:
    """A clock that is off by some seconds."""

    right: Clock
    by: timedelta

    def now(self) -> datetime:
        """Return what it shows."""
        return self.right.now() + self.by


class Process:
    """One process from its start to its death.  Its attributes are named like the use cases' fields that they fill."""

    def __init__(self, site: Site, life: Life, chance: random.Random) -> None:
        self._made: dict[type, Any] = {}
        self._site = site
        self.life = life
        self.bell = Bell()
        self.redaction = Redaction()
        self.clock, self.names = _SkewedClock(site.ledger.clock, life.skew()), site.ledger.names
        self.catalogue, self.bots = site.catalogue, site.bots
        self.begin = Begin(
            replace(site.ledger, clock=self.clock), life, chance, site.parts.work, lambda: site.rung(self)
        )
        self._open_store()
        self._open_outside()
        self.door = self.of(Door)
        patience = WatchfulPatience(chance, broke=site.broke)
        self.tasks = TaskLoop(
            life.name, self.outbox, self.of(CarryOut), self.clock, self.bell, patience, self.redaction, PACE
        )
        made = rounds_of(self.worklists, self.of(DueVerbs), ROUND_PACE)
        self.rounds = {each.name: Round(each.name, each.every_s, each.due, self._watched(each)) for each in made}

    def _open_store(self) -> None:
        database, life = self._site.ledger.database, self.life
        self.worklists = gated(MemoryWorklists(database), "worklists", life, in_store=True)
        self.warden = gated(MemoryWarden(database), "warden", life, in_store=True)
        self.books = gated(MemoryBooks(database, self.clock), "books", life, in_store=True)
        self.inbox = gated(MemoryInbox(database), "inbox", life, in_store=True)
        self.outbox = gated(self._site.outbox, "outbox", life, in_store=True)

    def _open_outside(self) -> None:
        outside, life = self._site.outside, self.life
        self.trainer = gated(outside.trainer, "trainer", life)
        self.painter = gated(outside.painter, "painter", life)
        self.messenger = gated(outside.messenger, "messenger", life)
        self.publisher = gated(outside.publisher, "publisher", life)
        self.store = gated(outside.store, "photos", life)
        self.inspector = HashInspector()
        self.notices = PlainRunNotices()

    def of(self, use_case: type[UseCase]) -> UseCase:
        """Return a use case on this process's ports."""
        if use_case not in self._made:
            make: Callable[..., UseCase] = self._site.parts.instead.get(use_case, use_case)
            self._made[use_case] = make(**{each.name: self._given(each) for each in fields(use_case)})
        made: UseCase = self._made[use_case]
        return made

    def _given(self, each: "Field[Any]") -> object:
        if hasattr(self, each.name):
            return getattr(self, each.name)
        inner: Any = each.type
        return self.of(inner)

    def _watched(self, each: Round) -> Verb:
        async def verb(subject: object) -> object:
            try:
                return await each.verb(subject)
            except Exception as error:
                self._site.failed(each.name)
                if is_defect(error):
                    self._site.broke(Broken("no round fails by our own fault", each.name, repr(error)))
                raise

        return verb
