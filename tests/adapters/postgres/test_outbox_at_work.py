"""The outbox under load: several workers on several connections, lanes in order, and a long outage."""

import asyncio
from collections import defaultdict
from datetime import timedelta

import pytest

from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.customers import Customer
from avatar_core.events import StarsGranted
from avatar_core.money import Stars
from avatar_core.tasks import DeadLetter, Reaction, Task, of_each
from avatar_core.testing.examples import HOUR, MINUTE, NOW
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store

CUSTOMERS, EVENTS, WORKERS = 10, 12, 6


def granted(customer: Customer, number: int) -> StarsGranted:
    return StarsGranted(customer=customer.id, stars=Stars(number), balance=Stars(0), reason=str(number))


@pytest.fixture
def store(database: Database) -> Store:
    return postgres_store(database)


@pytest.fixture
async def customers(store: Store) -> list[Customer]:
    """Ten customers with twelve events each, written by all at once."""
    customers = [await store.registered(number) for number in range(1, CUSTOMERS + 1)]

    async def write(customer: Customer) -> None:
        for number in range(EVENTS):
            await store.save(events=(granted(customer, number),))

    await asyncio.gather(*map(write, customers))
    return customers


async def test_workers_never_share_a_task_and_keep_the_order_of_every_lane(
    customers: list[Customer], migrated_dsn: str
) -> None:
    carried_out: dict[str, list[str]] = defaultdict(list)
    begun: set[str] = set()

    async def work(name: str) -> None:
        async with Database(migrated_dsn, settings=PoolSettings(smallest=1, largest=1)) as connection:
            outbox = PostgresOutbox(connection)
            while len(begun) < CUSTOMERS * EVENTS * 2:
                for task in await outbox.claim(name, NOW, of_each(7), 60):
                    assert task.id not in begun
                    begun.add(task.id)
                    await asyncio.sleep(0)
                    event = task.happening.event
                    assert isinstance(event, StarsGranted)
                    carried_out[task.lane].append(event.reason)
                    await outbox.done(task, name)

    await asyncio.wait_for(asyncio.gather(*(work(f"worker {number}") for number in range(WORKERS))), timeout=60)
    assert len(carried_out) == CUSTOMERS * 2
    assert {tuple(reasons) for reasons in carried_out.values()} == {tuple(str(number) for number in range(EVENTS))}


async def test_what_waits_behind_a_task_that_was_put_off_is_put_off_with_it(
    store: Store, customers: list[Customer], database: Database
) -> None:
    """So that an hour's backlog of a publisher that is away costs the other lanes nothing."""
    for task in await store.outbox.claim("worker", NOW, of_each(1000), 60):
        if task.reaction is Reaction.PUBLISH:
            await store.outbox.again(task, "worker", NOW + HOUR, "away")
    (due,) = await database.one(
        "SELECT count(*) FROM avatar.tasks WHERE status = 'DUE' AND due_at <= %s AND reaction = 'publish'", NOW
    )
    assert due == 0
    later = await store.outbox.claim("worker", NOW + HOUR, of_each(1000), 60)
    firsts = [task for task in later if task.reaction is Reaction.PUBLISH]
    assert [_reason(task) for task in firsts] == ["0"] * CUSTOMERS


async def test_after_the_outage_every_lane_goes_on_in_order(store: Store, customers: list[Customer]) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    now, attempts = NOW, 0
    while tasks := await store.outbox.claim("worker", now, of_each(1000), 60):
        for task in tasks:
            attempts += 1
            if attempts % 3 == 0:
                await store.outbox.again(task, "worker", now + MINUTE, "away")
            else:
                told[task.lane].append(_reason(task))
                await store.outbox.done(task, "worker")
        now += MINUTE + timedelta(seconds=61)
    assert {tuple(reasons) for reasons in told.values()} == {tuple(str(number) for number in range(EVENTS))}


ITS_TASKS = """
    INSERT INTO avatar.tasks (event, reaction, lane, due_at)
    SELECT number, reaction, reaction || ':somebody', at FROM avatar.events, unnest(%b::text[]) reaction WHERE id = %s
"""


@pytest.mark.parametrize(
    ("name", "facts", "why"),
    [
        ("stars.promised", '{"customer": "somebody"}', "this version knows no event stars.promised"),
        (
            "customer.registered",
            '{"customer": "somebody", "person": 7}',
            "this version cannot read customer.registered: person: string_type",
        ),
    ],
    ids=["unknown", "other facts"],
)
async def test_what_another_version_left_behind_is_put_aside_and_holds_up_nobody(
    store: Store, database: Database, name: str, facts: str, why: str
) -> None:
    customer = await store.registered()
    await database.rows("INSERT INTO avatar.events (id, name, facts, at) VALUES ('new', %s, %s, %s)", name, facts, NOW)
    await database.rows(ITS_TASKS, ["publish", "shout"], "new")
    await store.save(events=(granted(customer, 1),))
    claimed = await store.outbox.claim("worker", NOW, of_each(10), 60)
    assert [_reason(task) for task in claimed] == ["1", "1"]
    assert await store.outbox.dead(10) == [DeadLetter("new:publish", name, NOW, 1, why)]
    assert [(each.subject, each.detail) for each in await store.books.violations() if each.subject == "new"] == [
        ("new", f"1 × {name} with publish, shout; {why}")
    ]
    assert await store.outbox.revive("new:publish", NOW)
    assert await store.outbox.claim("worker", NOW, of_each(10), 60) == []
    assert [letter.id for letter in await store.outbox.dead(10)] == ["new:publish"]


async def test_a_dead_letter_whose_reaction_is_another_versions_is_listed(store: Store, database: Database) -> None:
    await store.save(events=(granted(await store.registered(), 1),))
    await database.rows("UPDATE avatar.tasks SET reaction = 'shout', status = 'DEAD' WHERE reaction = 'publish'")
    assert [letter.id.partition(":")[2] for letter in await store.outbox.dead(10)] == ["shout"]


def _reason(task: Task) -> str:
    event = task.happening.event
    assert isinstance(event, StarsGranted)
    return event.reason
