"""The worker: every task in the end, in its lane's order, by one worker at a time; whatever time has made due."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapters.clock import SystemClock
from adapters.memory import MemoryOutbox, Trouble
from adapters.telegram.refusals import MessageRefused
from avatar_core.dossier import OfCustomer
from avatar_core.errors import (
    ConcurrentChange,
    MessengerUnavailable,
    ProviderUnauthorized,
    ProviderUnavailable,
    StoreUnavailable,
    TaskMakesNoSense,
)
from avatar_core.events import Event, StarsGranted, TrainingFailed, TrainingRequested
from avatar_core.money import Stars
from avatar_core.payments import PaymentStatus
from avatar_core.ports import Clock, Outbox
from avatar_core.runs import RunStatus
from avatar_core.tasks import Reaction, Task
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    a_customer,
    a_draft,
    a_notice,
    a_payment,
    a_requested,
    a_running,
    a_term,
    an_avatar,
    credited,
    held,
)
from entrypoints.container.whole import worker_container
from entrypoints.logs import HIDDEN, Redaction
from entrypoints.worker.bell import Bell
from entrypoints.worker.patience import DEFECT_ATTEMPTS, LONGEST_PAUSE_S, OUTSIDE_ATTEMPTS, PROMPT_ATTEMPTS, Patience
from entrypoints.worker.rounds import Round, Rounds
from entrypoints.worker.supervision import supervise
from entrypoints.worker.tasks import Carry, Pace, TaskLoop
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import TOKEN, MemoryHouse

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
SOON_S = 10.0
QUICK = Pace(at_once=4, look_every_s=0.01, stop_within_s=1.0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition.  Raises TimeoutError."""
    async with asyncio.timeout(SOON_S):
        while not true():  # noqa: ASYNC110  (the condition lies in data, nobody signals it)
            await asyncio.sleep(0.005)


@pytest.fixture
def outside() -> MemoryHouse:
    return MemoryHouse()


async def write(outside: MemoryHouse, *records: object, news: tuple[Event, ...] = ()) -> None:
    async with outside.house.ground.store.begin() as work:
        work.save(*records)  # type: ignore[arg-type]  # any of the core's records
        work.emit(*news)
        await work.commit()


def granted(balance: int) -> StarsGranted:
    return StarsGranted(customer=CUSTOMER.id, stars=Stars.of(1), balance=Stars.of(balance), reason="a test")


def a_loop(
    outside: MemoryHouse, carry: Carry, name: str = "one", pace: Pace = QUICK, clock: Clock | None = None
) -> TaskLoop:
    return TaskLoop(
        name=name,
        outbox=outside.house.ground.store.outbox,
        carry_out=carry,
        clock=clock or outside.clock,
        bell=outside.bell,
        patience=Patience(random.Random(7)),
        redaction=Redaction([TOKEN]),
        pace=pace,
    )


@asynccontextmanager
async def working(*loops: TaskLoop) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(loop.run(stop))
        try:
            yield
        finally:
            stop.set()


def the_worker(outside: MemoryHouse) -> Worker:
    return worker_container(outside.house).get(Worker)


def undone(outside: MemoryHouse) -> list[Task]:
    return [row.task for row in outside.database.tasks if not row.done and not row.dead]


class Diary:
    """Carries out by writing down; ``trouble`` may raise first."""

    def __init__(self, trouble: Callable[[Task], None] = lambda _: None) -> None:
        self.carried: list[Task] = []
        self.begun: list[Task] = []
        self._trouble = trouble

    async def __call__(self, task: Task) -> None:
        self.begun.append(task)
        await asyncio.sleep(0)
        self._trouble(task)
        self.carried.append(task)

    def balances(self, reaction: Reaction) -> list[str]:
        told = [task.happening.event for task in self.carried if task.reaction is reaction]
        return [str(event.balance) for event in told if isinstance(event, StarsGranted)]


# --- tasks


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


async def test_many_tasks_run_at_once_but_never_more_than_the_pace_allows(outside: MemoryHouse) -> None:
    customers = [a_customer(number) for number in range(1, 11)]
    news = [replace(granted(1), customer=each.id) for each in customers]
    await write(outside, *customers, news=tuple(news))
    running = most = 0

    async def carry(task: Task) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    async with working(a_loop(outside, carry)):
        await until(lambda: not undone(outside))
    assert most == QUICK.at_once


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
    assert len(await outbox.claim("killed", outside.clock.now(), 10, QUICK.lease_s)) == 2
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
        taken = await MemoryOutbox(outside.database).claim("two", outside.clock.now(), 10, 3600)
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
        async def claim(self, worker: str, at: datetime, limit: int, lease_s: float) -> list[Task]:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise StoreUnavailable(reason="restarting")
            return await super().claim(worker, at, limit, lease_s)

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
    assert dead.error is not None
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


