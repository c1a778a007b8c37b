"""Telling Telegram where to bring the updates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiogram import Bot

from avatar_core.ids import BotId
from entrypoints.bot.commands import announce_commands
from entrypoints.bot.voice import patiently

MOST_CONNECTIONS = 40


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a bot's updates go, and the secret that Telegram proves itself with (1 to 256 of A-Z a-z 0-9 _ -)."""

    url: str
    secret: str


async def register_webhooks(
    bots: Mapping[BotId, Bot], webhooks: Mapping[BotId, Webhook], wanted: Sequence[str]
) -> None:
    """Register each bot's webhook for the kinds of updates that are handled (`Intake.wanted`); announce the commands.

    Raises MessengerUnavailable, and MessageRefused for a URL that Telegram does not take.
    """
    for name, webhook in webhooks.items():
        await patiently(partial(_register, bots[name], webhook, list(wanted)))
    await announce_commands(bots)


async def _register(bot: Bot, webhook: Webhook, wanted: list[str]) -> bool:
    return await bot.set_webhook(
        webhook.url, secret_token=webhook.secret, max_connections=MOST_CONNECTIONS, allowed_updates=wanted
    )
