"""One run's stage: the vendors' stand-ins and the database live here, the product elsewhere."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.rows import TupleRow

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.pool import Database, PoolSettings
from entrypoints.demo.journey import Person
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.replicate.records import Model, Version
from entrypoints.sandbox.replicate.schemas import TRAINED_FLUX, openapi
from entrypoints.sandbox.robokassa import RobokassaSandbox
from entrypoints.sandbox.telegram import PaymentOutcome, TelegramSandbox
from entrypoints.sandbox.telegram.purchases import PRE_CHECKOUT_LIMIT_S
from tests.crash_matrix.beginnings import BOT, CUSTOMER, MODEL, OWNER, PHOTOS, TOKEN, Beginning
from tests.crash_matrix.boundaries import Boundary, boundaries_in
from tests.crash_matrix.clock import PushedClock
from tests.crash_matrix.launcher import Orders
from tests.crash_matrix.product import LONGEST_TALE, Launcher, Product
from tests.fixtures_postgres import database_numbers

STANDING_STILL, LOOK_EVERY_S = 1e-6, 0.05
PATIENCE_S, HASTE_S = 60.0, 8.0
"""How long a run may take to come to its end; one that breaks a rule is not waited for so long."""
RUN_S = 0.4
ANSWERED_WITHIN_S = 0.5
DIE_WITHIN_S = 1.5
"""What follows a commit may come a moment after the commit is seen, and a busy machine makes the moment long."""
RESTART_AFTER = timedelta(seconds=150)
"""A killed worker's claims end after 30 s, the lease of a payment after 120 s."""
NOTICE_AGAIN_S = 0.5
"""Robokassa's next try, when it was not answered as it must be."""
_OPEN = """
    SELECT (SELECT count(*) FROM avatar.tasks WHERE status = 'DUE')
         + (SELECT count(*) FROM avatar.arrivals WHERE NOT handled)
         + (SELECT count(*) FROM avatar.evidence WHERE status = 'RECEIVED')
"""


@dataclass(frozen=True, slots=True)
class Vendors:
    """The stand-ins of one run."""

    telegram: TelegramSandbox
    replicate: ReplicateSandbox
    robokassa: RobokassaSandbox


