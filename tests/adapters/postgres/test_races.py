"""Many at once on a real database: exactly one wins, nothing is lost, nobody waits in a circle."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

import pytest

from adapters.memory import FrozenClock
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.catalogue_file import load_catalogue
from avatar_core.customers import Customer
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.dossier import OfCustomer
from avatar_core.errors import ConcurrentChange, InsufficientStars
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.testing.examples import NOW, a_notice, a_payment, an_avatar, an_order
from avatar_core.testing.store import Store
from avatar_core.testing.whole import Whole, granted, requested
from avatar_core.use_cases.again import again
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from avatar_core.wallet import Wallet
from tests.contracts.postgres_store import postgres_store

MANY = 64
WORKERS = 16
TRANSFERS = 10_000
CUSTOMERS = 12

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

Decide = Callable[[Wallet], Wallet | Whole]


class Change:
    """One unit of work that changes a customer's wallet, and one that changes two customers' in one commit."""

    def __init__(self, store: Store) -> None:
        self.begin = store.begin

    @again
    async def one(self, customer: Customer, decide: Decide) -> None:
        async with self.begin() as work:
            made = decide((await work.dossier(OfCustomer(customer.id))).wallet)
            work.save(*(made.records if isinstance(made, Whole) else (made,)))
            work.emit(*(made.events if isinstance(made, Whole) else ()))
            await work.commit()

    @again
    async def both(self, customers: Sequence[Customer], decide: Callable[[Wallet], Wallet]) -> None:
        async with self.begin() as work:
            work.save(*[decide((await work.dossier(OfCustomer(each.id))).wallet) for each in customers])
            await work.commit()


def ordered(customer: Customer, number: int) -> Decide:
    return lambda wallet: requested(an_order(customer, an_avatar(customer), number), wallet, Stars.of(220))


async def with_stars_for_one(store: Store) -> Customer:
    """A customer with an avatar and the stars for one order."""
    customer = await store.registered()
    await store.save(an_avatar(customer), granted((await store.read(customer)).wallet, 220))
    return customer


async def until_it_holds(change: Callable[[], Awaitable[None]]) -> None:
    """Bring a change again as a worker brings a task again, when others were faster at every attempt."""
    while True:
        try:
            return await change()
        except ConcurrentChange:
            continue


async def outcomes(works: Sequence[Awaitable[object]]) -> list[type[BaseException] | None]:
    done = await asyncio.gather(*works, return_exceptions=True)
    return [type(each) if isinstance(each, BaseException) else None for each in done]


@pytest.fixture
def store(database: Database) -> Store:
    return postgres_store(database)


@pytest.fixture
async def processes(migrated_dsn: str) -> AsyncIterator[list[Store]]:
    """The same database as four processes see it: each with connections of its own."""
    pools = [Database(migrated_dsn, settings=PoolSettings(smallest=0, largest=3)) for _ in range(4)]
    async with AsyncExitStack() as open_pools:
        yield [postgres_store(await open_pools.enter_async_context(pool)) for pool in pools]


async def test_of_64_orders_with_stars_for_one_exactly_one_holds(store: Store) -> None:
    customer = await with_stars_for_one(store)
    change = Change(store)
    works = [change.one(customer, ordered(customer, n)) for n in range(MANY)]
    assert sorted(map(str, await outcomes(works))) == sorted(map(str, [None] + [InsufficientStars] * (MANY - 1)))
    wallet = (await store.read(customer)).wallet
    assert (wallet.available, wallet.held, len(wallet.holds)) == (Stars(0), Stars.of(220), 1)
    assert await store.books.violations() == []


async def test_of_64_orders_in_4_processes_exactly_one_holds(store: Store, processes: list[Store]) -> None:
    customer = await with_stars_for_one(store)
    changes = [Change(process) for process in processes]
    results = await outcomes([changes[n % 4].one(customer, ordered(customer, n)) for n in range(MANY)])
    assert [results.count(None), results.count(InsufficientStars)] == [1, MANY - 1]


async def test_64_deliveries_of_one_charge_credit_once(store: Store) -> None:
    customer = await store.registered()
    payment = a_payment(customer)
    await store.save(payment)
    notice = replace(a_notice(payment), payer=customer.telegram_id)
    keep, settle = KeepEvidence(store.begin), SettlePayment(store.begin, store.clock, load_catalogue(DEFAULT_CATALOGUE))

    async def deliver() -> None:
        await settle((await keep(notice)).id)

    assert await outcomes([deliver() for _ in range(MANY)]) == [None] * MANY
    assert (await store.read(customer)).wallet.available == payment.stars
    assert len(await store.books.postings(customer.id)) == 1
    assert await store.books.violations() == []


async def test_10_000_transfers_by_16_workers_of_4_processes_never_wait_in_a_circle(
    store: Store, database: Database, processes: list[Store]
) -> None:
    customers = [await store.registered(number) for number in range(1, CUSTOMERS + 1)]
    deadlocks_before = await database.one(DEADLOCKS)
    chance, numbers = random.Random(2026), iter(range(TRANSFERS))

    def gift(number: int) -> Callable[[Wallet], Wallet]:
        cause = Cause("grant", str(number))
        return lambda wallet: wallet.give(Stars(1), "grant", f"grant:{number}:{wallet.customer}", cause=cause, at=NOW)

    async def work(change: Change) -> int:
        moved = 0
        for number in numbers:
            if number % 4:
                await until_it_holds(partial(change.one, chance.choice(customers), gift(number)))
            else:
                await until_it_holds(partial(change.both, chance.sample(customers, 2), gift(number)))
            moved += 1 if number % 4 else 2
        return moved

    moved = sum(await asyncio.gather(*(work(Change(processes[n % len(processes)])) for n in range(WORKERS))))
    in_hand = sum([(await store.read(each)).wallet.available.hundredths for each in customers])
    assert in_hand == moved == TRANSFERS * 5 // 4
    assert await database.one(DEADLOCKS) == deadlocks_before
    assert await store.books.violations() == []


async def test_a_refused_document_leaves_its_neighbours_in_the_same_commit_alone(database: Database) -> None:
    store = postgres_store(database, FrozenClock(NOW))
    customers = [await store.registered(number) for number in range(1, 17)]
    stale = replace(customers[0], version=0)
    results = await outcomes([store.save(stale), *(store.save(replace(each, name="New")) for each in customers)])
    assert results == [ConcurrentChange, *[None] * len(customers)]
    assert {(await store.read(each)).customer.name for each in customers} == {"New"}
