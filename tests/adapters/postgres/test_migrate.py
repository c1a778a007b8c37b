"""Migrations: applied once, in order, by one at a time, and never rewritten."""

import asyncio

import psycopg
import pytest

from adapters.memory import FrozenClock
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import MigrationChanged, SchemaNewer, at_home, migrate, migrations, pending
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.testing.examples import NOW, a_customer
from avatar_core.testing.whole import granted
from tests.contracts.postgres_store import postgres_store

ALL = [each.name for each in migrations()]


async def rows(dsn: str, sql: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        found = await connection.execute(sql.encode())
        return await found.fetchall() if found.description else []


async def test_an_empty_database_gets_everything_once(database_dsn: str) -> None:
    assert await pending(database_dsn) == ALL
    assert await migrate(database_dsn) == ALL
    assert await pending(database_dsn) == []
    assert await migrate(database_dsn) == []


def test_files_are_numbered_without_a_gap() -> None:
    assert [name.split("_")[0] for name in ALL] == [f"{number:04}" for number in range(1, len(ALL) + 1)]


async def test_processes_that_start_at_once_migrate_once(database_dsn: str) -> None:
    done = await asyncio.gather(*(migrate(database_dsn) for _ in range(4)))
    assert sorted(map(len, done)) == [0, 0, 0, len(ALL)]


async def test_a_file_that_was_changed_afterwards_is_refused(migrated_dsn: str) -> None:
    await rows(migrated_dsn, "UPDATE avatar.migrations SET digest = 'another' WHERE name LIKE '0002%'")
    for refused in (migrate, pending):
        with pytest.raises(MigrationChanged, match="0002"):
            await refused(migrated_dsn)


async def test_an_older_program_does_not_touch_a_newer_schema(migrated_dsn: str) -> None:
    await rows(migrated_dsn, "INSERT INTO avatar.migrations VALUES ('9999_later.sql', 'x')")
    with pytest.raises(SchemaNewer, match="9999_later"):
        await migrate(migrated_dsn)


async def test_a_migration_that_fails_leaves_nothing_behind(database_dsn: str) -> None:
    await rows(database_dsn, "CREATE SCHEMA avatar")
    await rows(database_dsn, "CREATE TABLE avatar.conversations (another integer)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        await migrate(database_dsn)
    assert await pending(database_dsn) == ALL


@pytest.mark.parametrize("name", ["stars", "user"])
async def test_the_schemas_name_is_a_setting(database_dsn: str, name: str) -> None:
    """Also a word of SQL."""
    await migrate(database_dsn, schema=name)
    await migrate(database_dsn, schema="other")
    async with Database(database_dsn, schema=name, settings=PoolSettings(smallest=0, largest=2)) as database:
        store = postgres_store(database, FrozenClock(NOW))
        customer = await store.registered()
        await store.save(granted((await store.read(customer)).wallet, 5))
        assert await store.books.violations() == []
    assert await rows(database_dsn, at_home("SELECT count(*) FROM avatar.entries", name)) == [(2,)]
    assert await rows(database_dsn, "SELECT count(*) FROM other.entries") == [(0,)]
    assert await rows(database_dsn, "SELECT 1 FROM pg_namespace WHERE nspname = 'avatar'") == []


@pytest.mark.parametrize("name", ["", "Avatar", "a b", 'a"b', "1a", "a;drop", "a" * 64])
def test_a_schemas_name_is_plain(name: str) -> None:
    with pytest.raises(ValueError, match="no plain schema name"):
        at_home("SELECT 1", name)


async def test_a_transaction_pooler_is_enough(migrated_dsn: str) -> None:
    """Nothing is prepared and nothing is kept in a session: each statement may land on another connection."""
    settings = PoolSettings(smallest=2, largest=2, prepared=False)
    async with Database(migrated_dsn, settings=settings) as database:
        store = postgres_store(database)
        for number in range(1, 30):
            await store.save(a_customer(number))
            await store.read(a_customer(number))
        assert await database.rows("SELECT name FROM pg_prepared_statements") == []
        assert await database.rows("SELECT current_setting('search_path')") == [('"$user", public',)]


async def test_the_web_apis_roles_lose_every_right(
    postgres_server: EmbeddedPostgres, database_dsn: str, migrated_dsn: str
) -> None:
    """As on Supabase, where default privileges hand every new table to the API's roles."""
    for role in ("anon", "authenticated"):
        await rows(database_dsn, f"CREATE ROLE {role}")
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            await rows(database_dsn, f"ALTER DEFAULT PRIVILEGES GRANT ALL ON {kind} TO {role}")
    try:
        await migrate(database_dsn)
        rights = (
            "SELECT role, has_schema_privilege(role, 'avatar', 'USAGE'),"
            " has_table_privilege(role, 'avatar.payments', 'SELECT, INSERT, UPDATE, DELETE'),"
            " has_sequence_privilege(role, 'avatar.payment_numbers', 'USAGE'),"
            " has_function_privilege(role, 'avatar.write(jsonb)', 'EXECUTE')"
            " FROM unnest(ARRAY['anon', 'authenticated']) role"
        )
        assert await rows(database_dsn, rights) == [
            ("anon", False, False, False, False),
            ("authenticated", False, False, False, False),
        ]
    finally:
        for role in ("anon", "authenticated"):
            await rows(database_dsn, f"DROP OWNED BY {role}")
            await rows(database_dsn, f"DROP ROLE {role}")
