"""Days that are closed: several close them at once, an intruder is noticed, and sums stop reading what is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import psycopg
import pytest

from adapters.postgres import books
from adapters.postgres.changes import Changes
from adapters.postgres.codec import write_documents
from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.statements import WRITE_ONE
from avatar_core.dossier import Dossier
from avatar_core.errors import ConcurrentChange
from avatar_core.testing.examples import DAY, NETWORK, NOW, a_customer
from avatar_core.testing.store import Store
from avatar_core.testing.whole import granted, keep_honest_books
from tests.contracts.postgres_store import postgres_store

TODAY = NOW.date()
CLOSED = "a sealed day stays as it was"
SUMMED = "7: a snapshot is the sum of its days"


@pytest.fixture
async def store(database: Database) -> Store:
    """Honest books whose first three days are closed; whoever tampers may do everything."""
    store = postgres_store(database)
    await keep_honest_books(store)
    await store.books.seal(TODAY + 2 * DAY)
    for table in ("transfers", "entries", "seals", "snapshots"):
        await database.rows(f"ALTER TABLE avatar.{table} DISABLE TRIGGER USER")
    return store


async def broken(store: Store) -> set[str]:
    return {violation.law for violation in await store.books.violations()}


@pytest.mark.parametrize(
    ("crime", "laws"),
    [
        ("UPDATE avatar.transfers SET at = at + interval '1 day' WHERE kind = 'MONEY_IN'", {CLOSED}),
        (
            (
                "INSERT INTO avatar.transfers SELECT 'another', kind, source, target, unit, amount, cause, at, reverses"
                " FROM avatar.transfers WHERE kind = 'CAPTURE'"
            ),
            {CLOSED, SUMMED, "I1: entries sum to zero", "4: a hold and its transfers agree"},
        ),
        ("UPDATE avatar.seals SET digest = 'x' WHERE transfers = 0", {CLOSED}),
        ("UPDATE avatar.seals SET transfers = 99 WHERE transfers > 0", {CLOSED}),
        ("UPDATE avatar.snapshots SET total = total + 1 WHERE account LIKE '%%/revenue/%%'", {SUMMED}),
        ("DELETE FROM avatar.snapshots WHERE account LIKE '%%/revenue/%%'", {SUMMED}),
    ],
    ids=["a transfer moved", "a transfer added", "a hash changed", "a count changed", "a sum changed", "a sum gone"],
)
async def test_whoever_changes_a_closed_day_is_noticed(
    store: Store, database: Database, crime: str, laws: set[str]
) -> None:
    assert await broken(store) == set()
    await database.rows(crime)
    assert await broken(store) == laws


@pytest.mark.parametrize("table", ["seals", "snapshots"])
@pytest.mark.parametrize(
    "change", ["UPDATE avatar.{} SET day = day", "DELETE FROM avatar.{}", "TRUNCATE avatar.{} CASCADE"]
)
async def test_seals_are_never_changed(store: Store, database: Database, table: str, change: str) -> None:
    assert await broken(store) == set()
    await database.rows(f"ALTER TABLE avatar.{table} ENABLE TRIGGER USER")
    with pytest.raises(psycopg.Error) as refusal:
        await database.rows(change.format(table))
    assert refusal.value.sqlstate == "AV003"


async def test_sums_read_no_transfer_of_a_closed_day(store: Store, database: Database) -> None:
    before = await store.books.totals(NETWORK)
    await database.rows("DELETE FROM avatar.entries")
    await database.rows("DELETE FROM avatar.transfers")
    assert await store.books.totals(NETWORK) == before != {}


async def test_a_day_that_changes_while_it_is_sealed_is_sealed_anew(store: Store, database: Database) -> None:
    with pytest.raises(ConcurrentChange):
        await database.rows("SELECT avatar.seal(%s, 'x', 1, now())", TODAY + 3 * DAY)
    assert [each.day for each in await store.books.seal(TODAY + 3 * DAY)] == [TODAY + 3 * DAY]


async def test_a_long_day_is_sealed_piece_by_piece(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "BATCH", 2)
    assert await broken(store) == set()
    await database.rows("UPDATE avatar.transfers SET unit = 'another' WHERE kind = 'MONEY_IN'")
    assert await broken(store) >= {CLOSED}


def a_late_gift(dossier: Dossier) -> str:
    """A commit that renames a customer and gives them a star at NOW, as `avatar.write` takes it."""
    changes = Changes()
    changes.save(replace(dossier.customer, name="Another"))
    changes.save(granted(dossier.wallet, 1))
    return write_documents([changes.document()])


async def waiting(database: Database) -> None:
    """Return once a statement waits for somebody's lock."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while True:
        if await database.rows(waits):
            return
        await asyncio.sleep(0)


async def test_a_commit_that_waits_while_its_day_is_sealed_is_refused(database: Database, migrated_dsn: str) -> None:
    store = postgres_store(database)
    await keep_honest_books(store)
    known = await store.read(a_customer())
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as psql:
        await psql.execute("SELECT FROM avatar.customers FOR UPDATE")
        late = asyncio.create_task(store.save(replace(known.customer, name="Another"), granted(known.wallet, 1)))
        await waiting(database)
        assert [each.day for each in await store.books.seal(TODAY)] == [TODAY]
    with pytest.raises(ConcurrentChange):
        await late
    assert await broken(store) == set()


async def test_a_day_is_sealed_only_when_whoever_writes_into_it_is_done(database: Database, migrated_dsn: str) -> None:
    store = postgres_store(database)
    await keep_honest_books(store)
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as writer:
        await writer.execute(WRITE_ONE, (a_late_gift(await store.read(a_customer())),))
        sealing = asyncio.create_task(store.books.seal(TODAY))
        await waiting(database)
    with pytest.raises(ConcurrentChange):
        await sealing
    assert [each.day for each in await store.books.seal(TODAY)] == [TODAY]
    assert await broken(store) == set()


@pytest.fixture
async def processes(migrated_dsn: str) -> AsyncIterator[list[Store]]:
    """The same database as four workers see it: each with connections of its own."""
    pools = [Database(migrated_dsn, settings=PoolSettings(smallest=0, largest=2)) for _ in range(4)]
    async with AsyncExitStack() as open_pools:
        yield [postgres_store(await open_pools.enter_async_context(pool)) for pool in pools]


async def test_four_workers_close_thirty_days_once(processes: list[Store]) -> None:
    await keep_honest_books(processes[0])
    before = await processes[0].books.totals(NETWORK)
    made = await asyncio.gather(*(each.books.seal(TODAY + 29 * DAY) for each in processes))
    assert sorted(seal.day for seals in made for seal in seals) == [TODAY + n * DAY for n in range(30)]
    assert (await processes[0].books.totals(NETWORK), await broken(processes[0])) == (before, set())
