"""The whole bot on memory adapters, before a Telegram of our own: what a customer does is done over real HTTP."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar, get_type_hints

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode

from adapters.memory import (
    CountingNames,
    FrozenClock,
    HashInspector,
    MemoryBeginUnitOfWork,
    MemoryBooks,
    MemoryDatabase,
    MemoryGateway,
    MemoryInbox,
    MemoryOutbox,
    MemoryPainter,
    MemoryPhotoStore,
    MemoryPublisher,
    MemoryTrainer,
    MemoryWarden,
)
from adapters.memory.database import ArrivalRow
from adapters.telegram.messenger import TelegramMessenger
from adapters.telegram.stars import StarsGateway
from avatar_core import ports
from avatar_core.bots import TELEGRAM_STARS, BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.dossier import Dossier, OfPerson
from avatar_core.errors import StoreUnavailable
from avatar_core.ids import BotId, GatewayCode, NetworkId, TelegramId
from avatar_core.money import Currency, Stars
from avatar_core.tasks import of_each
from avatar_core.use_cases.operations import CarryOut
from avatar_core.use_cases.portraits import RecordPortraitReport
from avatar_core.use_cases.subscriptions import Gift, GrantPlan, GrantStars
from avatar_core.use_cases.trainings import RecordTrainingReport
from entrypoints.bot.desk import Desk, Rail, Rails
from entrypoints.bot.dispatcher import make_dispatcher
from entrypoints.bot.intake import Intake, source_of
from entrypoints.bot.limits import Limits
from entrypoints.bot.polling import poll
from entrypoints.bot.renderer import EventRenderer
from entrypoints.bot.tongues import Tongues
from entrypoints.sandbox.telegram import CallbackQuery, Customer, TelegramSandbox
from tests.entrypoints.conversations import DictConversations
from tests.entrypoints.sandbox.telegram_demo_bot import PromptSession

PHOTOS = [path.read_bytes() for path in sorted((Path(__file__).parents[3] / "examples" / "photos").glob("*.jpg"))]
TOKENS = {BotId("first_bot"): "123456:FIRST", BotId("second_bot"): "654321:SECOND"}
FIRST, SECOND = TOKENS
OWNER = 99
ROBOKASSA = GatewayCode("robokassa")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORKER = "worker"
MANNERS = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
LOOK_EVERY_S = 0.01
Wanted = TypeVar("Wanted")


class BreakableStore:
    """A store whose units of work can be made to fail, while its inbox works on."""

    def __init__(self, begin: ports.BeginUnitOfWork) -> None:
        self._begin = begin
        self.is_down = False

    def __call__(self) -> contextlib.AbstractAsyncContextManager[ports.UnitOfWork]:
        if self.is_down:
            raise StoreUnavailable(reason="it was told to be down")
        return self._begin()

    async def pause(self, attempt: int) -> None:
        await self._begin.pause(attempt)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Fail while the block runs."""
        self.is_down = True
        yield
        self.is_down = False


