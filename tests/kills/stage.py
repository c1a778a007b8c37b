"""One run's stage: the vendors' stand-ins and the database live here, the product elsewhere."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg.rows import TupleRow

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.pool import Database, PoolSettings
from entrypoints.demo.journey import Person
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.replicate.records import Model, Version
from entrypoints.sandbox.replicate.schemas import TRAINED_FLUX, openapi
from entrypoints.sandbox.telegram import PaymentOutcome, TelegramSandbox
from entrypoints.sandbox.telegram.purchases import PRE_CHECKOUT_LIMIT_S
from tests.fixtures_postgres import database_numbers
from tests.kills.beginnings import BOT, CUSTOMER, MODEL, OWNER, PHOTOS, TOKEN, Beginning
from tests.kills.boundaries import Boundary, boundaries_in
from tests.kills.launcher import Orders
from tests.kills.product import LONGEST_TALE, Launcher, Product

STANDING_STILL, PATIENCE_S, LOOK_EVERY_S = 1e-6, 40.0, 0.03
RUN_S = 0.4
ANSWERED_WITHIN_S = 0.5
DIE_WITHIN_S = 0.4
"""What follows a commit may come a moment after the commit is seen."""
_OPEN = """
    SELECT (SELECT count(*) FROM avatar.tasks WHERE status = 'DUE')
         + (SELECT count(*) FROM avatar.arrivals WHERE NOT handled)
         + (SELECT count(*) FROM avatar.evidence WHERE status = 'RECEIVED')
"""


@dataclass
class Stage:
    """Everything that a run needs, and can be asked about it."""

    telegram: TelegramSandbox
    replicate: ReplicateSandbox
    database: Database
    product: Product
    person: Person
    folder: Path

    async def rows(self, sql: str) -> Sequence[TupleRow]:
        return await self.database.rows(sql)

    async def quiet(self, reached: str) -> None:
        """Wait until the SQL condition holds and nothing is left to do.  Raises TimeoutError with what is."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + PATIENCE_S
        while not await self._is_quiet(reached):
            if self.product.crash or loop.time() > until_s:
                raise TimeoutError(await self._trouble())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _is_quiet(self, reached: str) -> bool:
        if self.telegram.bots[0].queue.waiting or not self._is_up:
            return False
        ((left, holds),) = await self.rows(f"SELECT ({_OPEN}), ({reached})")
        return left == 0 and bool(holds)

    async def _trouble(self) -> str:
        tasks = await self.rows("SELECT reaction, attempts, error FROM avatar.tasks WHERE status = 'DUE'")
        ended = "the product crashed" if self.product.crash else "not quiet"
        return f"{ended}: {tasks}\n{self.product.said()}\n{self.person.chat.transcript()[-LONGEST_TALE:]}"

    async def outlasting(self, paying: Coroutine[Any, Any, PaymentOutcome]) -> PaymentOutcome:
        """Let a payment whose question has died with the process run into Telegram's 10 s at once."""
        outcome = asyncio.create_task(paying)
        while not (await asyncio.wait({outcome}, timeout=ANSWERED_WITHIN_S))[0]:
            if self.product.kills and self._is_up:
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


@dataclass(frozen=True, slots=True)
class Theatre:
    """What all runs share."""

    server: EmbeddedPostgres
    launcher: Launcher
    beginnings: dict[str, Beginning]
    folder: Path

    @contextlib.asynccontextmanager
    async def stage(self, beginning: str, fatal: Boundary | None) -> AsyncIterator[Stage]:
        """Set up a stage; the product starts, dies at ``fatal``, and starts again."""
        number = next(database_numbers)
        name, folder = f"kills_{number}", self.folder / str(number)
        begun = self.beginnings[beginning]
        shutil.copytree(begun.photos, folder / "photos")
        dsn = self.server.create_database(name, template=begun.database)
        try:
            async with self._played(folder, dsn, fatal) as stage:
                yield stage
        finally:
            self.server.drop_database(name)
            shutil.rmtree(folder)

    @contextlib.asynccontextmanager
    async def _played(self, folder: Path, dsn: str, fatal: Boundary | None) -> AsyncIterator[Stage]:
        async with (
            TelegramSandbox.running() as telegram,
            ReplicateSandbox.running(training_s=RUN_S, prediction_s=0.1, speed=STANDING_STILL) as replicate,
            Database(dsn, settings=PoolSettings(smallest=1, largest=2)) as database,
        ):
            person = _people(telegram)
            _lend_model(replicate)
            settings = _settings(folder, dsn, telegram, replicate, self.launcher.port)
            log, armed, output = (str(folder / each) for each in ("log", "armed", "output"))
            product = Product(self.launcher, Orders(settings, log, armed, output, fatal=fatal))
            async with product.running():
                yield Stage(telegram, replicate, database, product, person, folder)


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


def _settings(
    folder: Path, dsn: str, telegram: TelegramSandbox, replicate: ReplicateSandbox, port: int
) -> dict[str, object]:
    return {
        "bots": {BOT: {"token": TOKEN, "owners": [OWNER], "owner_language": "en"}},
        "data_dir": str(folder),
        "database_url": dsn,
        "database_connections": 4,
        "telegram_url": telegram.base_url,
        "public_url": f"http://127.0.0.1:{port}",
        "replicate_url": replicate.base_url,
        "replicate_token": replicate.token,
        "replicate_models": [MODEL.model],
        "rounds_every_s": 0.2,
        "poll_runs_every_s": 0.2,
        "retry_first_pause_s": 0.05,
    }
