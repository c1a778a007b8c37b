"""aiogram's bots, all on one session: a session of its own costs a bot 19 ms and 686 KB (proofs page 5.1)."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ParseMode

from avatar_core.ids import BotId

TIMEOUT_S = 60.0
"""How long one request may take, a photo album's upload included."""


@contextlib.asynccontextmanager
async def connected_bots(tokens: Mapping[BotId, str], base_url: str | None = None) -> AsyncIterator[dict[BotId, Bot]]:
    """Give a bot for each token while the block runs; their texts are HTML.

    ``base_url`` is another Bot API server than Telegram's own.  Raises aiogram's TokenValidationError.
    """
    api = PRODUCTION if base_url is None else TelegramAPIServer.from_base(base_url)
    manners = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    async with AiohttpSession(api=api, timeout=TIMEOUT_S) as session:
        yield {bot: Bot(token, session=session, default=manners) for bot, token in tokens.items()}
