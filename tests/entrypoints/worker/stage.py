"""A worker on memory adapters, its loops one by one, and what a test gives it to do."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from avatar_core.events import Event, StarsGranted
from avatar_core.money import Stars
from avatar_core.ports import Clock
from avatar_core.tasks import Reaction, Task
from avatar_core.testing.examples import a_customer, an_avatar
from entrypoints.container.whole import worker_container
from entrypoints.logs import Redaction
from entrypoints.worker.patience import Patience
from entrypoints.worker.tasks import Carry, Pace, TaskLoop
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import TOKEN, MemoryHouse

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
SOON_S = 20.0
QUICK = Pace(at_once=4, look_every_s=0.01, stop_within_s=1.0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition.  Raises TimeoutError."""
    async with asyncio.timeout(SOON_S):
        while not true():  # noqa: ASYNC110  (the condition lies in data, nobody signals it)
            await asyncio.sleep(0.005)


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
