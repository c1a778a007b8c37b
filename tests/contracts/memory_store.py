"""The store in memory, for filling the holes of the store's suites."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from adapters.memory import (
    CountingNames,
    FrozenClock,
    MemoryBeginUnitOfWork,
    MemoryBooks,
    MemoryDatabase,
    MemoryInbox,
    MemoryOutbox,
    MemoryUnitOfWork,
    MemoryWarden,
    MemoryWorklists,
)
from avatar_core.ports import UnitOfWork
from avatar_core.testing.examples import NOW
from avatar_core.testing.store import Store


def memory_store(database: MemoryDatabase | None = None, clock: FrozenClock | None = None) -> Store:
    """Return a store whose clock stands at NOW; give the database or the clock to reach into it."""
    database, clock = database or MemoryDatabase(), clock or FrozenClock(NOW)
    return Store(
        begin=MemoryBeginUnitOfWork(database, CountingNames(), clock),
        books=MemoryBooks(database, clock),
        worklists=MemoryWorklists(database),
        outbox=MemoryOutbox(database),
        inbox=MemoryInbox(database),
        warden=MemoryWarden(database),
        clock=clock,
    )


def store_with(kind: type[MemoryUnitOfWork]) -> Store:
    """Return an empty store whose units of work are of this kind."""

    class Begin(MemoryBeginUnitOfWork):
        def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
            return kind(self._database, self._names, self._clock)

    database = MemoryDatabase()
    return replace(memory_store(database), begin=Begin(database, CountingNames(), FrozenClock(NOW)))
