"""What the customer of the demo does: from /start to the second set of portraits, as a person would."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from avatar_core.avatars import Gender
from avatar_core.pricing import MAX_IMAGES
from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram import CannotDo, ChatMessage, Customer

ALBUM = 10
PATIENCE_S = 30.0
RUN_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Person:
    """The customer, the words they type, and how long they look at the screen before they do anything."""

    chat: Customer
    avatar_name: str
    wish: str
    looks_s: float = 0.6

    async def write(self, text: str) -> None:
        """Type a text."""
        await self._look()
        await self.chat.write(text)

    async def send(self, photos: Sequence[bytes]) -> None:
        """Send an album, and what does not fit into it as files."""
        await self._look()
        await self.chat.send_album(list(photos[:ALBUM]))
        for photo in photos[ALBUM:]:
            await self.chat.send_document(photo, "photo.jpg", "image/jpeg")

    async def press(self, tap: Tap, *, says: str = "") -> None:
        """Press the newest button that does this, waiting for it; ``says`` is a pattern for what it carries.

        Raises TimeoutError, with the whole chat.
        """

        def offered() -> tuple[ChatMessage, str] | None:
            return next(_buttons(self.chat, tap, says), None)

        await self.chat.wait_until(lambda: offered() is not None, PATIENCE_S)
        await self._look()
        found = offered()
        if found is None:
            raise CannotDo(f"the button {tap} {says} has gone")
        await self.chat.tap(found[1], found[0])

    async def pay(self) -> None:
        """Pay the invoice that comes, and wait until the bot says what was credited."""
        await self.chat.wait_for(lambda one: one.invoice is not None, PATIENCE_S)
        await self._look()
        outcome = await self.chat.pay()
        if not outcome.is_paid:
            raise CannotDo(f"the payment was refused: {outcome.failure}")
        await self.sees(lambda one: bool(one.buttons))

    async def sees(self, wanted: Callable[[ChatMessage], bool] = bool, timeout_s: float = PATIENCE_S) -> ChatMessage:
        """Wait for an answer of the bot's.  Raises TimeoutError, with the whole chat."""
        return await self.chat.wait_for(wanted, timeout_s)

    async def _look(self) -> None:
        await asyncio.sleep(self.looks_s)


async def subscribe_and_top_up(person: Person) -> None:
    """Begin, buy a plan and a pack of stars, and pay both."""
    await person.write("/start")
    await person.press(Tap.PLANS)
    await person.press(Tap.BUY, says="^NEUROPHOTO")
    await person.pay()
    await person.write("/menu")
    await person.press(Tap.TOP_UP)
    await person.press(Tap.BUY, says="^xtr-100:")
    await person.pay()


async def train(person: Person, photos: Sequence[bytes]) -> bool:
    """Prepare an avatar from photos, order its training, wait for the end; return whether there is a model."""
    await person.write("/menu")
    await person.press(Tap.AVATARS)
    await person.sees()
    await person.write(person.avatar_name)
    await person.press(Tap.GENDER, says=Gender.FEMALE)
    await person.sees()
    await person.send(photos)
    await person.sees(lambda one: f" {len(photos)} " in one.text and _offers(one, Tap.STEPS))
    await person.press(Tap.STEPS)
    await person.press(Tap.QUOTE_TRAINING, says="^flux-dev-lora:1000$")
    await person.press(Tap.TRAIN)
    ended = await person.sees(lambda one: _offers(one, Tap.STYLE) or _offers(one, Tap.AVATARS), RUN_PATIENCE_S)
    return _offers(ended, Tap.STYLE)


async def order_portraits(person: Person) -> None:
    """Order one portrait in a style, then four in the customer's own words."""
    await person.press(Tap.STYLE)
    await person.press(Tap.PAINT)
    await _delivered(person.chat, 1)
    await person.press(Tap.NEW_WORDS)
    await person.press(Tap.OWN_WORDS)
    await person.sees()
    await person.write(person.wish)
    await person.press(Tap.QUOTE_PORTRAITS, says=":4$")
    await person.sees(lambda one: _offers(one, Tap.PAINT))
    await person.press(Tap.PAINT)
    await _delivered(person.chat, 1 + MAX_IMAGES)


async def look_at_the_balance(person: Person) -> None:
    """Ask for the balance, and why it is so."""
    await person.write("/balance")
    await person.press(Tap.STATEMENT)
    await person.sees()


def images(chat: Customer) -> list[bytes]:
    """Return the pictures that the bot has sent, in order."""
    return [one.photo for one in chat.received if one.photo]


async def _delivered(chat: Customer, count: int) -> None:
    """Wait for so many pictures in all, and for the words that come after them."""
    await chat.wait_until(lambda: len(images(chat)) >= count, RUN_PATIENCE_S)
    await chat.wait_for(lambda one: _offers(one, Tap.NEW_WORDS), PATIENCE_S)


def _buttons(chat: Customer, tap: Tap, says: str) -> Iterator[tuple[ChatMessage, str]]:
    """Give the buttons that do this, with the messages they stand under, the newest first."""
    for message in reversed(chat.received):
        for button in message.buttons:
            data = button.data or ""
            prefix, _, rest = data.removeprefix("+").partition(":")
            if prefix == tap and re.search(says, rest):
                yield message, data


def _offers(message: ChatMessage, tap: Tap) -> bool:
    return any((button.data or "").removeprefix("+").partition(":")[0] == tap for button in message.buttons)
