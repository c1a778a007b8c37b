"""Customers: who they are, through which bot they came, how far they have got."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from avatar_core.ids import BotId, CustomerId, NetworkId, TelegramId


class Language(StrEnum):
    """A language the product speaks; any other is answered in English (product page 1.4)."""

    RU = "ru"
    EN = "en"

    @classmethod
    def spoken(cls, code: str | None) -> "Language":
        """Return the language for Telegram's code (``ru``, ``ru-RU``, ``pt-br``, none at all)."""
        return cls.RU if (code or "").lower().partition("-")[0] == "ru" else cls.EN


class Level(IntEnum):
    """How far a customer has got."""

    NEW = 0
    TRAINING = 1
    """The first training was started."""
    PORTRAYED = 2
    """The first portrait was delivered."""


class Role(StrEnum):
    """To whom a message speaks."""

    CUSTOMER = "customer"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to write: always the bot the person came from."""

    bot: BotId
    telegram_id: TelegramId
    language: Language
    role: Role = Role.CUSTOMER


@dataclass(frozen=True, slots=True)
class Customer:
    """One person in one network, known by the numeric Telegram id alone."""

    id: CustomerId
    network: NetworkId
    telegram_id: TelegramId
    bot: BotId
    language: Language
    registered_at: datetime
    name: str = ""
    """What to call the person; never an identity."""
    inviter: CustomerId | None = None
    level: Level = Level.NEW
    reachable: bool = True
    """False from the moment the customer blocked the bot until they return."""
    version: int = 0

    @property
    def address(self) -> Address:
        """Where to write to this customer."""
        return Address(self.bot, self.telegram_id, self.language)

    def came(self, bot: BotId, name: str) -> "Customer":
        """Return the customer as of a visit: reachable again, by the bot they used last."""
        return replace(self, bot=bot, name=name, reachable=True)

    def speaks(self, language: Language) -> "Customer":
        """Return the customer with another language."""
        return replace(self, language=language)

    def lost(self) -> "Customer":
        """Return the customer who blocked the bot."""
        return replace(self, reachable=False)

    def reached(self, level: Level) -> "Customer":
        """Return the customer at this level, or the higher one they had."""
        return replace(self, level=max(self.level, level))
