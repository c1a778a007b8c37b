"""One unhandled error never stops the process (bug museum 47, 50, 59).

The customer hears it in words, the owners get a trace id, the log has the trace.
"""

from secrets import token_hex

import structlog
from aiogram import Bot
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import ErrorEvent, Update, User

from adapters.telegram.messenger import Rendering
from adapters.telegram.refusals import MessageRefused
from avatar_core.errors import MessengerUnavailable, RecipientUnreachable, StoreUnavailable
from avatar_core.ids import BotId, TelegramId
from avatar_core.use_cases.customers import Visit
from entrypoints.bot.desk import Desk
from entrypoints.bot.owners import tell_owners
from entrypoints.bot.talk import Arrived, tells_of_money
from entrypoints.bot.texts import words_in
from entrypoints.bot.tongues import Tongues
from entrypoints.bot.voice import Voice

TRACE_BYTES = 4
log = structlog.get_logger(__name__)


class Failures:
    """What is done about an error that no handler has worded."""

    def __init__(self, desk: Desk, tongues: Tongues) -> None:
        self._desk = desk
        self._tongues = tongues
        self._reported: set[tuple[BotId, int]] = set()
        """Money that met a defect comes again and again; its customer and owners are told once."""

    async def failed(self, event: ErrorEvent, bot: Bot, arrived: Arrived) -> object:
        """Return UNHANDLED for what must be tried again: the update stays in the inbox."""
        update, user = event.update, sender(event.update)
        match event.exception:
            case RecipientUnreachable():
                await self._gone(arrived.bot, user)
                return None
            case StoreUnavailable():
                if arrived.attempt == 1:
                    await self._tell(bot, arrived.bot, user, "store-unavailable")
                return UNHANDLED
            case MessengerUnavailable() as busy if not isinstance(busy, MessageRefused):
                return UNHANDLED
            case defect:
                if not tells_of_money(arrived.raw):
                    await self._report(defect, update, bot, arrived.bot)
                    return None
                if (arrived.bot, arrived.number) not in self._reported:
                    self._reported.add((arrived.bot, arrived.number))
                    await self._report(defect, update, bot, arrived.bot)
                return UNHANDLED

    async def _gone(self, bot_id: BotId, user: User | None) -> None:
        """Stop writing to somebody who blocked the bot in the middle of an answer."""
        if user is not None:
            visit = Visit(bot_id, TelegramId(user.id), user.full_name, user.language_code)
            await self._desk.note_unreachable((await self._desk.welcome(visit)).customer.id)

    async def _report(self, defect: Exception, update: Update, bot: Bot, bot_id: BotId) -> None:
        trace = token_hex(TRACE_BYTES)
        log.error("an update failed", trace=trace, bot=bot_id, update=update.update_id, exc_info=defect)
        await self._tell(bot, bot_id, sender(update), "broken", trace=trace)
        what = f"{type(defect).__name__} · {update.event_type}"
        await tell_owners(bot, self._desk.bots.of(bot_id), "owner-broken", trace=trace, what=what)

    async def _tell(self, bot: Bot, bot_id: BotId, user: User | None, key: str, **facts: object) -> None:
        """Say it if it can be said; whoever cannot be reached now is not the worse for it."""
        if user is None:
            return
        words = words_in(self._tongues.of(bot_id, user))
        try:
            await Voice(bot, user.id).say(Rendering(words(key, **facts)))
        except (MessengerUnavailable, RecipientUnreachable) as trouble:
            log.warning("a customer could not be told", notice=key, reason=str(trouble))


def sender(update: Update) -> User | None:
    """Return who caused an update."""
    user = getattr(update.event, "from_user", None) or getattr(update.event, "user", None)
    return user if isinstance(user, User) else None
