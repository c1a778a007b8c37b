"""Opening everything outside: Telegram's bots on one session, Replicate's connections, Robokassa, the photo disk."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.disk import DiskPhotoStore
from adapters.images import PillowInspector
from adapters.log import LogPublisher
from adapters.replicate import (
    ReplicateConnection,
    ReplicatePainter,
    ReplicateSettings,
    ReplicateTrainer,
    ReplicateWebhook,
    ReplicateWebhooks,
    connected_replicate,
)
from adapters.replicate.settings import NOWHERE, NoDestination
from adapters.telegram.bots import connected_bots
from adapters.telegram.messenger import TelegramMessenger
from avatar_core.errors import ProviderUnavailable
from avatar_core.ids import BotId
from avatar_core.ports import PhotoStore
from entrypoints.bot.renderer import EventRenderer
from entrypoints.gateways import rails_of
from entrypoints.ground import Ground
from entrypoints.house import House, Vendors
from entrypoints.opening import open_ground
from entrypoints.settings import Settings, SettingsWrong, name_of


@dataclass(frozen=True, slots=True)
class OpenHouse(House):
    """A house whose messenger is Telegram: its bots are what updates come from."""

    telegram: TelegramMessenger


@dataclass(slots=True)
class LazyRunNotices:
    """Reads Replicate's notices; the key is asked for when the first one comes, so that no start waits for it."""

    connection: ReplicateConnection
    reader: ReplicateWebhooks | None
    """With the key from the settings, where it stands there."""

    async def read(self, headers: Mapping[str, str], body: bytes, at: datetime, query: str) -> ReplicateWebhook:
        """Return what a notice says.  Raises NoticeForged, NoticeUnreadable and ProviderUnavailable."""
        if self.reader is None:
            secret = await self.connection.webhook_secret()
            try:
                self.reader = ReplicateWebhooks(self.connection.settings, secret)
            except ValueError as wrong:
                raise ProviderUnavailable(reason="its webhook secret cannot be read") from wrong
        return self.reader.read_webhook(headers, body, at, query)


def notice_reader(settings: Settings, account: ReplicateSettings) -> ReplicateWebhooks | None:
    """Return what reads Replicate's notices with the key from the settings, if one is set.  Raises SettingsWrong."""
    secret = settings.replicate_webhook_secret
    try:
        return ReplicateWebhooks(account, secret.get_secret_value()) if secret else None
    except ValueError as wrong:
        raise SettingsWrong(f"{wrong}.") from None


def replicate_settings(settings: Settings) -> ReplicateSettings:
    """Return the account's settings in the adapter's words.  Raises SettingsWrong."""
    token = settings.replicate_token
    try:
        return ReplicateSettings(
            token=token.get_secret_value() if token else "",
            destinations=settings.replicate_models,
            base_url=settings.replicate_url,
            hardware=settings.replicate_hardware,
            webhook_url=f"{settings.public_url}/replicate" if settings.public_url else NOWHERE,
        )
    except NoDestination as wrong:
        raise SettingsWrong(f"{name_of('replicate_models')} is wrong: {wrong}.") from None
    except ValueError as wrong:
        raise SettingsWrong(f"{wrong}.") from None


@contextlib.asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[OpenHouse]:
    """Open everything, and close it in the end.  Raises SettingsWrong before anything is opened.

    Raises StoreUnavailable, MigrationChanged, SchemaNewer and EmbeddedPostgresError for the database.
    """
    settings.require("bots", "replicate_token", "replicate_models")
    async with open_ground(settings) as ground, open_vendors(ground) as house:
        yield house


@contextlib.asynccontextmanager
async def open_vendors(ground: Ground) -> AsyncIterator[OpenHouse]:
    """Connect whoever is outside.  Raises SettingsWrong; no vendor is asked anything yet."""
    settings = ground.settings
    tokens = {BotId(name): bot.token.get_secret_value() for name, bot in settings.bots.items()}
    account = replicate_settings(settings)
    photos = DiskPhotoStore(settings.data_dir.absolute() / "photos")
    photos.sweep()
    async with (
        connected_replicate(account) as replicate,
        connected_bots(tokens, settings.telegram_url) as bots,
    ):
        telegram = TelegramMessenger(bots, EventRenderer(ground.catalogue))
        yield OpenHouse(ground, _vendors(ground, photos, replicate, telegram), telegram)


def _vendors(
    ground: Ground, photos: PhotoStore, replicate: ReplicateConnection, telegram: TelegramMessenger
) -> Vendors:
    return Vendors(
        photos=photos,
        inspector=PillowInspector(),
        trainer=ReplicateTrainer(replicate, photos, ground.settings.data_dir.absolute()),
        painter=ReplicatePainter(replicate, ground.catalogue.portraits.parameters),
        run_notices=LazyRunNotices(replicate, notice_reader(ground.settings, replicate.settings)),
        rails=rails_of(ground.settings),
        messenger=telegram,
        publisher=LogPublisher(),
    )
