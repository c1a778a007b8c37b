"""The store on PostgreSQL, for filling the holes of the store's suites."""

from adapters.memory import CountingNames, FrozenClock
from adapters.postgres.books import PostgresBooks
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.pool import Database
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from adapters.postgres.warden import PostgresWarden
from adapters.postgres.worklists import PostgresWorklists
from avatar_core.testing.examples import NOW
from avatar_core.testing.store import Store


def postgres_store(database: Database, clock: FrozenClock | None = None) -> Store:
    """Return a store whose clock stands at NOW; give the clock to move it."""
    clock = clock or FrozenClock(NOW)
    return Store(
        begin=PostgresBeginUnitOfWork(database, CountingNames(), clock),
        books=PostgresBooks(database, clock),
        worklists=PostgresWorklists(database),
        outbox=PostgresOutbox(database),
        inbox=PostgresInbox(database),
        warden=PostgresWarden(database),
        clock=clock,
    )
