"""Opening the database: the owner's, or an embedded one of our own; brought to the newest schema first."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from adapters.postgres.books import PostgresBooks
from adapters.postgres.conversations import ConversationStore
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.errors import require_conninfo
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.migrate import MigrationError, migrate, pending
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from adapters.postgres.warden import PostgresWarden
from adapters.postgres.worklists import PostgresWorklists
from avatar_core.ports import Clock, Names
from entrypoints.ground import NotReady, Readiness, Store
from entrypoints.settings import Settings, SettingsWrong, name_of

_log = structlog.get_logger(__name__)


def database_folder(settings: Settings) -> Path:
    """Return where the embedded server keeps its data."""
    return settings.data_dir.absolute() / "database"


@contextlib.asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """Give the connection string; the embedded server runs while the block does.

    Raises SettingsWrong and EmbeddedPostgresError.
    """
    if settings.database_url is not None:
        yield _readable(settings.database_url.get_secret_value())
        return
    server = EmbeddedPostgres(database_folder(settings))
    await asyncio.to_thread(server.start)
    try:
        yield server.dsn
    finally:
        await asyncio.to_thread(server.stop)


def _readable(url: str) -> str:
    try:
        require_conninfo(url)
    except ValueError as wrong:
        raise SettingsWrong(f"{name_of('database_url')} is wrong: {wrong}.") from None
    return url


@contextlib.asynccontextmanager
async def open_store(
    settings: Settings, clock: Clock, names: Names, on_tasks: Callable[[], None]
) -> AsyncIterator[Store]:
    """Start or join the database, migrate it, and give it as ports.

    ``on_tasks`` is called after each commit that left work to do.  Raises StoreUnavailable, MigrationChanged,
    SchemaNewer and EmbeddedPostgresError.
    """
    async with database_url(settings) as url:
        if applied := await migrate(url, schema=settings.database_schema):
            _log.debug("database migrated", applied=applied)
        pool = PoolSettings(largest=settings.database_connections, prepared=settings.database_prepared_statements)
        async with Database(url, schema=settings.database_schema, settings=pool) as database:
            yield Store(
                begin=PostgresBeginUnitOfWork(database, names, clock, on_tasks),
                books=PostgresBooks(database, clock),
                worklists=PostgresWorklists(database),
                outbox=PostgresOutbox(database),
                inbox=PostgresInbox(database),
                warden=PostgresWarden(database),
                conversations=ConversationStore(database),
                readiness=_readiness(_Probe(database, url)),
            )


@dataclass(frozen=True, slots=True)
class _Probe:
    """Asks the database how it is."""

    database: Database
    url: str = field(repr=False)

    async def answers(self) -> None:
        await self.database.one("SELECT 1")

    async def migrated(self) -> None:
        try:
            missing = await pending(self.url, schema=self.database.schema)
        except MigrationError as odd:
            raise NotReady(str(odd)) from odd
        if missing:
            raise NotReady(f"not applied yet: {', '.join(missing)}")


def _readiness(probe: _Probe) -> Readiness:
    return Readiness({"database": probe.answers, "migrations": probe.migrated})