@dataclass
class Stage:
    """Everything that a run needs, and can be asked about it."""

    vendors: Vendors
    database: Database
    product: Product
    person: Person
    folder: Path
    clock: PushedClock

    @property
    def telegram(self) -> TelegramSandbox:
        return self.vendors.telegram

    @property
    def replicate(self) -> ReplicateSandbox:
        return self.vendors.replicate

    @property
    def robokassa(self) -> RobokassaSandbox:
        return self.vendors.robokassa

    async def rows(self, sql: str) -> Sequence[TupleRow]:
        return await self.database.rows(sql)

    async def quiet(self, reached: str = "true") -> None:
        """Wait until the SQL condition holds and nothing is left to do.  Raises TimeoutError with what is."""
        await self._wait(lambda: self._is_quiet(reached))

    async def until(self, reached: str) -> None:
        """Wait until the SQL condition holds, whatever is left to do.  Raises TimeoutError with what is."""
        await self._wait(lambda: self._holds(reached))

    async def _wait(self, holds: Callable[[], Awaitable[bool]]) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + (HASTE_S if self.product.orders.broken else PATIENCE_S)
        while not await holds():
            if self.product.crash or loop.time() > until_s:
                raise TimeoutError(await self._trouble())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _holds(self, reached: str) -> bool:
        ((holds,),) = await self.rows(f"SELECT {reached}")
        return bool(holds)

    async def _is_quiet(self, reached: str) -> bool:
        queue = self.telegram.bots[0].queue
        if queue.waiting or queue.repeats or not self._is_up:
            return False
        ((left, holds),) = await self.rows(f"SELECT ({_OPEN}), ({reached})")
        return left == 0 and bool(holds)

    async def _trouble(self) -> str:
        tasks = await self.rows("SELECT reaction, attempts, error FROM avatar.tasks WHERE status = 'DUE'")
        ended = "the product crashed" if self.product.crash else "not quiet"
        return f"{ended}: {tasks}\n{self.product.said()}\n{self.person.chat.transcript()[-LONGEST_TALE:]}"

    async def outlasting(self, paying: Coroutine[Any, Any, PaymentOutcome]) -> PaymentOutcome:
        """Let a payment whose question has died with the process run into Telegram's 10 s at once."""
        outcome, kills = asyncio.create_task(paying), self.product.kills
        while not (await asyncio.wait({outcome}, timeout=ANSWERED_WITHIN_S))[0]:
            if self.product.kills > kills and self._is_up:
                self.telegram.clock.advance(PRE_CHECKOUT_LIMIT_S)
        return outcome.result()

    @property
    def _is_up(self) -> bool:
        """Whether the last start has taken up what was kept, and asks for more."""
        return len(self.telegram.calls("deleteWebhook")) >= self.product.starts

    def arm(self) -> None:
        """Let boundaries count from now on."""
        (self.folder / "armed").touch()

    async def dead_by_now(self) -> None:
        """Give a process that is about to die the moment for it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DIE_WITHIN_S):
                await self.product.killed.wait()

    def passed(self) -> list[Boundary]:
        return boundaries_in(self.folder / "log")

    async def repeat_notices(self) -> None:
        """Let every vendor say once more, in the same words, all that it has said."""
        for update in list(self.telegram.bots[0].queue.everything):
            self.telegram.redeliver(update.update_id)
        postman = self.replicate.provider.postman
        for run in (*self.replicate.trainings, *self.replicate.predictions):
            if run.id in postman._last:  # the stand-in's own way would wait for its next try
                await postman._post(str(run.webhook), *postman._last[run.id])
        for invoice in {notice.invoice_id for notice in self.robokassa.notices}:
            await self.robokassa.notify(invoice)


@dataclass(frozen=True, slots=True)
class Theatre:
    """What all runs share; as many can go on at once as there are launchers."""

    server: EmbeddedPostgres
    launchers: Sequence[Launcher]
    beginnings: dict[str, Beginning]
    folder: Path
    normal: dict[str, Any] = field(default_factory=dict)
    """How journeys go undisturbed, by their names: see tests.crash_matrix.matrix."""

    @contextlib.asynccontextmanager
    async def stage(
        self, launcher: Launcher, beginning: str, fatal: Boundary | None = None, broken: str | None = None
    ) -> AsyncIterator[Stage]:
        """Set up a stage; the product starts, dies at ``fatal``, and starts again."""
        number = next(database_numbers)
        name, folder = f"crash_{number}", self.folder / str(number)
        begun = self.beginnings[beginning]
        shutil.copytree(begun.photos, folder / "photos")
        dsn = self.server.create_database(name, template=begun.database)
        try:
            async with _played(launcher, folder, dsn, Orders({}, str(folder), fatal, broken)) as stage:
                yield stage
        finally:
            self.server.drop_database(name)
            shutil.rmtree(folder)


@contextlib.asynccontextmanager
async def _played(launcher: Launcher, folder: Path, dsn: str, orders: Orders) -> AsyncIterator[Stage]:
    async with (
        TelegramSandbox.running() as telegram,
        ReplicateSandbox.running(training_s=RUN_S, prediction_s=0.1, speed=STANDING_STILL) as replicate,
        RobokassaSandbox.running(result_url=f"http://127.0.0.1:{launcher.port}/robokassa/result") as robokassa,
        Database(dsn, settings=PoolSettings(smallest=1, largest=2)) as database,
    ):
        vendors, clock = Vendors(telegram, replicate, robokassa), PushedClock(folder / "clock")
        person = _people(telegram)
        _lend_model(replicate)
        robokassa.retry_after_s = (NOTICE_AGAIN_S,) * int(PATIENCE_S / NOTICE_AGAIN_S)
        orders.settings.update(_settings(folder, dsn, vendors, launcher.port))
        product = Product(launcher, orders, lambda: clock.push(RESTART_AFTER))
        with contextlib.closing(clock):
            async with product.running():
                yield Stage(vendors, database, product, person, folder, clock)


def _people(telegram: TelegramSandbox) -> Person:
    """Seat the owner and the customer, who have both spoken to the bot before."""
    bot = telegram.register_bot(TOKEN, BOT)
    for name, number in (("Owner", OWNER), ("Guest", CUSTOMER)):
        seated = telegram.person(name, language_code="en", person_id=number)
        telegram.world.chat(bot, seated.person).is_opened = True
    return Person(telegram.customer(CUSTOMER), "Fan", "in the rain", looks_s=0.0)


def _lend_model(replicate: ReplicateSandbox) -> None:
    """Let the account have the model that the prepared avatar was trained into."""
    owner, _, name = MODEL.model.partition("/")
    at = datetime.now(UTC)
    photos = tuple(photo.read_bytes() for photo in PHOTOS)
    version = Version(MODEL.version, at, openapi(TRAINED_FLUX), photos=photos)
    replicate.provider.add_model(Model(owner, name, "private", "gpu-h100", at, versions=[version]))


def _settings(folder: Path, dsn: str, vendors: Vendors, port: int) -> dict[str, object]:
    first, second = vendors.robokassa.shop.passwords
    owner = {"owners": [OWNER], "owner_language": "en", "allow_external_gateways": True}
    shop = {"robokassa_login": vendors.robokassa.shop.login, "robokassa_url": vendors.robokassa.base_url}
    return shop | {
        "bots": {BOT: {"token": TOKEN, **owner}},
        "data_dir": str(folder),
        "database_url": dsn,
        "database_connections": 4,
        "telegram_url": vendors.telegram.base_url,
        "public_url": f"http://127.0.0.1:{port}",
        "replicate_url": vendors.replicate.base_url,
        "replicate_token": vendors.replicate.token,
        "replicate_models": [MODEL.model],
        "robokassa_password_1": first,
        "robokassa_password_2": second,
        "rounds_every_s": 0.2,
        "poll_runs_every_s": 0.2,
        "retry_first_pause_s": 0.05,
    }
