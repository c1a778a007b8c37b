"""Telling a bot's owners what concerns them alone; a notice that fails changes nothing for anybody (museum 50)."""

import structlog
from aiogram import Bot

from adapters.telegram.messenger import Rendering
from avatar_core.bots import BotProfile
from avatar_core.customers import Language
from avatar_core.errors import MessengerUnavailable, RecipientUnreachable
from entrypoints.bot.talk import Talk
from entrypoints.bot.texts import words_in
from entrypoints.bot.voice import Voice

log = structlog.get_logger(__name__)


async def tell_owners(bot: Bot, profile: BotProfile, key: str, **facts: object) -> int:
    """Tell each owner in their language; return how many could be told."""
    words, told = words_in(Language.spoken(profile.owner_language)), 0
    for owner in profile.owners:
        try:
            await Voice(bot, owner).say(Rendering(words(key, **facts)))
        except (RecipientUnreachable, MessengerUnavailable) as trouble:
            log.warning("an owner could not be told", bot=profile.bot, owner=owner, notice=key, reason=str(trouble))
        else:
            told += 1
    return told


async def pass_question_on(talk: Talk, text: str) -> None:
    """Bring a customer's question to the owners, and say honestly whether it arrived."""
    await talk.leave()
    facts = {"person": talk.customer.name, "telegram": str(talk.customer.telegram_id), "customer": talk.customer.id}
    told = await tell_owners(talk.voice.bot, talk.profile, "owner-question", text=text, **facts)
    await talk.say("question-passed-on" if told else "question-lost")
