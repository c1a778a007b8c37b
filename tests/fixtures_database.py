"""Migrated databases for tests: one template per session, a fresh copy per test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import Database, PoolSettings
from tests.fixtures_postgres import database_numbers

TEMPLATE = "avatar_template"


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database with the newest schema and nothing in it; nobody is connected to it."""
    asyncio.run(migrate(postgres_server.create_database(TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def migrated_dsn(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The connection string of a migrated, empty database that only this test uses."""
    name = f"avatar_{next(database_numbers)}"
    yield postgres_server.create_database(name, template=migrated_template)
    postgres_server.drop_database(name)


@pytest.fixture
async def database(migrated_dsn: str) -> AsyncIterator[Database]:
    """An open pool of up to eight connections to such a database."""
    async with Database(migrated_dsn, settings=PoolSettings(smallest=0, largest=8)) as database:
        yield database
