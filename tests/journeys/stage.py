"""The whole house on PostgreSQL, with stand-ins for every vendor, and customers who do what people do.

Nothing of ours is replaced: the bots, the web app and the worker are those of `avatar up`.  Time can be pushed ahead,
and the line to the provider can be cut.
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from adapters.clock import RandomNames
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.customers import Language
from avatar_core.ids import BotId
from entrypoints.database import open_store
from entrypoints.demo.journey import Person
from entrypoints.ground import Ground, bots_of, catalogue_of
from entrypoints.logs import Redaction
from entrypoints.running import run as run_house
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.robokassa import RobokassaSandbox
from entrypoints.sandbox.serving import http_client
from entrypoints.sandbox.telegram import Customer, TelegramSandbox
from entrypoints.settings import Settings, load_settings
from entrypoints.vendors import OpenHouse, open_vendors
from entrypoints.web.serving import listening
from entrypoints.worker.bell import Bell
from tests.journeys.guests import Guest
from tests.journeys.line import Line

TOKENS = {BotId("russian_bot"): "123456:RUSSIAN", BotId("english_bot"): "654321:ENGLISH"}
BOTS = {Language.RU: BotId("russian_bot"), Language.EN: BotId("english_bot")}
"""The owner of each reads its language."""
LOOK_EVERY_S = 0.02
NEVER_SHOWN = re.compile(r"Traceback|File \"|\w+Error\b|\w+Exception\b|Errno|None|<class|psycopg|httpx|\{ ?\$")
"""What a machine says to its makers, and an owner reads beside the 🧯 alone."""


@dataclass
class PushedClock:
    """The machine's clock, which can be pushed ahead."""

    pushed: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.pushed


@dataclass
class Stage:
    """Everything that runs, by its own name."""

    house: OpenHouse
    database: Database
    clock: PushedClock
    telegram: TelegramSandbox
    replicate: ReplicateSandbox
    robokassa: RobokassaSandbox
    line: Line
    web: httpx.AsyncClient
    listener: socket.socket
    people: list[Guest] = field(default_factory=list)

    async def guest(
        self, language: Language = Language.EN, *, speaks: str | None = None, rich: int = 100_000
    ) -> "Guest":
        """Somebody with stars in their purse, who comes to the bot of their language and begins."""
        chat = self.telegram.person("Guest", language_code=speaks or language.value, bot=self.account(BOTS[language]))
        chat.person.stars = rich
        guest = Guest(self.house, chat, BOTS[language], Person(chat, "Fan", "in a café", 0.0))
        self.people.append(guest)
        await guest.says("/start")
        return guest

    def account(self, bot: BotId) -> Any:  # noqa: ANN401  (the stand-in keeps the type to itself)
        return next(account for account in self.telegram.bots if account.username == bot)

    def owner(self, bot: BotId) -> Customer:
        """The owner's chat with their bot."""
        (number,) = self.house.ground.bots.of(bot).owners
        return self.telegram.customer(number, self.account(bot))

    def push(self, duration: timedelta) -> None:
        """Let time pass for the house and for the vendors."""
        self.clock.pushed += duration
        self.replicate.advance(duration.total_seconds())
        self.telegram.clock.advance(duration.total_seconds())
        self.house.ground.bell.ring()

    async def count(self, query: str, *args: object) -> int:
        """Return the one number that a query gives."""
        ((number,),) = await self.database.rows(query, *args)
        return int(number)

    async def settled(self, within_s: float = 20.0) -> None:
        """Wait until every update is handled and every task is done."""
        handled = "SELECT count(*) FROM avatar.arrivals WHERE handled AND starts_with(source, 'telegram:')"
        undone = "SELECT count(*) FROM avatar.tasks WHERE status = 'DUE'"

        async def quiet() -> bool:
            sent = sum(len(self.telegram.updates(bot=bot)) for bot in self.telegram.bots)
            return await self.count(handled) >= sent and await self.count(undone) == 0

        await until(quiet, within_s)

    async def violations(self) -> list[object]:
        return list(await self.house.ground.store.books.violations())

    async def kept_files(self) -> set[str]:
        """What is in the photo store, half-written files too."""
        root = self.house.ground.settings.data_dir.absolute() / "photos"
        found = await asyncio.to_thread(lambda: [path for path in root.rglob("*") if path.is_file()])
        return {str(path.relative_to(root)) for path in found}

    async def in_order(self) -> None:
        """Nothing is left undone, the books are lawful, and no person was shown the inside of the machine."""
        assert await self.violations() == []
        assert await self.house.ground.store.outbox.dead(10) == []
        assert not [name for name in await self.kept_files() if name.startswith(".incoming")]
        owners = [self.owner(bot) for bot in TOKENS]
        for chat in (*owners, *(guest.chat for guest in self.people)):
            for line in chat.history:
                assert line.text.startswith("🧯") or not NEVER_SHOWN.search(line.text), line.text


