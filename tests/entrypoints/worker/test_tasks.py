"""The worker's tasks: every one in the end, in its lane's order, by one worker at a time."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.clock import SystemClock
from adapters.memory import MemoryOutbox, Trouble
from avatar_core.errors import ProviderUnavailable, StoreUnavailable
from avatar_core.events import TrainingRequested
from avatar_core.money import Stars
from avatar_core.ports import Outbox
from avatar_core.runs import RunStatus
from avatar_core.tasks import Reaction, Task, of_each
from avatar_core.testing.examples import HOUR, MINUTE, SECOND, a_customer, a_draft, a_requested
from entrypoints.logs import HIDDEN
from entrypoints.worker.patience import DEFECT_ATTEMPTS
from entrypoints.worker.tasks import TaskLoop
from tests.entrypoints.memory_house import TOKEN, MemoryHouse
from tests.entrypoints.worker.stage import (
    AVATAR,
    CUSTOMER,
    QUICK,
    SOON_S,
    Diary,
    a_loop,
    granted,
    the_worker,
    undone,
    until,
    working,
    write,
)

MANY = 10


async def write_to_many(outside: MemoryHouse) -> None:
    """Write news for many customers, each to be told and published."""
    customers = [a_customer(number) for number in range(1, MANY + 1)]
    await write(outside, *customers, news=tuple(replace(granted(1), customer=each.id) for each in customers))


async def test_what_must_follow_is_carried_out_and_struck_off(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    stop = asyncio.Event()
    running = asyncio.create_task(the_worker(outside).run(stop))
    await until(lambda: not undone(outside))
    stop.set()
    await running
    assert outside.messenger.news_for(CUSTOMER.telegram_id) == [granted(1)]
    assert outside.publisher.names == ["avatar/stars.granted"]


async def test_the_bell_wakes_the_worker_at_once(outside: MemoryHouse) -> None:
    diary = Diary()
    async with working(a_loop(outside, diary, pace=replace(QUICK, look_every_s=3600))):
        await asyncio.sleep(0.05)
        await write(outside, CUSTOMER, news=(granted(1),))
        assert diary.begun == []
        outside.bell.ring()
        await until(lambda: not undone(outside))


async def test_a_lane_stays_in_order_while_its_first_task_fails(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    await write(outside, news=(granted(2),))
    failures = iter([ProviderUnavailable(reason="first"), ProviderUnavailable(reason="second")])

    def trouble(task: Task) -> None:
        if task.reaction is Reaction.TELL_CUSTOMER and (failure := next(failures, None)):
            raise failure

    diary = Diary(trouble)
    async with working(a_loop(outside, diary)):
        for _ in range(2):
            await until(lambda: any(task.error and task.due_at > outside.clock.now() for task in undone(outside)))
            assert diary.balances(Reaction.TELL_CUSTOMER) == []
            outside.clock.advance(MINUTE)
        await until(lambda: not undone(outside))
    assert diary.balances(Reaction.TELL_CUSTOMER) == ["1", "2"]


async def test_many_tasks_run_at_once_but_of_no_kind_more_than_the_pace_allows(outside: MemoryHouse) -> None:
    await write_to_many(outside)
    running, most = Counter[Reaction](), Counter[Reaction]()

    async def carry(task: Task) -> None:
        running[task.reaction] += 1
        most[task.reaction] = max(most[task.reaction], running[task.reaction])
        await asyncio.sleep(0.01)
        running[task.reaction] -= 1

    async with working(a_loop(outside, carry)):
        await until(lambda: not undone(outside))
    assert most == {Reaction.TELL_CUSTOMER: QUICK.at_once, Reaction.PUBLISH: QUICK.at_once}


async def test_what_hangs_of_one_kind_holds_up_no_other(outside: MemoryHouse) -> None:
    """Sixteen orders that waited for a silent provider kept everybody's news for minutes."""
    await write_to_many(outside)
    told: list[str] = []

    async def carry(task: Task) -> None:
        if task.reaction is Reaction.PUBLISH:
            await asyncio.Event().wait()
        told.append(task.lane)

    async with working(a_loop(outside, carry, pace=replace(QUICK, stop_within_s=0.05))):
        await until(lambda: len(told) == MANY)


async def test_two_workers_never_do_the_same_task(outside: MemoryHouse) -> None:
    customers = [a_customer(number) for number in range(1, 31)]
    await write(outside, *customers, news=tuple(replace(granted(1), customer=each.id) for each in customers))
    diary = Diary()
    async with working(a_loop(outside, diary, "one"), a_loop(outside, diary, "two")):
        await until(lambda: not undone(outside))
    assert len({task.id for task in diary.carried}) == len(diary.carried) == 60


