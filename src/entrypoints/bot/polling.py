"""Asking Telegram for updates, each bot on its own: one that fails does not stop the others."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.methods import DeleteWebhook, TelegramMethod

from adapters.telegram.refusals import TokenRejected, translated
from avatar_core.errors import MessengerUnavailable, StoreUnavailable
from avatar_core.ids import BotId
from entrypoints.bot.commands import announce_commands
from entrypoints.bot.intake import Intake
from entrypoints.settings import name_of

LONG_POLL_S = 25
AFTER_TROUBLE_S = 2.0
AFTER_REJECTION_S = 30.0
"""A wrong token is mended by a person: asking every other second tells nobody more."""
RECOVER_EVERY_S = 60.0
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
    await intake.recover()
    loops = [_started(partial(_poll, name, bot, intake), f"poll {name}") for name, bot in bots.items()]
    loops += [_started(partial(_recover, intake), "recover"), _started(partial(announce_commands, bots), "announce")]
    try:
        await stop.wait()
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await intake.drain()


def _started(step: Callable[[], Awaitable[None]], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(_unstoppable(step, name), name=name)


async def _unstoppable(step: Callable[[], Awaitable[None]], name: str) -> None:
    """Begin again after a defect: one bot's must not silence it for good."""
    while True:
        try:
            await step()
        except Exception:  # the edge of the process
            log.exception("begun again after a defect", task=name)
            await asyncio.sleep(AFTER_TROUBLE_S)
        else:
            return


async def _poll(name: BotId, bot: Bot, intake: Intake) -> None:
    offset, is_ours, told = 0, False, ""
    while True:
        try:
            if not is_ours:
                with translated():
                    await bot(DeleteWebhook())
                is_ours = True
                log.info("@%s answers now: write /start to it", name)
            updates = await _ask(bot, offset, intake.wanted)
            told = ""
            if updates:
                await intake.receive(name, updates)
                offset = int(updates[-1]["update_id"]) + 1
        except MessengerUnavailable as trouble:
            if (reason := _reason(name, trouble)) != told:
                log.warning("no updates", bot=name, reason=reason)
                told = reason
            await asyncio.sleep(_pause_s(trouble))
        except StoreUnavailable as trouble:
            log.warning("updates cannot be kept", bot=name, reason=str(trouble))
            await asyncio.sleep(AFTER_TROUBLE_S)


def _reason(name: BotId, trouble: MessengerUnavailable) -> str:
    """Say what keeps the updates away, and which setting mends it."""
    return f"{trouble}: see {name_of('bots', name, 'token')}" if isinstance(trouble, TokenRejected) else str(trouble)


def _pause_s(trouble: MessengerUnavailable) -> float:
    return AFTER_REJECTION_S if isinstance(trouble, TokenRejected) else min(trouble.retry_after_s, AFTER_TROUBLE_S)


async def _ask(bot: Bot, offset: int, wanted: list[str]) -> list[dict[str, Any]]:
    updates: list[dict[str, Any]] = []
    with translated():
        updates = await bot(RawUpdates(offset=offset, timeout=LONG_POLL_S, allowed_updates=wanted))
    return updates  # noqa: RET504 - mypy takes the block above for one that always ends


async def _recover(intake: Intake) -> None:
    """Feed again what could not be handled when it came."""
    while True:
        await asyncio.sleep(RECOVER_EVERY_S)
        try:
            await intake.recover()
        except StoreUnavailable as trouble:
            log.warning("nothing can be recovered", reason=str(trouble))
