"""One unhandled error never stops the process (bug museum 47, 50, 59).

The customer hears it in words, the owners get a trace id, the log has the trace.
"""

from dataclasses import dataclass
from secrets import token_hex

import structlog
from aiogram import Bot

from adapters.telegram.messenger import Rendering
from adapters.telegram.refusals import MessageRefused
from adapters.telegram.updates import Message, User
from avatar_core.customers import Language
from avatar_core.errors import MessengerUnavailable, RecipientUnreachable, StoreUnavailable
from avatar_core.ids import BotId, TelegramId
from avatar_core.use_cases.customers import Visit
from entrypoints.bot.desk import Desk
from entrypoints.bot.owners import tell_owners
from entrypoints.bot.talk import Arrived
from entrypoints.bot.texts import words_in
from entrypoints.bot.voice import Voice

TRACE_BYTES = 4
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """What a handler raised, and over which kind of update that tells of what."""

    error: Exception
    kind: str
    told: object


class Failures:
    """What is done about an error that no handler has worded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def failed(self, failed: Failed, bot: Bot, arrived: Arrived) -> bool:
        """Return whether that is the end of it; if not, the update stays in the inbox and must be tried again."""
        user = sender(failed.told)
        match failed.error:
            case RecipientUnreachable():
                await self._gone(arrived.bot, user)
                return True
            case StoreUnavailable():
                if arrived.attempt == 1:
                    await _tell(bot, user, "store-unavailable")
                return False
            case MessengerUnavailable() as busy if not isinstance(busy, MessageRefused):
                return False
            case _:
                await self._report(failed, bot, arrived)
                return not is_payment(failed.told)

    async def _gone(self, bot_id: BotId, user: User | None) -> None:
        """Stop writing to somebody who blocked the bot in the middle of an answer."""
        if user is not None:
            visit = Visit(bot_id, TelegramId(user.id), user.full_name, user.language_code)
            await self._desk.note_unreachable((await self._desk.welcome(visit)).customer.id)

    async def _report(self, failed: Failed, bot: Bot, arrived: Arrived) -> None:
        trace = token_hex(TRACE_BYTES)
        log.error("an update failed", trace=trace, bot=arrived.bot, update=arrived.number, exc_info=failed.error)
        await _tell(bot, sender(failed.told), "broken", trace=trace)
        what = f"{type(failed.error).__name__} · {failed.kind}"
        await tell_owners(bot, self._desk.bots.of(arrived.bot), "owner-broken", trace=trace, what=what)


async def _tell(bot: Bot, user: User | None, key: str, **facts: object) -> None:
    """Say it if it can be said; whoever cannot be reached now is not the worse for it."""
    if user is None:
        return
    words = words_in(Language.spoken(user.language_code))
    try:
        await Voice(bot, user.id).say(Rendering(words(key, **facts)))
    except (MessengerUnavailable, RecipientUnreachable) as trouble:
        log.warning("a customer could not be told", notice=key, reason=str(trouble))


def sender(told: object) -> User | None:
    """Return who caused an update."""
    user = getattr(told, "from_user", None) or getattr(told, "user", None)
    return user if isinstance(user, User) else None


def is_payment(told: object) -> bool:
    """Return whether money depends on an update: then it is tried again until it is handled."""
    return isinstance(told, Message) and told.successful_payment is not None
