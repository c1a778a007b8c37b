"""Telling Telegram where to bring the updates."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from aiogram import Bot

from adapters.telegram.refusals import translated
from avatar_core.errors import MessengerUnavailable
from avatar_core.ids import BotId
from entrypoints.bot.intake import Intake
from entrypoints.bot.lines import Line, keep_open

MOST_CONNECTIONS = 40
OTHERS_FINISH_WITHIN_S = 10.0
"""Another process may have an update in hand while this one starts: whoever is answered then is answered by that one.
What a process that died left younger waits for the next round."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a bot's updates go, and the secret that Telegram proves itself with (1 to 256 of A-Z a-z 0-9 _ -)."""

    url: str
    secret: str = field(repr=False)


async def await_webhooks(
    bots: Mapping[BotId, Bot], webhooks: Mapping[BotId, Webhook], intake: Intake, stop: asyncio.Event
) -> None:
    """Have every bot's updates brought to its webhook until `stop` is set; each bot is registered on its own."""
    loops = {f"webhook {name}": partial(_register, name, bots[name], webhooks[name], intake) for name in bots}
    await keep_open(loops, bots, intake, stop, others_finish_within_s=OTHERS_FINISH_WITHIN_S)


async def _register(name: BotId, bot: Bot, webhook: Webhook, intake: Intake) -> None:
    """Register the webhook for the kinds of updates that are handled, again until Telegram has taken it."""
    line = Line(name)
    while not line.works:
        try:
            with translated():
                await bot.set_webhook(
                    webhook.url,
                    secret_token=webhook.secret,
                    max_connections=MOST_CONNECTIONS,
                    allowed_updates=intake.wanted,
                )
            line.worked()
        except MessengerUnavailable as trouble:
            await asyncio.sleep(line.broke(trouble))
