"""Telling a bot's owners what concerns them alone; a notice that fails changes nothing for anybody (museum 50)."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiogram import Bot

from adapters.telegram.messenger import Rendering
from avatar_core.bots import BotProfile
from avatar_core.customers import Language
from avatar_core.errors import MessengerUnavailable, RecipientUnreachable
from entrypoints.bot.talk import Place, Talk
from entrypoints.bot.texts import in_parts, words_in
from entrypoints.bot.voice import Voice

PASSED_ON = "passed_on"
"""The update whose question the owners have: fed once more, it is only answered."""
log = structlog.get_logger(__name__)


async def tell_owners(bot: Bot, profile: BotProfile, key: str, **facts: object) -> int:
    """Tell each owner in their language; return how many could be told."""
    words = words_in(Language.spoken(profile.owner_language))
    return (await _tell(bot, profile, key, [words(key, **facts)])).owners


async def tell_owners_surely(bot: Bot, profile: BotProfile, key: str, **facts: object) -> None:
    """Tell the owners what nothing else will tell them.  Raises MessengerUnavailable when it could not be said."""
    words = words_in(Language.spoken(profile.owner_language))
    told = await _tell(bot, profile, key, [words(key, **facts)])
    if told.trouble and not told.owners:
        raise told.trouble


@dataclass(slots=True)
class _Told:
    """How many owners got it all, and what kept it from others who can be reached later."""

    owners: int = 0
    trouble: MessengerUnavailable | None = None


async def _tell(bot: Bot, profile: BotProfile, notice: str, texts: Sequence[str]) -> _Told:
    told = _Told()
    for owner in profile.owners:
        try:
            for text in texts:
                await Voice(bot, owner).say(Rendering(text))
        except (RecipientUnreachable, MessengerUnavailable) as trouble:
            log.warning("an owner could not be told", bot=profile.bot, owner=owner, notice=notice, reason=str(trouble))
            told.trouble = trouble if isinstance(trouble, MessengerUnavailable) else told.trouble
        else:
            told.owners += 1
    return told


async def pass_question_on(talk: Talk, text: str) -> None:
    """Bring a customer's question to the owners, whole, and say honestly whether it arrived."""
    told = talk.remembered.get(PASSED_ON) == talk.arrived.number
    if not told and (told := await _pass_on(talk, text)):
        await talk.enter(Place.SUPPORT, **{PASSED_ON: talk.arrived.number})
    await talk.say("question-passed-on" if told else "question-lost")
    await talk.leave()


async def _pass_on(talk: Talk, text: str) -> bool:
    words = words_in(Language.spoken(talk.profile.owner_language))
    facts = {"person": talk.customer.name, "telegram": str(talk.customer.telegram_id), "customer": talk.customer.id}
    first, *more = in_parts(text)
    texts = [words("owner-question", text=first, **facts), *(words("owner-question-more", text=part) for part in more)]
    return (await _tell(talk.voice.bot, talk.profile, "owner-question", texts)).owners > 0
