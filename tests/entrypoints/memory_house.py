"""A house whose outside is all in memory."""

import base64
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

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
    MemoryWorklists,
    RecordingMessenger,
)
from adapters.replicate import ReplicateSettings, ReplicateWebhooks
from adapters.replicate.webhooks import ReplicateWebhook
from adapters.robokassa import ROBOKASSA
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.money import Currency
from avatar_core.ports import Clock, UnitOfWork
from avatar_core.testing.examples import BOT, NOW
from entrypoints.bot.desk import Rail, Rails
from entrypoints.ground import Ground, Readiness, Store, bots_of, catalogue_of
from entrypoints.house import House, Vendors
from entrypoints.logs import Redaction
from entrypoints.settings import Settings, load_settings
from entrypoints.worker.bell import Bell
from tests.entrypoints.conversations import DictConversations

TOKEN = "123456:ABC-DEF-secret-token-of-the-bot"
REPLICATE_TOKEN = "r8_secrettoken"
REPLICATE_SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()
OWNER = 4242


def some_settings(**given: object) -> Settings:
    """Settings that nothing in this machine's environment changes, but by the names given."""
    bots = {BOT: {"token": TOKEN, "owners": [OWNER], "allow_external_gateways": True}}
    account = {"replicate_token": REPLICATE_TOKEN, "replicate_models": ("me/avatars",)}
    shop = {"robokassa_login": "shop", "robokassa_password_1": "first-word", "robokassa_password_2": "second-word"}
    return load_settings(None, **{"bots": bots, **account, **shop, **given})


@dataclass
class RealRunNotices:
    """Replicate's own notices, read by the real adapter with a key that the test knows."""

    secret: str = REPLICATE_SECRET

    async def read(self, headers: Mapping[str, str], body: bytes, at: datetime, query: str) -> ReplicateWebhook:
        reader = ReplicateWebhooks(ReplicateSettings(REPLICATE_TOKEN, ("me/avatars",)), self.secret)
        return reader.read_webhook(headers, body, at, query)


class CountedBeginUnitOfWork(MemoryBeginUnitOfWork):
    """Begins units of work, and counts them."""

    count = 0

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.count += 1
        return super().__call__()


async def _fine() -> None:
    return


@dataclass
class MemoryHouse:
    """Everything by its own name, for tests to reach into, and ``house`` for the containers."""

    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOW))
    settings: Settings = field(default_factory=some_settings)
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    trainer: MemoryTrainer = field(default_factory=MemoryTrainer)
    painter: MemoryPainter = field(default_factory=MemoryPainter)
    photos: MemoryPhotoStore = field(default_factory=MemoryPhotoStore)
    messenger: RecordingMessenger = field(default_factory=RecordingMessenger)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)
    stars: MemoryGateway = field(default_factory=lambda: MemoryGateway(TELEGRAM_STARS))
    roubles: MemoryGateway = field(default_factory=lambda: MemoryGateway(ROBOKASSA))
    bell: Bell = field(default_factory=Bell)

    @property
    def begun(self) -> int:
        """How many units of work were begun."""
        return self.begin.count

    def store(self, clock: Clock) -> Store:
        """The database seen through its ports."""
        return Store(
            begin=self.begin,
            books=MemoryBooks(self.database, clock),
            worklists=MemoryWorklists(self.database),
            outbox=MemoryOutbox(self.database),
            inbox=MemoryInbox(self.database),
            warden=MemoryWarden(self.database),
            conversations=DictConversations(),
            readiness=Readiness({"database": _fine}),
        )

    def __post_init__(self) -> None:
        self.names = CountingNames()
        self.begin = CountedBeginUnitOfWork(self.database, self.names, self.clock)
        ground = Ground(
            settings=self.settings,
            clock=self.clock,
            names=self.names,
            catalogue=catalogue_of(self.settings),
            bots=bots_of(self.settings),
            store=self.store(self.clock),
            bell=self.bell,
            redaction=Redaction(self.settings.secrets()),
        )
        vendors = Vendors(
            photos=self.photos,
            inspector=HashInspector(),
            trainer=self.trainer,
            painter=self.painter,
            run_notices=RealRunNotices(),
            rails=Rails((Rail(self.stars, Currency.XTR, "s"), Rail(self.roubles, Currency.RUB, "r"))),
            messenger=self.messenger,
            publisher=self.publisher,
        )
        self.house = House(ground, vendors)

    def vendors_take(self, rails: Rails) -> None:
        """Open other ways to pay."""
        self.house = replace(self.house, vendors=replace(self.house.vendors, rails=rails))