# --- patience


PATIENCE = Patience(random.Random(1))


def test_a_task_that_makes_no_sense_is_put_aside_at_once() -> None:
    assert PATIENCE.pause_s(1, TaskMakesNoSense(reaction="x", event="y")) is None


@pytest.mark.parametrize(
    "error", [ProviderUnavailable(reason="502"), StoreUnavailable(reason="full"), ConcurrentChange()]
)
def test_pauses_grow_up_to_a_minute_while_the_outside_is_away(error: Exception) -> None:
    pauses = [PATIENCE.pause_s(attempt, error) or 0.0 for attempt in range(1, 40)]
    assert 0.5 <= pauses[0] <= 1.0
    assert pauses[3] > pauses[0]
    assert all(LONGEST_PAUSE_S / 2 <= each <= LONGEST_PAUSE_S for each in pauses[7:])


def test_a_busy_messenger_is_left_alone_for_as_long_as_it_asked() -> None:
    for attempt in (1, 5, PROMPT_ATTEMPTS):
        assert 33.0 <= (PATIENCE.pause_s(attempt, MessengerUnavailable(retry_after_s=33.0)) or 0) <= 34.0


def test_a_messenger_that_is_away_for_hours_does_not_use_up_a_day_of_tries() -> None:
    away = MessengerUnavailable(retry_after_s=5.0)
    pauses = [PATIENCE.pause_s(attempt, away) or 0.0 for attempt in range(1, OUTSIDE_ATTEMPTS)]
    assert min(pauses) >= 5.0
    assert sum(pauses) > timedelta(hours=12).total_seconds()


def test_a_rejected_credential_is_tried_steadily() -> None:
    pauses = [PATIENCE.pause_s(attempt, ProviderUnauthorized(setting="X")) or 0.0 for attempt in range(1, 200)]
    assert 0 < max(pauses) <= 60


def test_a_message_that_telegram_will_not_take_does_not_hold_up_the_next_ones_for_a_day() -> None:
    error = MessageRefused(retry_after_s=5.0, reason="can't parse entities")
    assert PATIENCE.pause_s(DEFECT_ATTEMPTS - 1, error) is not None
    assert PATIENCE.pause_s(DEFECT_ATTEMPTS, error) is None


def test_jitter_spreads_the_tries() -> None:
    error = ProviderUnavailable(reason="502")
    assert len({PATIENCE.pause_s(5, error) for _ in range(20)}) > 10


# --- rounds


def a_round(due: list[str], verb: Callable[[str], Awaitable[None]], every_s: float = 1.0) -> Round:
    async def listed(at: datetime, limit: int) -> list[str]:
        return due[:limit]

    return Round("test", every_s, listed, verb)


async def test_an_id_that_fails_never_stops_the_others_and_rests_before_its_next_try() -> None:
    done: list[str] = []

    async def verb(each: str) -> None:
        if each == "bad":
            done.append("bad!")
            raise ValueError(each)
        done.append(each)

    made = a_round(["first", "bad", "last"], verb)
    await made.make(NOW, Redaction())
    await made.make(NOW, Redaction())
    assert sorted(done) == ["bad!", "first", "first", "last", "last"]
    await made.make(NOW + SECOND, Redaction())
    assert done.count("bad!") == 2
    await made.make(NOW + 2 * SECOND, Redaction())
    assert done.count("bad!") == 2
    await made.make(NOW + 3 * SECOND, Redaction())
    assert done.count("bad!") == 3


async def test_each_round_is_made_by_one_worker_of_all(outside: MemoryHouse) -> None:
    done: list[str] = []

    async def verb(each: str) -> None:
        done.append(each)

    store = outside.house.ground.store
    both = [Rounds(outside.clock, store.warden, Redaction(), (a_round(["id"], verb, 0.01),)) for _ in range(2)]
    stop = asyncio.Event()
    running = [asyncio.create_task(each.run(stop)) for each in both]
    await until(lambda: bool(done))
    await asyncio.sleep(0.05)
    assert done == ["id"]
    outside.clock.advance(SECOND)
    await until(lambda: len(done) == 2)
    stop.set()
    await asyncio.gather(*running)


async def test_a_list_that_cannot_be_read_is_read_again_later(outside: MemoryHouse) -> None:
    calls = 0

    async def listed(at: datetime, limit: int) -> list[str]:
        nonlocal calls
        calls += 1
        outside.clock.advance(SECOND)
        if calls < 3:
            raise StoreUnavailable(reason="restarting")
        return []

    async def verb(each: str) -> None:
        raise AssertionError(each)

    rounds = Rounds(outside.clock, outside.house.ground.store.warden, Redaction(), (Round("test", 0.01, listed, verb),))
    stop = asyncio.Event()
    running = asyncio.create_task(rounds.run(stop))
    await until(lambda: calls >= 3)
    stop.set()
    await running


