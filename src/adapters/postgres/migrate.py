"""Brings a database to the schema this version needs: plain SQL files, forward only, each applied once for ever.

A runner of our own rather than a tool: Alembic brings SQLAlchemy along, yoyo opens connections of its own and wants
its files split by statement, pogo-migrate is bound to asyncpg, dbmate is another language's binary.  What is needed
is a lock, a table and a loop.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from psycopg import AsyncConnection
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from adapters.postgres.errors import store_errors

SCHEMA = "avatar"
_HOME = re.compile(r"\bavatar(?=\.)")
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_LOCK = int.from_bytes(b"avat")  # any number that nobody else locks


class MigrationError(Exception):
    """The schema is not what this program needs, and cannot be made so here."""


class MigrationChanged(MigrationError):
    """A file that was applied before has another content now: the history of a schema is not rewritten."""


class SchemaNewer(MigrationError):
    """The database was migrated by a newer version of this program."""


class OwnerNeeded(MigrationError):
    """Something is missing, and we are connected as somebody who may not change the schema."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex."""
        return sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return all files in the order of their numbers."""
    folder = files("adapters.postgres") / "migrations"
    found = [each for each in folder.iterdir() if each.name.endswith(".sql")]
    return [Migration(each.name, each.read_text("utf-8")) for each in sorted(found, key=lambda file: file.name)]


def at_home(sql: str, schema: str) -> str:
    """Put the schema's name where SQL is written for ``avatar.``  Raises ValueError for one that is not plain.

    It stands in quotes, for it may be a word of SQL.
    """
    if not _PLAIN_NAME.fullmatch(schema):
        raise ValueError(f"{schema!r} is no plain schema name")
    return sql if schema == SCHEMA else _HOME.sub(f'"{schema}"', sql)


async def migrate(dsn: str, *, schema: str = SCHEMA) -> list[str]:
    """Apply what is missing in one transaction and return the names of the files; several callers wait in line.

    Raises MigrationChanged, SchemaNewer, OwnerNeeded and StoreUnavailable.
    """
    with store_errors():
        async with await AsyncConnection.connect(dsn, prepare_threshold=None) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, schema))
            missing = await _missing(connection, schema)
            try:
                for each in missing:
                    await _apply(connection, each, schema)
            except InsufficientPrivilege as refused:
                names = ", ".join(each.name for each in missing)
                raise OwnerNeeded(f"{names} can only be applied by the owner of the schema {schema}") from refused
            if missing:
                await connection.execute(at_home("SELECT avatar.close_to_others()", schema))
            return [each.name for each in missing]


async def pending(dsn: str, *, schema: str = SCHEMA) -> list[str]:
    """Return the files that ``migrate`` would apply; changes nothing.  Raises as ``migrate`` does."""
    with store_errors():
        async with await AsyncConnection.connect(dsn, prepare_threshold=None) as connection:
            return [each.name for each in await _missing(connection, schema)]


async def _missing(connection: AsyncConnection, schema: str) -> list[Migration]:
    applied = await _applied(connection, schema)
    known = migrations()
    if unknown := applied.keys() - {each.name for each in known}:
        raise SchemaNewer(f"the database knows {', '.join(sorted(unknown))}, this program does not")
    for each in known:
        if applied.get(each.name, each.digest) != each.digest:
            raise MigrationChanged(f"{each.name} is not what was applied to this database")
    return [each for each in known if each.name not in applied]


async def _applied(connection: AsyncConnection, schema: str) -> dict[str, str]:
    found = await connection.execute("SELECT to_regclass(%s)", (at_home("avatar.migrations", schema),))
    if await found.fetchone() == (None,):
        return {}
    rows = await connection.execute(at_home("SELECT name, digest FROM avatar.migrations", schema))
    return dict(await rows.fetchall())


async def _create(connection: AsyncConnection, schema: str) -> None:
    """Create the schema, unless it is there: its owner need not be allowed to create one (IF NOT EXISTS asks that)."""
    found = await connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,))
    if await found.fetchone() is None:
        await connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))


async def _apply(connection: AsyncConnection, migration: Migration, schema: str) -> None:
    await _create(connection, schema)
    await connection.execute(
        at_home(
            "CREATE TABLE IF NOT EXISTS avatar.migrations "
            "(name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            schema,
        )
    )
    await connection.execute(at_home(migration.sql, schema))
    insert = at_home("INSERT INTO avatar.migrations (name, digest) VALUES (%s, %s)", schema)
    await connection.execute(insert, (migration.name, migration.digest))
