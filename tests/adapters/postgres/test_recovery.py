"""The database goes away and comes back: named errors meanwhile, and no hand needed afterwards."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.errors import ConcurrentChange, StoreUnavailable
from avatar_core.testing.examples import NOW, a_customer
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store
from tests.database_faults.wire import laid_wire

PATIENCE_S = 60.0
CONNECTIONS = PoolSettings(smallest=2, largest=4, patience_s=1.0)


async def eventually(act: Callable[[], Awaitable[object]]) -> None:
    """Act until the store is there again."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            await act()
        except StoreUnavailable:
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.05)
        else:
            return


@pytest.fixture
def own_server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(server_folder / "database", durable=False, fallback_root=server_folder) as server:
        yield server


@pytest.fixture
async def patient(migrated_dsn: str) -> AsyncIterator[Database]:
    async with Database(migrated_dsn, settings=CONNECTIONS) as database:
        yield database


def cut_all_connections(dsn: str) -> int:
    """Kill every other backend of the database, as an administrator or a fail-over does."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
    assert cut is not None
    return int(cut[0])


async def test_idle_connections_that_were_cut_are_replaced_before_anybody_notices(
    patient: Database, migrated_dsn: str
) -> None:
    store = postgres_store(patient)
    customer = await store.registered()
    for _ in range(3):
        assert cut_all_connections(migrated_dsn) > 0
        assert (await store.read(customer)).customer == customer


async def test_connections_that_are_cut_at_work_cost_a_store_unavailable_and_no_more(
    patient: Database, migrated_dsn: str
) -> None:
    sleeping = asyncio.create_task(patient.rows("SELECT pg_sleep(60)"))
    await eventually(lambda: _sleeping(patient))
    cut_all_connections(migrated_dsn)
    with pytest.raises(StoreUnavailable) as refusal:
        await sleeping
    assert isinstance(refusal.value.__cause__, psycopg.OperationalError)
    await eventually(lambda: patient.rows("SELECT 1"))


async def test_a_server_that_falls_silent_is_a_store_unavailable_and_is_called_anew(migrated_dsn: str) -> None:
    facts = conninfo_to_dict(migrated_dsn)
    server = Path(str(facts["host"])) / f".s.PGSQL.{facts['port']}"
    settings = PoolSettings(smallest=2, largest=2, patience_s=PATIENCE_S, answer_s=2.0)
    async with AsyncExitStack() as stack:
        wire, folder = await stack.enter_async_context(laid_wire(server))
        dsn = make_conninfo(migrated_dsn, host=str(folder))
        store = postgres_store(await stack.enter_async_context(Database(dsn, settings=settings)))
        customer = await store.registered()
        wire.hush()
        for each in await asyncio.gather(store.save(a_customer(2)), store.read(customer), return_exceptions=True):
            assert str(each) == str(StoreUnavailable(reason="no answer within 2 s"))
        await store.save(a_customer(2))
        assert (await store.read(customer)).customer == customer


async def test_a_statement_that_reads_all_the_books_may_take_longer(migrated_dsn: str) -> None:
    async with Database(migrated_dsn, settings=PoolSettings(answer_s=0.5)) as database:
        with pytest.raises(StoreUnavailable, match=r"no answer within 0\.5 s"):
            await database.rows("SELECT pg_sleep(2)")
        assert await database.long_rows("SELECT 1 FROM pg_sleep(2)") == [(1,)]


async def test_a_server_that_only_reads_for_now_is_a_store_unavailable(migrated_dsn: str) -> None:
    reading = f"{migrated_dsn} options='-c default_transaction_read_only=on'"
    async with Database(reading, settings=CONNECTIONS) as standby:
        store = postgres_store(standby)
        for trying in (store.save(a_customer(1)), store.inbox.keep("telegram:bot", [("1", "{}")], NOW)):
            with pytest.raises(StoreUnavailable, match="read-only"):
                await trying


async def _sleeping(database: Database) -> None:
    """Return when the other statement is under way.  Raises StoreUnavailable before."""
    sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    if not await database.rows(sleeping):
        raise StoreUnavailable(reason="not asleep yet")


async def test_a_server_that_crashed_is_used_again_and_nothing_is_written_twice(own_server: EmbeddedPostgres) -> None:
    dsn = own_server.create_database("ours")
    await migrate(dsn)
    async with Database(dsn, settings=CONNECTIONS) as database:
        store = postgres_store(database)
        customer = await store.registered()
        (backend,) = await database.one("SELECT pg_backend_pid()")
        os.kill(backend, signal.SIGKILL)  # PostgreSQL ends every other backend and recovers from its log
        writing = [eventually(partial(_saved, store, number)) for number in range(2, 40)]
        await asyncio.gather(*writing, eventually(lambda: store.read(customer)))
        with pytest.raises(ConcurrentChange):
            await store.save(a_customer(2))


async def _saved(store: Store, number: int) -> None:
    """Save a customer; one whose first commit succeeded without an answer is there already."""
    try:
        await store.save(a_customer(number))
    except ConcurrentChange:
        assert (await store.read(a_customer(number))).customer.version == 1


async def test_a_database_that_is_not_there_is_a_store_unavailable(server_folder: Path) -> None:
    nowhere = Database(f"host={server_folder} dbname=nothing", settings=PoolSettings(smallest=1, patience_s=0.2))
    with pytest.raises(StoreUnavailable):
        await nowhere.open()
    await nowhere.close()
    with pytest.raises(StoreUnavailable):
        await migrate(f"host={server_folder} dbname=nothing")


async def test_a_pool_that_has_no_connection_left_is_a_store_unavailable(migrated_dsn: str) -> None:
    settings = PoolSettings(smallest=1, largest=1, patience_s=0.2)
    async with Database(migrated_dsn, settings=settings) as database:
        busy = asyncio.create_task(database.rows("SELECT pg_sleep(1)"))
        await asyncio.sleep(0.05)
        with pytest.raises(StoreUnavailable):
            await database.rows("SELECT 1")
        await busy