async def until(holds: Callable[[], Any], within_s: float = 20.0) -> None:
    """Wait for something to hold.  Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await holds():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(LOOK_EVERY_S)


@contextlib.asynccontextmanager
async def staged(dsn: str, folder: Path, *, runs: bool = True, **given: object) -> AsyncIterator[Stage]:
    """Open everything and let it run while the block does; ``given`` settings win."""
    async with (
        TelegramSandbox.running() as telegram,
        ReplicateSandbox.running(training_s=0.6, prediction_s=0.2) as replicate,
        RobokassaSandbox.running() as robokassa,
        Line("127.0.0.1", httpx.URL(replicate.base_url).port or 0).laid() as line,
        contextlib.AsyncExitStack() as stack,
    ):
        replicate.provider.base_url = f"http://127.0.0.1:{line.port}"
        owners = await _owners(telegram)
        listener = stack.enter_context(listening("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        robokassa.result_url = f"{address}/robokassa/result"
        settings = _settings(owners, (telegram, replicate, robokassa), folder, address, database_url=dsn, **given)
        clock = PushedClock()
        database = await stack.enter_async_context(Database(dsn, settings=PoolSettings(smallest=1, largest=2)))
        web = await stack.enter_async_context(http_client())
        web.base_url = httpx.URL(address)
        house = await stack.enter_async_context(_house(settings, dsn, clock))
        stage = Stage(house, database, clock, telegram, replicate, robokassa, line, web, listener)
        async with running(stage) if runs else contextlib.nullcontext():
            yield stage


@contextlib.asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[None]:
    """Let the house run while the block does; a second time is a restart."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_house(stage.house, stop, listener=stage.listener))
    try:
        yield
    finally:
        stop.set()
        await task


@contextlib.asynccontextmanager
async def _house(settings: Settings, dsn: str, clock: PushedClock) -> AsyncIterator[OpenHouse]:
    """Open the house as `avatar up` does, but for the clock."""
    names, bell = RandomNames(), Bell()
    async with open_store(settings, clock, names, bell.ring) as store:
        ground = Ground(
            settings, clock, names, catalogue_of(settings), bots_of(settings), store, bell,
            Redaction(settings.secrets()),
        )  # fmt: skip
        async with open_vendors(ground) as house:
            yield house


async def _owners(telegram: TelegramSandbox) -> Mapping[BotId, int]:
    """Register the bots, and let each one's owner write to it first."""
    owners = {}
    for bot, token in TOKENS.items():
        account = telegram.register_bot(token, bot)
        owner = telegram.person("Owner", language_code="en", bot=account)
        await owner.write("/start")
        owners[bot] = owner.person_id
    return owners


def _settings(
    owners: Mapping[BotId, int],
    vendors: tuple[TelegramSandbox, ReplicateSandbox, RobokassaSandbox],
    folder: Path,
    address: str,
    **given: object,
) -> Settings:
    telegram, replicate, robokassa = vendors
    login, (first, second) = robokassa.shop.login, robokassa.shop.passwords
    bots = {
        bot: {
            "token": TOKENS[bot],
            "owners": [owners[bot]],
            "owner_language": language.value,
            "allow_external_gateways": True,
        }
        for language, bot in BOTS.items()
    }
    shop = {"robokassa_login": login, "robokassa_password_1": first, "robokassa_password_2": second}
    account = {"replicate_token": replicate.token, "replicate_models": (f"{replicate.account}/avatars",)}
    pace = {"rounds_every_s": 0.1, "poll_runs_every_s": 0.2, "retry_first_pause_s": 0.05}
    places = {
        "data_dir": folder,
        "public_url": address,
        "telegram_url": telegram.base_url,
        "replicate_url": replicate.provider.base_url,
        "robokassa_url": robokassa.base_url,
    }
    return load_settings(None, **{"bots": bots, "log_level": "error", **shop, **account, **pace, **places, **given})