async def test_a_killed_workers_task_is_anothers_once_its_lease_is_over(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    outbox = MemoryOutbox(outside.database)
    assert len(await outbox.claim("killed", outside.clock.now(), of_each(10), QUICK.lease_s)) == 2
    diary = Diary()
    async with working(a_loop(outside, diary)):
        await asyncio.sleep(0.05)
        assert diary.begun == []
        outside.clock.advance(timedelta(seconds=QUICK.lease_s))
        await until(lambda: not undone(outside))


async def test_a_long_task_keeps_its_lease(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    begun: list[str] = []

    async def carry(task: Task) -> None:
        begun.append(task.id)
        await asyncio.sleep(0.4)

    brief = replace(QUICK, lease_s=0.12)
    clock = SystemClock()
    async with working(*(a_loop(outside, carry, name, brief, clock) for name in ("one", "two"))):
        await until(lambda: not undone(outside))
    assert len(begun) == len(set(begun)) == 2


async def test_a_worker_whose_task_was_taken_over_leaves_it_alone(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    begun, ended = asyncio.Event(), []

    async def carry(task: Task) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(task.id)

    async with working(a_loop(outside, carry, pace=replace(QUICK, lease_s=0.3))):
        await begun.wait()
        outside.clock.advance(HOUR)
        taken = await MemoryOutbox(outside.database).claim("two", outside.clock.now(), of_each(10), 3600)
        await until(lambda: len(ended) == 2)
    assert {row.worker for row in outside.database.tasks} == {"two"}
    assert len(taken) == 2


async def test_a_stopped_worker_finishes_what_it_has_begun(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def carry(task: Task) -> None:
        begun.set()
        await go_on.wait()

    stop = asyncio.Event()
    running = asyncio.create_task(a_loop(outside, carry).run(stop))
    await begun.wait()
    stop.set()
    await asyncio.sleep(0.02)
    assert not running.done()
    go_on.set()
    await running
    assert undone(outside) == []


async def test_a_stopped_worker_does_not_wait_for_ever(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    begun = asyncio.Event()

    async def carry(task: Task) -> None:
        begun.set()
        await asyncio.sleep(3600)

    stop = asyncio.Event()
    running = asyncio.create_task(a_loop(outside, carry, pace=replace(QUICK, stop_within_s=0.05)).run(stop))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(SOON_S):
        await running
    assert len(undone(outside)) == 2


async def test_a_store_that_is_away_for_a_while_stops_nothing(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    diary = Diary()
    loop = a_loop(outside, diary)
    refusals = 3

    class Shaky(MemoryOutbox):
        async def claim(self, worker: str, at: datetime, room: Mapping[Reaction, int], lease_s: float) -> list[Task]:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise StoreUnavailable(reason="restarting")
            return await super().claim(worker, at, room, lease_s)

    outbox: Outbox = Shaky(outside.database)
    async with working(replace_outbox(loop, outbox)):
        await until(lambda: not undone(outside))


def replace_outbox(loop: TaskLoop, outbox: Outbox) -> TaskLoop:
    return TaskLoop(loop.name, outbox, loop.carry_out, loop.clock, loop.bell, loop.patience, loop.redaction, loop.pace)


async def test_a_defect_is_tried_a_few_times_and_then_put_aside_without_a_secret_in_its_text(
    outside: MemoryHouse,
) -> None:
    await write(outside, CUSTOMER, news=(granted(1),))
    await write(outside, news=(granted(2),))

    def trouble(task: Task) -> None:
        if task.reaction is Reaction.TELL_CUSTOMER and granted(1) == task.happening.event:
            raise KeyError(f"https://api.telegram.org/bot{TOKEN}/sendMessage")

    diary = Diary(trouble)
    async with working(a_loop(outside, diary)):
        await until_carried_on(outside)
    (dead,) = await MemoryOutbox(outside.database).dead(10)
    assert dead.attempts == DEFECT_ATTEMPTS
    assert TOKEN not in dead.error
    assert HIDDEN in dead.error
    assert diary.balances(Reaction.TELL_CUSTOMER) == ["2"]


async def until_carried_on(outside: MemoryHouse) -> None:
    """Let time pass until no task waits any more."""
    async with asyncio.timeout(SOON_S):
        while undone(outside):
            outside.clock.advance(SECOND)
            await asyncio.sleep(0.002)


async def test_orders_wait_while_the_credential_is_wrong_and_go_on_once_it_works(outside: MemoryHouse) -> None:
    """Bug museum 38: the provider's 401 became "Internal Server Error"; here the order waits."""
    requested = a_requested(a_draft(CUSTOMER, AVATAR))
    for photo in requested.photos:
        await outside.photos.put(photo.ref, b"a photo")
    outside.trainer.suffer(Trouble.UNAUTHORIZED)
    event = TrainingRequested(
        customer=CUSTOMER.id, training=requested.id, avatar=AVATAR.name, price=Stars.of(220), minutes=25
    )
    await write(outside, CUSTOMER, AVATAR, requested, news=(event,))
    stop = asyncio.Event()
    running = asyncio.create_task(the_worker(outside).tasks.run(stop))
    await until(lambda: any("rejects the credential" in (task.error or "") for task in undone(outside)))
    waiting = outside.database.trainings[requested.id]
    assert waiting.run.status is RunStatus.PENDING
    outside.trainer.recover()
    outside.clock.advance(timedelta(seconds=60))
    await until(lambda: outside.database.trainings[requested.id].run.status is RunStatus.PROCESSING)
    stop.set()
    await running
    assert outside.trainer.started == 1
