"""Asking Telegram for updates, each bot on its own: one that fails does not stop the others."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.methods import DeleteWebhook, TelegramMethod

from adapters.telegram.refusals import translated
from avatar_core.errors import MessengerUnavailable, StoreUnavailable
from avatar_core.ids import BotId
from entrypoints.bot import lines
from entrypoints.bot.intake import Intake
from entrypoints.bot.lines import Line, keep_open

LONG_POLL_S = 25
log = structlog.get_logger(__name__)


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without parsing: an update that nobody can read must not hold up the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int
    timeout: int
    allowed_updates: list[str]


async def poll(bots: Mapping[BotId, Bot], intake: Intake, stop: asyncio.Event) -> None:
    """Bring every bot's updates to the intake until `stop` is set; what is being handled then is finished."""
    loops = {f"poll {name}": partial(_poll, name, bot, intake) for name, bot in bots.items()}
    await keep_open(loops, bots, intake, stop)


async def _poll(name: BotId, bot: Bot, intake: Intake) -> None:
    polled = _Polled(bot, intake, Line(name))
    while True:
        try:
            await polled.turn()
        except MessengerUnavailable as trouble:
            await asyncio.sleep(polled.line.broke(trouble))
        except StoreUnavailable as trouble:
            log.warning("updates cannot be kept", bot=name, reason=str(trouble))
            await asyncio.sleep(lines.AFTER_TROUBLE_S)


@dataclass(slots=True)
class _Polled:
    """One bot, and where its updates have been read to."""

    bot: Bot
    intake: Intake
    line: Line
    offset: int = 0
    is_ours: bool = False
    """Whether no webhook is in the way."""

    async def turn(self) -> None:
        """Ask once, and keep what comes; the first time it is not waited for, so that the line is known to work."""
        if not self.is_ours:
            with translated():
                await self.bot(DeleteWebhook())
            self.is_ours = True
        updates = await self._ask(LONG_POLL_S if self.line.works else 0)
        if updates:
            await self.intake.receive(self.line.bot, updates)
            self.offset = int(updates[-1]["update_id"]) + 1
        self.line.worked()

    async def _ask(self, timeout_s: int) -> list[dict[str, Any]]:
        updates: list[dict[str, Any]] = []
        with translated():
            updates = await self.bot(
                RawUpdates(offset=self.offset, timeout=timeout_s, allowed_updates=self.intake.wanted)
            )
        return updates  # noqa: RET504 - mypy takes the block above for one that always ends
