"""One round trip to read, one to write, and several callers in one of them without knowing of each other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from types import NoneType

import pytest

from adapters.memory import CountingNames, FrozenClock
from adapters.postgres.ferry import FEW, ROOM, Ferry
from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.dossier import OfCustomer
from avatar_core.errors import ConcurrentChange, StoreUnavailable
from avatar_core.events import CustomerRegistered
from avatar_core.testing.examples import NOW, a_customer, a_payment, credited
from tests.contracts.postgres_store import postgres_store

READ = "SELECT missing, facts FROM avatar.dossiers(%s)"
WRITE, WRITE_EACH = "SELECT avatar.write(%s::jsonb -> 0)", "SELECT * FROM avatar.write_each(%s)"


class CountingDatabase(Database):
    """Remembers what it was asked."""

    statements: list[str]

    async def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        self.statements.append(sql)
        return await super().rows(sql, *values)


@pytest.fixture
async def counting(migrated_dsn: str) -> AsyncIterator[CountingDatabase]:
    async with CountingDatabase(migrated_dsn, settings=PoolSettings(smallest=1, largest=2)) as database:
        database.statements = []
        yield database


async def test_a_dossier_is_one_statement_and_so_is_a_commit(counting: CountingDatabase) -> None:
    store = postgres_store(counting)
    customer = await store.registered()
    counting.statements.clear()
    async with store.begin() as work:
        dossier = await work.dossier(OfCustomer(customer.id), keys=["a key"])
        work.save(credited(dossier.wallet, 5), a_payment(customer), replace(customer, name="Another"))
        work.emit(CustomerRegistered(customer=customer.id, person="somebody"))
        await work.commit()
    assert counting.statements == [READ, WRITE]


async def test_a_commit_of_nothing_asks_the_database_nothing(counting: CountingDatabase) -> None:
    await postgres_store(counting).save()
    assert counting.statements == []


async def test_callers_who_come_at_the_same_time_share_statements(counting: CountingDatabase) -> None:
    store = postgres_store(counting)
    await asyncio.gather(*(store.save(a_customer(number)) for number in range(1, ROOM + 1)))
    assert 0 < len(counting.statements) <= 3


async def test_a_worker_of_the_same_process_is_woken_by_commits_that_leave_work(database: Database) -> None:
    woken = asyncio.Event()
    begin = PostgresBeginUnitOfWork(database, CountingNames(), FrozenClock(NOW), woken.set)
    async with begin() as work:
        work.save(a_customer())
        await work.commit()
    assert not woken.is_set()
    async with begin() as work:
        work.emit(CustomerRegistered(customer=a_customer().id, person="somebody"))
        assert not woken.is_set()
        await work.commit()
    assert woken.is_set()


# --- the ferry


class Shore:
    """Answers loads with themselves, when it is let."""

    def __init__(self) -> None:
        self.crossings: list[list[int]] = []
        self.open = asyncio.Event()
        self.storm: Exception | None = None

    async def carry(self, loads: Sequence[int]) -> list[int]:
        self.crossings.append(list(loads))
        await self.open.wait()
        if self.storm:
            raise self.storm
        return [load * 10 for load in loads]


async def test_who_comes_while_the_boat_is_under_way_crosses_with_the_next() -> None:
    shore = Shore()
    ferry = Ferry(shore.carry, boats=1)
    first = asyncio.create_task(ferry.bring(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(ferry.bring(load)) for load in (2, 3)]
    await asyncio.sleep(0)
    shore.open.set()
    assert await asyncio.gather(first, *others) == [10, 20, 30]
    assert shore.crossings == [[1], [2, 3]]


async def test_a_boat_takes_no_more_than_it_has_room_for() -> None:
    shore = Shore()
    shore.open.set()
    ferry = Ferry(shore.carry, boats=1)
    assert await asyncio.gather(*(ferry.bring(load) for load in range(ROOM + 1))) == [n * 10 for n in range(ROOM + 1)]
    assert [len(each) for each in shore.crossings] == [ROOM, 1]


@pytest.mark.parametrize(("callers", "crossings"), [(FEW, [FEW]), (2 * FEW + 1, [FEW + 1, FEW])])
async def test_two_boats_that_leave_together_share_whoever_waits_unless_they_are_few(
    callers: int, crossings: list[int]
) -> None:
    shore = Shore()
    shore.open.set()
    ferry = Ferry(shore.carry, boats=2)
    assert await asyncio.gather(*(ferry.bring(load) for load in range(callers))) == [n * 10 for n in range(callers)]
    assert [len(each) for each in shore.crossings] == crossings


async def test_everybody_aboard_hears_of_a_storm_and_the_next_crossing_is_calm() -> None:
    shore = Shore()
    shore.open.set()
    shore.storm = StoreUnavailable(reason="storm")
    ferry = Ferry(shore.carry)
    done = await asyncio.gather(*(ferry.bring(load) for load in range(5)), return_exceptions=True)
    assert [type(each) for each in done] == [StoreUnavailable] * 5
    shore.storm = None
    assert await ferry.bring(7) == 70


async def test_who_gave_up_waiting_does_not_cross() -> None:
    shore = Shore()
    ferry = Ferry(shore.carry, boats=1)
    first = asyncio.create_task(ferry.bring(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient, patient = asyncio.create_task(ferry.bring(2)), asyncio.create_task(ferry.bring(3))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    shore.open.set()
    assert [await first, await patient] == [10, 30]
    assert shore.crossings == [[1], [3]]


async def test_nobody_is_left_on_the_pier() -> None:
    """Callers come at every moment of a crossing's life, also right when it looks at an empty queue."""
    shore = Shore()
    shore.open.set()
    ferry = Ferry(shore.carry)

    async def come_again_and_again(caller: int) -> None:
        for turn in range(50):
            assert await ferry.bring(caller) == caller * 10
            for _ in range((caller + turn) % 4):
                await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(*(come_again_and_again(caller) for caller in range(20))), timeout=30)


