"""The ground floor: settings, time, catalogue and database, which every command stands on; no vendor, no bot."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.robokassa import ROBOKASSA
from avatar_core.bots import TELEGRAM_STARS, BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import InvalidCatalogue
from avatar_core.ids import BotId, NetworkId, TelegramId
from avatar_core.ports import (
    BeginUnitOfWork,
    Books,
    Clock,
    Inbox,
    Names,
    Outbox,
    Warden,
    Worklists,
)
from entrypoints.logs import Redaction
from entrypoints.settings import Settings, SettingsWrong, name_of
from entrypoints.worker.bell import Bell


class NotReady(Exception):
    """Something that has to be well is not; says what."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What has to be well before work is taken in: each check raises what is wrong with it."""

    checks: Mapping[str, Callable[[], Awaitable[None]]]


class Conversations(Protocol):
    """Keeps where each conversation stands: one small JSON object under a key; every method raises StoreUnavailable."""

    async def get(self, key: str) -> dict[str, object] | None:
        """Return what was put last, or None."""
        ...

    async def put(self, key: str, value: dict[str, object]) -> None:
        """Keep the object."""
        ...

    async def drop(self, key: str) -> None:
        """Forget it; harmless when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """One database, seen through its ports."""

    begin: BeginUnitOfWork
    books: Books
    worklists: Worklists
    outbox: Outbox
    inbox: Inbox
    warden: Warden
    conversations: Conversations
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class Ground:
    """What every command stands on: no vendor is connected yet."""

    settings: Settings
    clock: Clock
    names: Names
    catalogue: Catalogue
    bots: Bots
    store: Store
    bell: Bell
    redaction: Redaction


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the owner's catalogue, or the default one.  Raises SettingsWrong, which says where it is wrong."""
    return read_catalogue(settings.catalogue_file)


def read_catalogue(file: Path | None) -> Catalogue:
    """Read a catalogue file, or the default one.  Raises SettingsWrong."""
    if file is None:
        return load_catalogue(DEFAULT_CATALOGUE)
    try:
        return load_catalogue(file.read_text("utf-8"))
    except OSError as cause:
        why = cause.strerror or type(cause).__name__
        raise SettingsWrong(f"{name_of('catalogue_file')}: {file} cannot be read: {why}.") from cause
    except (InvalidCatalogue, UnicodeDecodeError) as cause:
        raise SettingsWrong(f"{name_of('catalogue_file')}: {file}: {cause}.") from cause


def bots_of(settings: Settings) -> Bots:
    """Return the bots' profiles; gateways other than Telegram Stars only where the owner switched them on.

    A network is written in small letters, as the environment gives a bot's name, whatever letters Telegram shows it in.
    """
    external = (ROBOKASSA,) if settings.robokassa_login else ()
    return Bots(
        {
            BotId(name): BotProfile(
                bot=BotId(name),
                network=NetworkId((bot.network or name).lower()),
                owners=tuple(TelegramId(owner) for owner in bot.owners),
                owner_language=bot.owner_language,
                gateways=(TELEGRAM_STARS, *(external if bot.allow_external_gateways else ())),
                for_owners=external if settings.robokassa_test else (),
            )
            for name, bot in settings.bots.items()
        }
    )
