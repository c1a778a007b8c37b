"""The list of commands that Telegram shows, in each language.

Owners see the same list: it holds only what exists.
"""

from collections.abc import Mapping
from functools import partial

import structlog
from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from avatar_core.customers import Language
from avatar_core.errors import MessengerUnavailable
from avatar_core.ids import BotId
from entrypoints.bot.reception import START
from entrypoints.bot.routes import COMMANDS
from entrypoints.bot.texts import words_in
from entrypoints.bot.voice import patiently

log = structlog.get_logger(__name__)


def commands_in(language: Language) -> list[BotCommand]:
    """Return every command with its description."""
    words = words_in(language)
    return [BotCommand(command=name, description=words.plain(f"command-{name}")) for name in (START, *COMMANDS)]


async def announce_commands(bots: Mapping[BotId, Bot]) -> None:
    """Show the commands in every bot's private chats: in Russian to Russians, in English to everybody else."""
    for name, bot in bots.items():
        for language, code in ((Language.EN, None), (Language.RU, "ru")):
            try:
                await patiently(partial(_announce, bot, language, code))
            except MessengerUnavailable as trouble:
                log.warning("the commands could not be announced", bot=name, reason=str(trouble))


async def _announce(bot: Bot, language: Language, code: str | None) -> bool:
    return await bot.set_my_commands(commands_in(language), scope=BotCommandScopeAllPrivateChats(), language_code=code)