@dataclass
class Stage:
    """Everything by its own name."""

    telegram: TelegramSandbox
    bots: Mapping[BotId, Bot]
    gateways: Mapping[BotId, tuple[GatewayCode, ...]]
    inspector: ports.PhotoInspector = field(default_factory=HashInspector)
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOW))
    names: CountingNames = field(default_factory=CountingNames)
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    trainer: MemoryTrainer = field(default_factory=MemoryTrainer)
    painter: MemoryPainter = field(default_factory=MemoryPainter)
    store: MemoryPhotoStore = field(default_factory=MemoryPhotoStore)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)
    roubles: MemoryGateway = field(default_factory=lambda: MemoryGateway(ROBOKASSA))
    for_owners: tuple[GatewayCode, ...] = ()
    conversations: DictConversations = field(default_factory=DictConversations)
    limits: Limits = field(default_factory=lambda: Limits(Tongues()))

    def __post_init__(self) -> None:
        self.begin = BreakableStore(MemoryBeginUnitOfWork(self.database, self.names, self.clock))
        self.catalogue = load_catalogue(DEFAULT_CATALOGUE)
        self.outbox, self.inbox = MemoryOutbox(self.database), MemoryInbox(self.database)
        self.books = MemoryBooks(self.database, self.clock)
        self.messenger = TelegramMessenger(self.bots, EventRenderer(self.catalogue))
        self.parts: dict[object, object] = {
            ports.BeginUnitOfWork: self.begin,
            ports.Clock: self.clock,
            ports.Names: self.names,
            ports.Books: self.books,
            ports.PhotoInspector: self.inspector,
            ports.PhotoStore: self.store,
            ports.Trainer: self.trainer,
            ports.Painter: self.painter,
            ports.Warden: MemoryWarden(self.database),
            ports.Messenger: self.messenger,
            ports.EventPublisher: self.publisher,
            Catalogue: self.catalogue,
            Bots: Bots({bot: self.profile(bot) for bot in self.bots}),
            Rails: Rails((Rail(StarsGateway(), Currency.XTR, "s"), Rail(self.roubles, Currency.RUB, "r"))),
        }
        self.desk = self.make(Desk)

    def profile(self, bot: BotId) -> BotProfile:
        gateways = self.gateways.get(bot, (TELEGRAM_STARS,))
        return BotProfile(bot, NetworkId(bot), (TelegramId(OWNER),), "en", gateways, self.for_owners)

    def make(self, wanted: type[Wanted]) -> Wanted:
        """Put a dataclass of ports and use cases together."""
        hints = get_type_hints(wanted)
        needed = {each.name: hints[each.name] for each in dataclasses.fields(wanted)}  # type: ignore[arg-type]
        return wanted(**{name: self.parts.get(kind) or self.make(kind) for name, kind in needed.items()})

    def intake(self) -> Intake:
        dispatcher = make_dispatcher(self.desk, self.conversations, self.limits.tongues)
        return Intake(self.inbox, dispatcher, self.bots, self.clock, self.limits)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Intake]:
        """Let the bots poll while the block runs, and give what takes their updates in; leaving it is a shutdown."""
        stop, intake = asyncio.Event(), self.intake()
        task = asyncio.create_task(poll(self.bots, intake, stop))
        try:
            yield intake
        finally:
            stop.set()
            await task

    async def work(self) -> None:
        """Carry out everything that has to follow by now."""
        carry_out = self.make(CarryOut)
        while tasks := await self.outbox.claim(WORKER, self.clock.now(), of_each(100), 60):
            for task in tasks:
                await carry_out(task)
                await self.outbox.done(task, WORKER)

    async def happened(self, name: str, count: int = 1) -> None:
        """Wait until an event of this name has been written so many times."""
        await until(lambda: self.written(name) >= count)

    def written(self, name: str) -> int:
        """Return how many events of this name were written."""
        return sum(happening.event.name == name for happening in self.database.happenings)

    async def settled(self) -> None:
        """Wait until every update that was ever sent is handled."""
        await until(lambda: len(self.unhandled()) == 0)

    def unhandled(self) -> list[str]:
        """Return the updates that are not handled, by their numbers."""
        handled = {key for key, row in self.arrivals() if row.handled}
        bots = self.telegram.bots
        sent = [(bot.username, str(update["update_id"])) for bot in bots for update in self.telegram.updates(bot=bot)]
        return [number for name, number in sent if (source_of(BotId(name)), number) not in handled]

    def arrivals(self) -> list[tuple[tuple[str, str], ArrivalRow]]:
        """Return what is in the inbox."""
        return [(key, self.database.arrivals[key]) for key in self.database.arrivals.taken()]

    async def press(self, person: Customer, data: str, under: int | None = None) -> None:
        """Tap a button that may never have been drawn, and wait for the answer."""
        shown = under or person.received[-1].message_id
        number, now = str(3_000_000 + person.world.number()), person.world.clock.now()
        query = CallbackQuery(number, person.bot.bot_id, person.person_id, shown, data, now)
        person.world.callbacks[number] = query
        person.note_action("tap", data)
        person._tell_tap(query)
        await self.settled()

    async def say(self, person: Customer, text: str) -> str:
        """Write something, wait for the answer, and return it."""
        await person.write(text)
        await self.settled()
        return person.received[-1].text

    async def dossier(self, person: Customer, bot: BotId = FIRST) -> Dossier:
        async with self.begin() as work:
            return await work.dossier(OfPerson(NetworkId(bot), TelegramId(person.person_id)))

    async def give(self, person: Customer, plan: str | None = "NEUROPHOTO", stars: int = 0) -> None:
        """Give a plan and stars without money."""
        customer = (await self.dossier(person)).customer.id
        if plan is not None:
            await self.make(GrantPlan)(customer, plan, Gift(self.names.fresh(), "test"))
        if stars:
            await self.make(GrantStars)(customer, Stars.of(stars), Gift(self.names.fresh(), "test"))

    async def train(self, percent: int | None = None, *, is_failing: bool = False) -> None:
        """Let the trainer report about its latest run."""
        order = self.trainer.orders[-1].id
        report = (
            self.trainer.fail(order) if is_failing else
            self.trainer.finish(order) if percent is None else
            self.trainer.advance(order, percent)
        )  # fmt: skip
        self.clock.advance(timedelta(seconds=5))
        await self.make(RecordTrainingReport)(order, report)
        await self.work()

    async def paint(self) -> None:
        """Let the painter finish its latest run: real photographs."""
        order = self.painter.orders[-1].id
        report = self.painter.finish(order)
        self.painter._images.update(zip(report.images, PHOTOS, strict=False))
        await self.make(RecordPortraitReport)(order, report)
        await self.work()


async def until(holds: Callable[[], bool], within_s: float = 10) -> None:
    """Wait for something to hold.  Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - the database in memory rings no bell
            await asyncio.sleep(LOOK_EVERY_S)


@contextlib.asynccontextmanager
async def stage_of(
    inspector: ports.PhotoInspector | None = None,
    gateways: Mapping[BotId, tuple[GatewayCode, ...]] | None = None,
    *,
    for_owners: tuple[GatewayCode, ...] = (),
) -> AsyncIterator[Stage]:
    """A Telegram with two bots, and the bot behind them; nothing polls yet."""
    async with TelegramSandbox.running() as telegram:
        for name, token in TOKENS.items():
            telegram.register_bot(token, username=name)
        session = PromptSession(api=TelegramAPIServer.from_base(telegram.base_url), timeout=10)
        bots = {name: Bot(token, session=session, default=MANNERS) for name, token in TOKENS.items()}
        try:
            yield Stage(telegram, bots, gateways or {}, inspector or HashInspector(), for_owners=for_owners)
        finally:
            await session.close()
