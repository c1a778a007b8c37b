"""What can be wrong with the database while the house runs."""

import contextlib
from collections.abc import AsyncIterator

from tests.journeys.stage import Stage


@contextlib.asynccontextmanager
async def without(stage: Stage, table: str) -> AsyncIterator[None]:
    """Let a table be away while the block runs, as after a botched migration: a defect, in the store's eyes."""
    await stage.database.rows(f"ALTER TABLE avatar.{table} RENAME TO {table}_away")
    try:
        yield
    finally:
        await stage.database.rows(f"ALTER TABLE avatar.{table}_away RENAME TO {table}")


@contextlib.asynccontextmanager
async def no_room_for(stage: Stage, table: str) -> AsyncIterator[None]:
    """Let the database keep nothing more in a table while the block runs, as on a full disk."""
    await stage.database.rows(
        "CREATE FUNCTION avatar.no_room() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
    )
    await stage.database.rows(
        f"CREATE TRIGGER no_room BEFORE INSERT ON avatar.{table} EXECUTE FUNCTION avatar.no_room()"
    )
    try:
        yield
    finally:
        await stage.database.rows("DROP FUNCTION avatar.no_room CASCADE")
