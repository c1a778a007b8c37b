"""One update of one customer: who it is, what they see, where the conversation stands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from adapters.telegram.messenger import Button, Rendering
from avatar_core.bots import BotProfile
from avatar_core.catalogue import Catalogue
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier
from avatar_core.ids import BotId
from avatar_core.plans import Feature
from avatar_core.use_cases.rights import may
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.desk import Desk
from entrypoints.bot.storage import Conversation
from entrypoints.bot.texts import Words, words_in
from entrypoints.bot.voice import Voice

Rows = tuple[tuple[Button, ...], ...]
Raw = Mapping[str, Any]
"""An update as Telegram tells it, in JSON."""
_MONEY = ("successful_payment", "refunded_payment")


class Place(StrEnum):
    """Where a conversation can stand; anything else is the menu."""

    NAME = "avatar.name"
    GENDER = "avatar.gender"
    PHOTOS = "avatar.photos"
    PROMPT = "portrait.prompt"
    SUPPORT = "support"


class Waiting(Protocol):
    """What else of the same chat waits to be handled."""

    @property
    def more(self) -> bool:
        """Whether something does."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """How an update came: for which bot, word for word, with what behind it in the same chat, for which time."""

    bot: BotId
    raw: Raw
    waiting: Waiting
    attempt: int = 1
    is_last: bool = False
    """Whether it waits for the next round of `Intake.recover` when it fails now."""

    @property
    def number(self) -> int:
        """Telegram's, of its own for each bot."""
        return int(self.raw["update_id"])


def tells_of_money(raw: Raw) -> bool:
    """Return whether an update says that money has moved: no limit holds it up, and it is never given up."""
    message = raw.get("message")
    return isinstance(message, Mapping) and any(name in message for name in _MONEY)


@dataclass(frozen=True, slots=True)
class Talk:
    """What a handler of a conversation gets."""

    desk: Desk
    arrived: Arrived
    dossier: Dossier
    voice: Voice
    conversation: Conversation
    resume: str | None = None
    """The button that takes the customer on when something was missing: stars or a plan."""

    @property
    def place(self) -> str | None:
        """Where the conversation stood when they wrote."""
        return self.conversation.place

    @property
    def remembered(self) -> Mapping[str, object]:
        """What had been remembered at this place."""
        return self.conversation.remembered

    @property
    def bot(self) -> BotId:
        """Which bot they wrote to."""
        return self.arrived.bot

    @property
    def customer(self) -> Customer:
        """Whom we talk to."""
        return self.dossier.customer

    @property
    def words(self) -> Words:
        """In which language."""
        return words_in(self.customer.language)

    @property
    def catalogue(self) -> Catalogue:
        """What is sold."""
        return self.desk.catalogue

    @property
    def profile(self) -> BotProfile:
        """What this bot's owner has set."""
        return self.desk.bots.of(self.bot)

    @property
    def now(self) -> datetime:
        """The time."""
        return self.desk.clock.now()

    def may(self, feature: Feature) -> bool:
        """Return whether the customer's plan opens a feature."""
        return may(self.dossier, self.catalogue, feature, self.now)

    def button(self, key: str, tap: Tap, *args: object, **facts: object) -> Button:
        """Draw a button that calls back."""
        return Button(self.words.plain(key, **facts), calling(tap, *args))

    def screen(self, key: str, rows: Rows = (), **facts: object) -> Rendering:
        """Draw a screen; the way to the menu is always there."""
        return Rendering(self.words(key, **facts), (*rows, (self.button("button-menu", Tap.MENU),)))

    def with_resume(self, resume: str) -> "Talk":
        """Return the talk that goes on with this button once what is missing was bought."""
        return replace(self, resume=resume)

    async def say(self, key: str, rows: Rows = (), **facts: object) -> int:
        """Send a new message; return its number."""
        return await self.voice.say(self.screen(key, rows, **facts))

    async def show(self, key: str, rows: Rows = (), **facts: object) -> int:
        """Answer in place of the tapped message, or with a new one."""
        return await self.voice.show(self.screen(key, rows, **facts))

    async def reread(self) -> "Talk":
        """Return the talk with the customer as of now."""
        return replace(self, dossier=await self.desk.read_customer(self.customer.id))

    async def enter(self, place: Place, **remembered: object) -> None:
        """Go on to a place of the conversation, and remember something there.

        Answer first, like before `leave`: an update that could not be answered is fed again, and has to find the place
        where it was said, or its words mean something else.
        """
        await self.conversation.enter(place, remembered)

    async def leave(self) -> None:
        """Leave the conversation, once it was answered; a draft stays where it is."""
        if self.place is not None:
            await self.conversation.leave()


Tapped = Callable[[Talk, list[str]], Awaitable[None]]
"""What a button does, given its arguments."""
Told = Callable[[Talk, str], Awaitable[None]]
"""What a text or a command's argument does."""