async def test_the_rounds_close_invoices_whose_time_is_over(outside: MemoryHouse) -> None:
    payment = a_payment(CUSTOMER)
    await write(outside, CUSTOMER, payment)
    outside.clock.advance(HOUR)
    assert (await the_worker(outside).rounds.once())["expire payments"] == 1
    assert outside.database.payments[payment.id].status is PaymentStatus.EXPIRED


async def test_the_rounds_judge_evidence_that_its_process_left_behind(outside: MemoryHouse) -> None:
    payment = a_payment(CUSTOMER)
    await write(outside, CUSTOMER, payment, replace(a_notice(payment), received_at=NOW))
    rounds = the_worker(outside).rounds
    assert (await rounds.once())["judge evidence"] == 0
    outside.clock.advance(11 * SECOND)
    assert (await rounds.once())["judge evidence"] == 1
    assert outside.database.payments[payment.id].status is PaymentStatus.COMPLETED


async def test_the_rounds_announce_what_becomes_of_a_subscription(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER)
    async with outside.house.ground.store.begin() as work:
        subscription = (await work.dossier(OfCustomer(CUSTOMER.id))).subscription
        work.save(subscription.add(a_term(), "a payment"))
        await work.commit()
    outside.clock.advance(28 * DAY)
    assert (await the_worker(outside).rounds.once())["announce subscriptions"] == 1
    names = {task.happening.event.name for task in undone(outside)}
    assert names == {"subscription.expiring"}


async def test_a_training_nobody_reports_on_ends_by_the_rounds(outside: MemoryHouse) -> None:
    """Bug museum 39: a training nobody reported on hung for ever."""
    running = a_running(a_draft(CUSTOMER, AVATAR))
    await write(outside, CUSTOMER, AVATAR, running)
    await hold_for(outside, running.id)
    outside.trainer.suffer(Trouble.UNAVAILABLE)
    outside.clock.advance(4 * HOUR)
    assert (await the_worker(outside).rounds.once())["poll trainings"] == 1
    assert outside.database.trainings[running.id].run.status is RunStatus.FAILED
    assert any(isinstance(task.happening.event, TrainingFailed) for task in undone(outside))


async def hold_for(outside: MemoryHouse, order: str) -> None:
    async with outside.house.ground.store.begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
        work.save(held(credited(wallet, 500), order, 220))
        await work.commit()


async def test_photos_are_deleted_when_they_were_kept_long_enough(outside: MemoryHouse) -> None:
    ended = a_running(a_draft(CUSTOMER, AVATAR))
    ended = replace(ended, run=ended.run.succeed(at=NOW))
    for photo in ended.photos:
        await outside.photos.put(photo.ref, b"a photo")
    await write(outside, CUSTOMER, AVATAR, ended)
    rounds = the_worker(outside).rounds
    outside.clock.advance((outside.settings.keep_photos_days - 1) * DAY)
    assert (await rounds.once())["delete photos"] == 0
    outside.clock.advance(2 * DAY)
    assert (await rounds.once())["delete photos"] == 1
    assert outside.database.trainings[ended.id].photos == ()


# --- supervision


async def test_a_part_that_crashes_is_started_again_and_the_others_go_on() -> None:
    """Bug museum 47: one unhandled error stopped all bots."""
    starts = {"shaky": 0, "steady": 0}
    stop = asyncio.Event()

    async def shaky(told: asyncio.Event) -> None:
        starts["shaky"] += 1
        if starts["shaky"] < 2:
            raise RuntimeError("a defect")
        await told.wait()

    async def steady(told: asyncio.Event) -> None:
        starts["steady"] += 1
        await told.wait()

    running = asyncio.create_task(supervise({"shaky": shaky, "steady": steady}, stop))
    await until(lambda: starts["shaky"] == 2)
    stop.set()
    await running
    assert starts == {"shaky": 2, "steady": 1}


async def test_a_part_that_does_not_end_is_ended() -> None:
    stop, ended = asyncio.Event(), []

    async def deaf(told: asyncio.Event) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("deaf")

    running = asyncio.create_task(supervise({"deaf": deaf}, stop, stop_within_s=0.05))
    await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(SOON_S):
        await running
    assert ended == ["deaf"]


async def test_a_ring_before_anybody_waits_is_not_lost() -> None:
    bell = Bell()
    async with bell.listening() as ear:
        bell.ring()
        async with asyncio.timeout(SOON_S):
            await ear.wait(3600)
