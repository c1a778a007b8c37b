"""Writing into one chat, with the patience that Telegram asks for (429, 5xx, network)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import (
    BufferedInputFile,
    Document,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LabeledPrice,
    PhotoSize,
    ReplyParameters,
)
from aiohttp import ClientError

from adapters.telegram.messenger import Button, Rendering
from adapters.telegram.refusals import MessageRefused, translated
from avatar_core.errors import MessageGone, MessengerUnavailable, PhotoRefused
from avatar_core.payments import Payment
from avatar_core.photos import LARGEST_BYTES, PhotoProblem

ATTEMPTS = 3
LONGEST_PAUSE_S = 5.0
"""A chat that has to be silent for longer gets its answer when the update is tried again."""
FORWARDED = "buy"
"""What a forwarded invoice opens instead of a payment: a copy must not be payable by others."""
AFTER_DOWNLOAD_S = 1.0
KEYBOARDS = 512
"""Kept as they were drawn: pydantic takes 15 µs to check a button, and the menu has ten."""
Result = TypeVar("Result")


@dataclass(eq=False)
class DownloadFailed(MessengerUnavailable):
    """Telegram did not hand a file over; ``reason`` is the name of the network's error."""

    wording = "a file could not be downloaded: {reason}"
    reason: str


@dataclass(eq=False)
class FileUnavailable(MessengerUnavailable):
    """Telegram has no such file, or has it not at the moment: it says the same of both."""

    wording = "Telegram does not hand the file over: {reason}"
    reason: str


async def patiently(ask: Callable[[], Awaitable[Result]]) -> Result | None:
    """Ask Telegram, again after the pause it names; None when an edit changes nothing.

    Raises RecipientUnreachable, MessageGone, MessageRefused, and MessengerUnavailable in the end.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _asked(ask)
        except MessengerUnavailable as busy:
            is_final = isinstance(busy, MessageRefused) or attempt == ATTEMPTS
            if is_final or busy.retry_after_s > LONGEST_PAUSE_S:
                raise
            await asyncio.sleep(busy.retry_after_s)
    return None


async def _asked(ask: Callable[[], Awaitable[Result]]) -> Result | None:
    answer: Result | None = None
    with translated():
        answer = await ask()
    return answer  # noqa: RET504 - an edit that changes nothing leaves the block without an answer


def keyboard(screen: Rendering) -> InlineKeyboardMarkup | None:
    """Draw a screen's buttons."""
    return _keyboard(screen.buttons) if screen.buttons else None


@lru_cache(maxsize=KEYBOARDS)
def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup:
    drawn = [[InlineKeyboardButton(text=one.label, callback_data=one.data, url=one.url) for one in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=drawn)


class _Bounded(BytesIO):
    """Memory for one photo, and no more."""

    def write(self, piece: Any, /) -> int:  # noqa: ANN401  (whatever BytesIO takes)
        """Take a piece.  Raises PhotoRefused when the whole is too large."""
        written = super().write(piece)
        if self.tell() > LARGEST_BYTES:
            raise PhotoRefused(reason=PhotoProblem.TOO_LARGE)
        return written


@dataclass(frozen=True, slots=True)
class Voice:
    """One chat, and the message whose button was tapped, if one was."""

    bot: Bot
    chat: int
    place: int | None = None
    unchanged: list[int] = field(default_factory=list)
    """Messages whose edit changed nothing: what was asked for is on the screen already."""

    async def username(self) -> str:
        """Return what Telegram calls the bot; aiogram asks once and keeps it."""
        me = await patiently(self.bot.me)
        return (me and me.username) or ""

    async def say(self, screen: Rendering, *, reply_to: int | None = None) -> int:
        """Send a new message; return its number."""
        quoting = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to else None
        sent = await patiently(
            lambda: self.bot(
                SendMessage(
                    chat_id=self.chat, text=screen.text, reply_markup=keyboard(screen), reply_parameters=quoting
                )
            )
        )
        return sent.message_id if sent else 0

    async def show(self, screen: Rendering) -> int:
        """Put the screen in place of the tapped message, or send it when there is none."""
        return await self.amend(self.place, screen) if self.place else await self.say(screen)

    async def amend(self, message: int, screen: Rendering) -> int:
        """Edit a message; return its number, or a new one's when it is gone or cannot be edited."""
        try:
            edited = await patiently(
                lambda: self.bot(
                    EditMessageText(
                        text=screen.text, chat_id=self.chat, message_id=message, reply_markup=keyboard(screen)
                    )
                )
            )
        except (MessageGone, MessageRefused):
            return await self.say(screen)
        if edited is None:
            self.unchanged.append(message)
        return message

    async def erase(self, message: int) -> None:
        """Delete a message that another one replaces; one that cannot be deleted stays."""
        try:
            await patiently(lambda: self.bot.delete_message(self.chat, message))
        except (MessageGone, MessageRefused):
            return

    async def invoice(self, payment: Payment, title: str, description: str) -> None:
        """Send an invoice in Telegram Stars; only its own customer is let through at pre-checkout."""
        price = [LabeledPrice(label=title, amount=payment.price.minor)]
        await patiently(
            lambda: self.bot.send_invoice(
                self.chat,
                title=title,
                description=description,
                payload=payment.id,
                currency=payment.price.currency,
                prices=price,
                provider_token="",
                start_parameter=FORWARDED,
            )
        )

    async def download(self, file: PhotoSize | Document) -> bytes:
        """Return what was sent.  Raises MessengerUnavailable, without the link: the bot's token is in it.

        Raises FileUnavailable for what Telegram does not hand over, and PhotoRefused for more than a photo may have,
        whatever size was told before.
        """
        found = _Bounded()
        try:
            await patiently(lambda: self.bot.download(file, destination=found))
        except (ClientError, TimeoutError) as trouble:
            kind = type(trouble).__name__
            raise DownloadFailed(retry_after_s=AFTER_DOWNLOAD_S, reason=kind) from None
        except MessageRefused as refused:
            raise FileUnavailable(retry_after_s=AFTER_DOWNLOAD_S, reason=refused.reason) from refused
        return found.getvalue()

    async def album(self, photos: Sequence[tuple[str, bytes]]) -> None:
        """Send up to ten photos by name and content; as files when Telegram cannot draw one of them."""
        files = [BufferedInputFile(content, name) for name, content in photos]
        try:
            await self._album(files)
        except MessageRefused:
            await self._files(files)

    async def _album(self, files: list[BufferedInputFile]) -> None:
        if len(files) == 1:
            await patiently(lambda: self.bot.send_photo(self.chat, files[0]))
        else:
            await patiently(
                lambda: self.bot.send_media_group(self.chat, [InputMediaPhoto(media=file) for file in files])
            )

    async def _files(self, files: list[BufferedInputFile]) -> None:
        if len(files) == 1:
            await patiently(lambda: self.bot.send_document(self.chat, files[0]))
        else:
            await patiently(
                lambda: self.bot.send_media_group(self.chat, [InputMediaDocument(media=file) for file in files])
            )
