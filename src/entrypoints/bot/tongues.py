"""The languages that people chose, as this process has met them: for words that must not have to ask the store."""

from aiogram.types import User

from avatar_core.customers import Language
from avatar_core.ids import BotId

MOST = 10_000
"""People remembered, those who were met last; only who speaks another language than their Telegram needs it."""


class Tongues:
    """Who speaks what; for everybody else Telegram's language counts."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[BotId, int], Language] = {}

    def note(self, bot: BotId, user: User, language: Language) -> None:
        """Remember in which language somebody is spoken to."""
        self._chosen.pop((bot, user.id), None)
        if language is not Language.spoken(user.language_code):
            self._chosen[bot, user.id] = language
        if len(self._chosen) > MOST:
            del self._chosen[next(iter(self._chosen))]

    def of(self, bot: BotId, user: User) -> Language:
        """Return in which language to speak to somebody."""
        return self.spoken(bot, user.id, user.language_code)

    def spoken(self, bot: BotId, number: int, code: str | None) -> Language:
        """Return in which language to speak to somebody by their number, and what their Telegram speaks."""
        return self._chosen.get((bot, number), Language.spoken(code))