async def test_one_refused_commit_takes_none_of_the_others_down(counting: CountingDatabase) -> None:
    store = postgres_store(counting)
    known = await store.registered(1)
    counting.statements.clear()
    saved = [store.save(a_customer(2)), store.save(replace(known, name="Stale", version=0)), store.save(a_customer(3))]
    refusals = await asyncio.gather(*saved, return_exceptions=True)
    assert [type(each) for each in refusals] == [NoneType, ConcurrentChange, NoneType]
    assert counting.statements == [WRITE, WRITE_EACH]
    names = [(await store.read(a_customer(number))).customer.name for number in (1, 2, 3)]
    assert names == [known.name, a_customer(2).name, a_customer(3).name]


async def test_commits_for_one_customer_are_not_tried_as_one(counting: CountingDatabase) -> None:
    store = postgres_store(counting)
    customer = await store.registered()
    counting.statements.clear()
    await asyncio.gather(store.save(a_payment(customer, 1)), store.save(a_payment(customer, 2)))
    assert counting.statements == [WRITE_EACH]


async def test_a_store_that_does_not_answer_is_not_asked_a_second_time(counting: CountingDatabase) -> None:
    """Whether the first commit held is not known: the callers have to find out by reading."""
    store = postgres_store(counting)
    await store.registered(1)
    await counting.close()
    counting.statements.clear()
    done = await asyncio.gather(*(store.save(a_customer(each)) for each in (2, 3)), return_exceptions=True)
    assert [type(each) for each in done] == [StoreUnavailable] * 2
    assert counting.statements == [WRITE]


async def test_each_caller_gets_its_own_refusal(database: Database) -> None:
    store = postgres_store(database)
    customer = await store.registered()
    stale = [store.save(replace(customer, version=0)) for _ in range(5)]
    refusals = await asyncio.gather(*stale, return_exceptions=True)
    assert [type(each) for each in refusals] == [ConcurrentChange] * 5
    assert len({id(each) for each in refusals}) == 5
