"""Somebody else's lock, an owner's psql for one: whoever needs it hears of it soon, and nobody else waits for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from adapters.postgres.pool import Database
from avatar_core.customers import Customer
from avatar_core.errors import StoreUnavailable
from avatar_core.testing.examples import a_customer
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store

WRITERS = ("write", "write_each")
LIMITS = """
    SELECT proname, setting FROM pg_proc, unnest(proconfig) setting
    WHERE pronamespace = 'avatar'::regnamespace AND setting LIKE 'lock_timeout=%%' ORDER BY proname
"""
TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
ROW = "SELECT FROM avatar.customers WHERE id = %s FOR UPDATE"


@pytest.fixture
async def store(database: Database) -> Store:
    """Two customers, whose writers wait a little less than in earnest."""
    assert await database.rows(LIMITS) == [(writer, "lock_timeout=5s") for writer in WRITERS]
    for writer in WRITERS:
        await database.rows(f"ALTER FUNCTION avatar.{writer}(jsonb) SET lock_timeout = '200ms'")
    store = postgres_store(database)
    await store.save(a_customer(1), a_customer(2))
    return store


@pytest.fixture
async def locked(store: Store) -> Customer:
    return (await store.read(a_customer(1))).customer


@pytest.fixture
async def free(store: Store) -> Customer:
    return (await store.read(a_customer(2))).customer


@pytest.fixture(params=[ROW, TURN], ids=["their row", "their turn"])
async def other_session(
    request: pytest.FixtureRequest, migrated_dsn: str, locked: Customer
) -> AsyncIterator[psycopg.AsyncConnection]:
    """Somebody who has locked one customer, and does not let go."""
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as session:
        await session.execute(request.param, (locked.id,))
        yield session


def renamed(store: Store, customer: Customer, times: int) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(store.save(replace(customer, name=f"Name {number}"))) for number in range(times)]


async def test_whoever_needs_a_locked_customer_is_refused_and_all_others_are_written(
    store: Store, locked: Customer, free: Customer, other_session: psycopg.AsyncConnection
) -> None:
    tasks = [*renamed(store, locked, 3), *renamed(store, free, 1), asyncio.create_task(store.save(a_customer(3)))]
    refused, written = tasks[:3], tasks[3:]
    assert await asyncio.gather(*written) == [None, None]
    told = await asyncio.gather(*refused, return_exceptions=True)
    assert [str(each) for each in told] == [str(StoreUnavailable(reason="lock timeout"))] * len(refused)
    assert (await store.read(free)).customer.name == "Name 0"
    await other_session.rollback()
    await store.save(replace(locked, name="Free again"))


async def test_a_locked_customer_in_a_shared_statement_takes_nobody_down(
    store: Store, locked: Customer, free: Customer, other_session: psycopg.AsyncConnection
) -> None:
    tasks = [*renamed(store, locked, 1), *renamed(store, free, 1)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in results] == [StoreUnavailable, type(None)]
    assert (await store.read(locked)).customer == locked
