"""The worker on the real database: shared between workers, woken by a commit, in order within a lane."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from avatar_core.events import StarsGranted
from avatar_core.money import Stars
from avatar_core.testing.examples import a_customer
from entrypoints.container.whole import worker_container
from entrypoints.ground import Ground
from entrypoints.house import House
from entrypoints.opening import open_ground
from entrypoints.worker.supervision import supervise
from entrypoints.worker.tasks import TaskLoop
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import MemoryHouse, some_settings
from tests.entrypoints.worker.stage import until

CUSTOMERS = [a_customer(number) for number in range(1, 9)]
GIFTS = 5


@pytest.fixture
async def ground(migrated_dsn: str) -> AsyncIterator[Ground]:
    async with open_ground(some_settings(database_url=migrated_dsn, retry_first_pause_s=0.05)) as ground:
        yield ground


def gift(number: int, customer: int) -> StarsGranted:
    balance = Stars.of(number)
    return StarsGranted(customer=CUSTOMERS[customer].id, stars=Stars.of(1), balance=balance, reason="a test")


def the_worker(ground: Ground, outside: MemoryHouse) -> Worker:
    return worker_container(House(ground, outside.house.vendors)).get(Worker)


async def give(ground: Ground, number: int) -> None:
    async with ground.store.begin() as work:
        work.emit(*(gift(number, customer) for customer in range(len(CUSTOMERS))))
        await work.commit()


async def test_three_workers_tell_everybody_everything_once_and_in_order(ground: Ground) -> None:
    outside = MemoryHouse()
    async with ground.store.begin() as work:
        work.save(*CUSTOMERS)
        await work.commit()
    for number in range(1, GIFTS):
        await give(ground, number)
    stop = asyncio.Event()
    workers = [the_worker(ground, outside).tasks for _ in range(3)]
    running = asyncio.create_task(supervise({each.name: each.run for each in workers}, stop))
    await give(ground, GIFTS)
    await until(lambda: len(outside.messenger.told) >= GIFTS * len(CUSTOMERS))
    stop.set()
    await running
    for number, customer in enumerate(CUSTOMERS):
        news = outside.messenger.news_for(customer.telegram_id)
        assert news == [gift(each, number) for each in range(1, GIFTS + 1)]
    assert await ground.store.outbox.dead(10) == []


async def test_a_commit_wakes_the_worker_of_its_process(ground: Ground) -> None:
    outside = MemoryHouse()
    async with ground.store.begin() as work:
        work.save(*CUSTOMERS)
        await work.commit()
    loop = the_worker(ground, outside).tasks
    patient = TaskLoop(
        loop.name,
        loop.outbox,
        loop.carry_out,
        loop.clock,
        loop.bell,
        loop.patience,
        loop.redaction,
        replace(loop.pace, look_every_s=3600.0),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(patient.run(stop))
    await asyncio.sleep(0.2)
    await give(ground, 1)
    await until(lambda: len(outside.messenger.told) == len(CUSTOMERS))
    stop.set()
    await running


async def test_a_busy_messenger_is_tried_again_until_it_takes_the_message(ground: Ground) -> None:
    outside = MemoryHouse()
    async with ground.store.begin() as work:
        work.save(*CUSTOMERS)
        await work.commit()
    outside.messenger.busy_s = 0.01
    await give(ground, 1)
    stop = asyncio.Event()
    running = asyncio.create_task(the_worker(ground, outside).tasks.run(stop))
    await asyncio.sleep(0.3)
    assert outside.messenger.told == []
    outside.messenger.busy_s = None
    await until(lambda: len(outside.messenger.told) == len(CUSTOMERS))
    stop.set()
    await running
