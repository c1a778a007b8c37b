"""aiogram's bots, all on one session: a session of its own costs a bot 19 ms and 686 KB (proofs page 5.1)."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ChatAction, ParseMode
from aiohttp import ClientError, ClientSession, TraceConfig

from adapters.telegram.refusals import NO_BOT_S, Disconnected, translated
from avatar_core.ids import BotId, TelegramId

TIMEOUT_S = 60.0
"""How long one request may take, a photo album's upload included."""


class RedirectRefused(ClientError):
    """Telegram's server answers for itself: whoever sends us on would choose where we knock, and with what in hand."""


async def _refuse_redirect(*_: object) -> None:
    raise RedirectRefused("a redirect is not followed")


_STAYING = TraceConfig()
_STAYING.on_request_redirect.append(_refuse_redirect)
_STAYING.freeze()


class FinalSession(AiohttpSession):
    """A session that follows no redirect, and stays closed.

    aiogram's opens another one for a late request, and nobody closes that.
    """

    is_closed = False

    async def create_session(self) -> ClientSession:
        """Return the open session.  Raises Disconnected once it was closed."""
        if self._should_reset_connector:
            await super().close()  # aiogram would do it by our own `close`, as if this were the end
            self._should_reset_connector = False
        if self.is_closed:
            raise Disconnected(retry_after_s=NO_BOT_S)
        session = await super().create_session()
        if _STAYING not in session.trace_configs:
            session.trace_configs.append(_STAYING)
        return session

    async def close(self) -> None:
        """Close for good."""
        self.is_closed = True
        await super().close()


@contextlib.asynccontextmanager
async def connected_bots(tokens: Mapping[BotId, str], base_url: str | None = None) -> AsyncIterator[dict[BotId, Bot]]:
    """Give a bot for each token while the block runs; their texts are HTML.

    ``base_url`` is another Bot API server than Telegram's own.  Raises aiogram's TokenValidationError.
    """
    api = PRODUCTION if base_url is None else TelegramAPIServer.from_base(base_url)
    manners = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    async with FinalSession(api=api, timeout=TIMEOUT_S) as session:
        yield {bot: Bot(token, session=session, default=manners) for bot, token in tokens.items()}


async def show_typing(bot: Bot, person: TelegramId) -> None:
    """Let a person see for a moment that the bot types: it tells whether it may write to them at all.

    Raises RecipientUnreachable and MessengerUnavailable.
    """
    with translated():
        await bot.send_chat_action(person, ChatAction.TYPING)
