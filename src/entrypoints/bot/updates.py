"""Updates as aiogram reads them, without what it cannot read."""

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from entrypoints.bot.talk import Raw, tells_of_money

log = structlog.get_logger(__name__)


def update_of(raw: Raw, bot: Bot) -> Update:
    """Read an update, leaving out parts of a message that are in no form that aiogram knows.

    Telegram is ahead of it now and then, and whoever sent the message is to be answered all the same.
    Raises ValidationError for what cannot be read even so, and for money, which is not to be half understood.
    """
    context = {"bot": bot}
    try:
        return Update.model_validate(raw, context=context)
    except ValidationError as unreadable:
        if not (odd := _odd(unreadable)):
            raise
        rest = {**raw, "message": {name: part for name, part in raw["message"].items() if name not in odd}}
        if tells_of_money(rest) != tells_of_money(raw):
            raise
        log.warning("a part of a message cannot be read", update=raw.get("update_id"), parts=sorted(odd))
        return Update.model_validate(rest, context=context)


def _odd(unreadable: ValidationError) -> set[str]:
    """Return the names of the parts of the message that are to blame."""
    places = (error["loc"] for error in unreadable.errors(include_url=False, include_input=False))
    return {str(place[1]) for place in places if len(place) > 1 and place[0] == "message"}
