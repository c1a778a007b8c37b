"""How fast one customer may go: beyond it, a word once, and nothing is done.  Money is never made to wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from aiogram import Bot

from adapters.telegram.messenger import Rendering
from avatar_core.customers import Language
from avatar_core.errors import MessengerUnavailable, RecipientUnreachable
from avatar_core.ids import BotId
from entrypoints.allowances import Allowances, Wait
from entrypoints.bot.callbacks import Tap, read
from entrypoints.bot.talk import Raw, tells_of_money
from entrypoints.bot.texts import words_in
from entrypoints.bot.tongues import Tongues
from entrypoints.bot.voice import Voice, patiently

QUOTING = frozenset({Tap.QUOTE_TRAINING, Tap.STYLE, Tap.QUOTE_PORTRAITS, Tap.REPEAT})
"""Buttons that make the price of something, which is stored."""
_UPLOADS = ("photo", "document")
log = structlog.get_logger(__name__)


def _unlimited() -> Allowances:
    return Allowances(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one customer may do in a minute, each of it on its own."""

    tongues: Tongues
    """The dispatcher's: whoever has to wait is told so in the language that they chose."""
    updates: Allowances = field(default_factory=_unlimited)
    photos: Allowances = field(default_factory=_unlimited)
    quotes: Allowances = field(default_factory=_unlimited)

    def take(self, bot: BotId, raw: Raw) -> Wait | None:
        """Use up what an update costs; return how long its sender has to wait, if there is nothing left."""
        message, tap = raw.get("message"), raw.get("callback_query")
        event = message or tap
        if not isinstance(event, Mapping) or tells_of_money(raw):
            return None
        who = (bot, _number_of(event.get("from")))
        if message and any(name in event for name in _UPLOADS):
            return self.photos.take(who)
        if tap and read(str(event.get("data", "")))[1] in QUOTING and (wait := self.quotes.take(who)):
            return wait
        return self.updates.take(who)

    def language_of(self, bot: BotId, raw: Raw) -> Language:
        """Return the language of whoever sent a message or tapped a button."""
        sender = (raw.get("callback_query") or raw.get("message") or {}).get("from", {})
        return self.tongues.spoken(bot, sender.get("id", 0), sender.get("language_code"))


async def tell_to_wait(bot: Bot, raw: Raw, wait: Wait, language: Language) -> None:
    """Say it in the customer's language: under the tapped button, or in the private chat; elsewhere nothing is said."""
    event = raw.get("callback_query") or raw.get("message") or {}
    words = words_in(language)
    try:
        if "callback_query" in raw:
            text = words.plain("too-fast", seconds=wait.seconds)
            await patiently(lambda: bot.answer_callback_query(event["id"], text=text, show_alert=True))
        elif event.get("chat", {}).get("type") == "private":
            await Voice(bot, event["chat"]["id"]).say(Rendering(words("too-fast", seconds=wait.seconds)))
    except (MessengerUnavailable, RecipientUnreachable) as trouble:
        log.info("nobody could be told to wait", reason=str(trouble))


def _number_of(sender: object) -> object:
    return sender.get("id") if isinstance(sender, Mapping) else None
