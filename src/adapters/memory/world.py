"""Every port, open, on one database in memory: for trying the library, and for tests of what is built on it."""

from collections.abc import Callable
from dataclasses import Field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from adapters.memory.books import MemoryBooks
from adapters.memory.clock import FrozenClock
from adapters.memory.database import MemoryDatabase
from adapters.memory.gateway import CODE, MemoryGateway
from adapters.memory.inbox import MemoryInbox
from adapters.memory.inspector import HashInspector
from adapters.memory.messenger import RecordingMessenger
from adapters.memory.names import CountingNames
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.painter import MemoryPainter
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.trainer import MemoryTrainer
from adapters.memory.unit_of_work import MemoryBeginUnitOfWork
from adapters.memory.warden import MemoryWarden
from adapters.memory.worklists import MemoryWorklists
from avatar_core.bots import BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.ids import BotId, NetworkId
from avatar_core.payments import Evidence, Payment
from avatar_core.tasks import of_each
from avatar_core.use_cases.operations import CarryOut
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment

BOT = BotId("memory_bot")
BEGINNING = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEASE_S = 30.0
AT_A_TIME = 100


class _Verb(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Verb = TypeVar("Verb", bound=_Verb)


class MemoryWorld:
    """A whole installation with one bot, which takes the memory gateway's money.

    Each attribute is named like the use cases' field that it fills, so ``of`` needs no wiring.  An adapter of your own
    takes the place of one of YOURS: ``MemoryWorld(trainer=MyTrainer())``.  Raises TypeError for any other name.
    """

    YOURS = frozenset({"trainer", "painter", "messenger", "publisher", "store", "inspector"})

    def __init__(self, catalogue: Catalogue | None = None, bot: BotId = BOT, **yours: object) -> None:
        self.catalogue = catalogue or load_catalogue(DEFAULT_CATALOGUE)
        self.bots = Bots({bot: BotProfile(bot, NetworkId(bot), gateways=(CODE,))})
        self.clock, self.names = FrozenClock(BEGINNING), CountingNames()
        self.database = MemoryDatabase()
        self.begin = MemoryBeginUnitOfWork(self.database, self.names, self.clock)
        self.books = MemoryBooks(self.database, self.clock)
        self.worklists, self.warden = MemoryWorklists(self.database), MemoryWarden(self.database)
        self.outbox, self.inbox = MemoryOutbox(self.database), MemoryInbox(self.database)
        self.gateway = MemoryGateway()
        self.trainer, self.painter = MemoryTrainer(), MemoryPainter()
        self.messenger, self.publisher = RecordingMessenger(), MemoryPublisher()
        self.store, self.inspector = MemoryPhotoStore(clock=self.clock), HashInspector()
        if strange := yours.keys() - self.YOURS:
            raise TypeError(f"{', '.join(sorted(strange))} cannot be replaced here")
        vars(self).update(yours)

    def of(self, use_case: type[Verb]) -> Verb:
        """Return a use case on these ports, and whatever use cases it is made of."""
        given = {each.name: self._given(each) for each in fields(use_case)}
        make: Callable[..., Verb] = use_case
        return make(**given)

    async def pay(self, payment: Payment) -> Evidence:
        """Bring the gateway's notice that a payment was made, as its webhook would; return what was made of it."""
        at = self.clock.now()
        notice = self.gateway.pay(payment, f"charge-{payment.number}", at)
        kept = await self.of(KeepEvidence)(self.gateway.read(notice, at))
        return await self.of(SettlePayment)(kept.id)

    async def carry_out(self) -> int:
        """Carry out every task that is due, as a worker would; return how many there were.

        Raises what a task raises: the task is due again once its lease is over.
        """
        carry_out, count = self.of(CarryOut), 0
        while tasks := await self.outbox.claim("memory", self.clock.now(), of_each(AT_A_TIME), LEASE_S):
            for task in tasks:
                await carry_out(task)
                await self.outbox.done(task, "memory")
            count += len(tasks)
        return count

    def _given(self, each: "Field[Any]") -> object:
        if hasattr(self, each.name):
            return getattr(self, each.name)
        inner: Any = each.type
        return self.of(inner)
