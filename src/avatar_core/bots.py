"""The bots of this installation and what their owners allow."""

from collections.abc import Mapping
from dataclasses import dataclass

from avatar_core.errors import GatewayNotAllowed
from avatar_core.ids import BotId, GatewayCode, NetworkId, TelegramId

TELEGRAM_STARS = GatewayCode("telegram-stars")


@dataclass(frozen=True, slots=True)
class BotProfile:
    """One bot: its network, its owners' Telegram ids, and whether money may be taken outside Telegram."""

    bot: BotId
    network: NetworkId
    owners: tuple[TelegramId, ...] = ()
    owner_language: str = "ru"
    gateways: tuple[GatewayCode, ...] = (TELEGRAM_STARS,)
    """What a customer may pay with here; others than Telegram Stars only where the owner switched them on."""
    for_owners: tuple[GatewayCode, ...] = ()
    """Those of them that are the owners' alone: a shop in test mode moves no money, and the stars would be real."""

    def allows(self, gateway: GatewayCode, person: TelegramId) -> bool:
        """Say whether this person may pay by this gateway in this bot (the channel rule, product page 1.4)."""
        return gateway in self.gateways and (gateway not in self.for_owners or person in self.owners)

    def require(self, gateway: GatewayCode, person: TelegramId) -> None:
        """Raise GatewayNotAllowed unless this person may pay by it (see allows)."""
        if not self.allows(gateway, person):
            raise GatewayNotAllowed(gateway=gateway)


@dataclass(frozen=True, slots=True)
class Bots:
    """Every bot by its id."""

    profiles: Mapping[BotId, BotProfile]

    def of(self, bot: BotId) -> BotProfile:
        """Return a bot's profile; a bot nobody described is its own network and has no owner to tell."""
        return self.profiles.get(bot) or BotProfile(bot, NetworkId(bot))

    def concerned(self, bot: BotId | None) -> tuple[BotProfile, ...]:
        """Return whose owners have to be told: the bot's, or everybody's when nobody knows which bot it was."""
        return tuple(self.profiles.values()) if bot is None else (self.of(bot),)
