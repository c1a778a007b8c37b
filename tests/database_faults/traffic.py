"""Customers who pay and order as long as something goes wrong with the database, each step insisted on.

Everything of ours is real: the use cases, the worker with its rounds, the store on PostgreSQL.  Vendors are in memory,
so that it is known what they were asked to do.  Customers insist as Telegram and the gateways do: by bringing the same
thing again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar, cast

from structlog.testing import capture_logs

from adapters.clock import RandomNames
from adapters.memory import MemoryPainter, RecordingMessenger
from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from avatar_core.avatars import Avatar, Gender
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.errors import ConcurrentChange, StoreUnavailable
from avatar_core.ids import AvatarId, CustomerId, PlanCode, TelegramId
from avatar_core.money import Currency
from avatar_core.payments import Evidence, Payment, evidence_id
from avatar_core.ports import BeginUnitOfWork, UnitOfWork
from avatar_core.testing.examples import BOT, MODEL
from avatar_core.use_cases.billing import Purchase
from avatar_core.use_cases.customers import Visit
from avatar_core.use_cases.portraits import Idea
from entrypoints.bot.desk import Desk
from entrypoints.container.whole import bot_container, worker_container
from entrypoints.database import open_store
from entrypoints.house import House
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import MemoryHouse, some_settings

AT_ONCE = 8
ORDERS = 2
"""Each customer orders so often, two portraits each time; every third order fails at the painter."""
LOOK_EVERY_S, AGAIN_AFTER_S, SETTLED_WITHIN_S = 0.05, 0.05, 120.0
LATER = timedelta(hours=1, seconds=31)
"""Then tasks are free that were handed out by an answer which never came, and the time has come of what was put off
before the clock was set back."""
PLAN = PlanCode("NEUROPHOTO")
PACE = {"rounds_every_s": 0.2, "poll_runs_every_s": 0.2, "retry_first_pause_s": 0.05, "database_connections": 6}
_OPEN = """
    SELECT 'task', reaction, attempts::text, worker, leased_until::text, error FROM avatar.tasks WHERE status = 'DUE'
    UNION ALL SELECT 'evidence', id, NULL, NULL, NULL, NULL FROM avatar.evidence WHERE status = 'RECEIVED'
    UNION ALL SELECT 'order', id, (run).status, (run).attempt::text, (run).deadline::text, sources::text
    FROM avatar.portrait_orders WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING')
"""
Result = TypeVar("Result")


@dataclass
class MovedClock:
    """The machine's clock, which somebody can set."""

    moved: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved


@dataclass
class Witness:
    """Begins units of work, and remembers which commits were seen as failures, by the events they would write."""

    inner: BeginUnitOfWork
    failed: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        async with self.inner() as work:
            yield cast("UnitOfWork", WitnessedWork(cast("PostgresUnitOfWork", work), self.failed))

    async def pause(self, attempt: int) -> None:
        await self.inner.pause(attempt)


class WitnessedWork:
    """A unit of work; everything but its commit is its own."""

    def __init__(self, inner: PostgresUnitOfWork, failed: list[str]) -> None:
        self._inner, self._failed = inner, failed

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def commit(self) -> None:
        try:
            await self._inner.commit()
        except StoreUnavailable:
            self._failed += [each.id for each in self._inner._changes._happenings]
            raise


@dataclass
class Traffic:
    """What goes on in one process while its database suffers."""

    house: House
    desk: Desk
    worker: Worker
    witness: Witness
    clock: MovedClock
    painter: MemoryPainter
    messenger: RecordingMessenger
    customers: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """What callers were told when it did not work, by its name."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def flow_until(self, over: asyncio.Event, least: int) -> None:
        """Let customers come, some at once, until it is over and enough of them have been served."""

        async def queue() -> None:
            while not over.is_set() or self.customers < least:
                await self._live(next(self._numbers))
                self.customers += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(queue())

    async def insist(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do it again until the database is there: at the customer's side nothing else is seen of all this."""
        while True:
            try:
                return await act()
            except (StoreUnavailable, ConcurrentChange) as trouble:
                self.refused[type(trouble).__name__] += 1
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _live(self, number: int) -> None:
        visit = Visit(BOT, TelegramId(number), f"Customer {number}")
        customer = (await self.insist(lambda: self.desk.welcome(visit))).customer.id
        await self._pay(customer, f"charge-{number}")
        avatar = AvatarId(f"avatar-{number}")
        await self.insist(lambda: self._seat(customer, avatar))
        for _ in range(ORDERS):
            idea = Idea(avatar, "in the rain", "1:1", 2)
            _, order = await self.insist(partial(self.desk.quote_portraits, customer, BOT, idea))
            await self.insist(partial(self.desk.request_portraits, customer, order.id))

    async def _pay(self, customer: CustomerId, charge: str) -> None:
        """Pay for a plan; the gateway brings its notice until it is kept, and once more."""
        purchase = Purchase(PLAN, TELEGRAM_STARS, Currency.XTR, BOT)
        payment = await self.insist(lambda: self.desk.open_payment(customer, purchase))
        await self.insist(lambda: self.desk.approve_payment(payment.id, customer, payment.price, charge))
        notice = _notice(payment, charge, self.clock.now())
        for _ in range(2):
            kept = await self.insist(partial(self.desk.keep_evidence, notice))
            await self.insist(partial(self.desk.settle_payment, kept.id))

    async def _seat(self, customer: CustomerId, avatar: AvatarId) -> None:
        dossier = await self.desk.read_customer(customer)
        if avatar in dossier.avatars:
            return
        async with self.witness() as work:
            work.save(Avatar(avatar, customer, "Fan", Gender.FEMALE, "TOK_QWERTY", self.clock.now(), trained=MODEL))
            await work.commit()

    async def paint(self) -> None:
        """Be the painter: end every run that was started, each third one without pictures."""
        for painted in count():
            await until(partial(self._ordered_more_than, painted))
            order = self.painter.orders[painted].id
            _ = self.painter.finish(order) if painted % 3 else self.painter.fail(order)

    def _ordered_more_than(self, paintings: int) -> bool:
        return len(self.painter.orders) > paintings

    async def settled(self, database: Database) -> None:
        """Wait until nothing is left to do.  Raises TimeoutError with what is."""
        self.clock.moved += LATER
        until_s = time.monotonic() + SETTLED_WITHIN_S
        while left := await self.insist(partial(database.rows, _OPEN)):
            if time.monotonic() > until_s:
                raise TimeoutError(f"left undone: {left}")
            await asyncio.sleep(LOOK_EVERY_S)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    while not holds():  # noqa: ASYNC110 - the vendors in memory ring no bell
        await asyncio.sleep(LOOK_EVERY_S)


