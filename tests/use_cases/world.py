"""The business with vendors in memory: over any store, and over the database in memory, which can be looked into."""

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.memory import (
    CountingNames,
    FrozenClock,
    HashInspector,
    MemoryDatabase,
    MemoryPainter,
    MemoryPhotoStore,
    MemoryPublisher,
    MemoryTrainer,
    RecordingMessenger,
)
from avatar_core.events import Event
from avatar_core.ports import BeginUnitOfWork
from avatar_core.testing.examples import NOW
from avatar_core.testing.world import World
from tests.contracts.memory_store import memory_store


@dataclass
class LocalWorld(World):
    """The business over any store.  ``begin`` can be replaced by one that fails."""

    clock: FrozenClock
    names: CountingNames = field(default_factory=lambda: CountingNames(realm=7))
    trainer: MemoryTrainer = field(default_factory=MemoryTrainer)
    painter: MemoryPainter = field(default_factory=MemoryPainter)
    messenger: RecordingMessenger = field(default_factory=RecordingMessenger)
    photos: MemoryPhotoStore = field(default_factory=MemoryPhotoStore)
    inspector: HashInspector = field(default_factory=HashInspector)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)


@dataclass
class MemoryWorld(LocalWorld):
    """The business over the database in memory, which can be looked into."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)

    def happened(self) -> list[Event]:
        """Every event that was ever written, in order."""
        return [happening.event for happening in self.database.happenings]

    def named(self, name: str) -> list[Event]:
        """Every event of one name."""
        return [event for event in self.happened() if event.name == name]


def memory_world(begin: Callable[[BeginUnitOfWork], BeginUnitOfWork] | None = None) -> MemoryWorld:
    """An empty business in memory; ``begin`` wraps the beginning of units of work."""
    database, clock = MemoryDatabase(), FrozenClock(NOW)
    store = memory_store(database, clock)
    return MemoryWorld(store, clock, begin(store.begin) if begin else store.begin, database=database)
