"""The store in memory, for filling the holes of the store's suites."""

from adapters.memory import (
    CountingNames,
    FrozenClock,
    MemoryBeginUnitOfWork,
    MemoryBooks,
    MemoryDatabase,
    MemoryInbox,
    MemoryOutbox,
    MemoryWarden,
    MemoryWorklists,
)
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