def _notice(payment: Payment, charge: str, at: datetime) -> Evidence:
    return Evidence(
        id=evidence_id(payment.gateway, charge),
        gateway=payment.gateway,
        charge=charge,
        price=payment.price,
        raw="{}",
        received_at=at,
        bot=payment.bot,
        payment_id=payment.id,
        payer=None,
    )


@asynccontextmanager
async def flowing(dsn: str) -> AsyncIterator[Traffic]:
    """Open the house on a database, with a worker at work and a painter who paints, while the block runs."""
    memory, clock = MemoryHouse(settings=some_settings(database_url=dsn, **PACE)), MovedClock()
    ground = replace(memory.house.ground, clock=clock, names=RandomNames())
    async with open_store(ground.settings, clock, ground.names, ground.bell.ring) as store:
        witness = Witness(store.begin)
        house = House(replace(ground, store=replace(store, begin=witness)), memory.house.vendors)
        desk, worker = bot_container(house).get(Desk), worker_container(house).get(Worker)
        traffic = Traffic(house, desk, worker, witness, clock, memory.painter, memory.messenger)
        with capture_logs():  # a database that fails is told of in many words
            async with _at_work(traffic):
                yield traffic


@asynccontextmanager
async def _at_work(traffic: Traffic) -> AsyncIterator[None]:
    """Let worker and painter work while the block runs; neither may end before."""
    stop = asyncio.Event()
    working, painting = asyncio.create_task(traffic.worker.run(stop)), asyncio.create_task(traffic.paint())
    try:
        yield
        assert not working.done()
        assert not painting.done()
    finally:
        stop.set()
        painting.cancel()
        await asyncio.gather(working, painting, return_exceptions=True)


async def in_order(traffic: Traffic, dsn: str) -> int:
    """Check that nothing was lost or doubled; return how many commits had succeeded and were seen as failures."""
    async with Database(dsn, settings=PoolSettings(smallest=1, largest=2)) as database:
        await traffic.settled(database)
        assert await traffic.house.ground.store.books.violations() == []
        assert await traffic.house.ground.store.outbox.dead(1) == []
        await _paid_once(traffic, database)
        await _painted_once(traffic, database)
        ((kept,),) = await database.rows(
            "SELECT count(*) FROM avatar.events WHERE id = ANY(%s)", traffic.witness.failed
        )
        return int(kept)


async def _paid_once(traffic: Traffic, database: Database) -> None:
    paid = await database.rows(
        "SELECT customer, count(*) FROM avatar.payments WHERE status = 'COMPLETED' GROUP BY customer"
    )
    assert [times for _, times in paid] == [1] * traffic.customers
    (settled,) = await database.one("SELECT count(*) FROM avatar.evidence WHERE status = 'SETTLED'")
    assert settled == traffic.customers
    unlike = await database.rows(
        "SELECT customer FROM avatar.accounts a WHERE pocket = 'available' AND balance <> 47600 - 1500 * ("
        "SELECT count(*) FROM avatar.portrait_orders o WHERE o.customer = a.customer AND (o.run).status = 'SUCCEEDED')"
    )
    assert unlike == []


async def _painted_once(traffic: Traffic, database: Database) -> None:
    orders = await database.rows("SELECT id, (run).status FROM avatar.portrait_orders WHERE (run).status <> 'DRAFT'")
    albums = Counter(album.order for album in traffic.messenger.albums)
    assert len(orders) == ORDERS * traffic.customers
    assert {len(traffic.painter.runs_of(order)) for order, _ in orders} == {1}
    assert {order for order, status in orders if status == "SUCCEEDED"} == set(albums)
    assert {status for _, status in orders} == {"SUCCEEDED", "FAILED"}
