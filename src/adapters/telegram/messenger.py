"""Messages to people, through the bot they came from (bug museum 51)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiogram import Bot
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
)
from aiogram.types import Message as SentMessage

from adapters.telegram.refusals import NO_BOT_S, MessageRefused, translated
from avatar_core.customers import Address
from avatar_core.errors import ImagesRefused, MessengerUnavailable
from avatar_core.events import Event
from avatar_core.ids import BotId, MessageId, PortraitOrderId


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it calls the bot back with ``data`` (1 to 64 bytes), or opens ``url``."""

    label: str
    data: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a button that does nothing, or two things."""
        if (self.data is None) == (self.url is None):
            raise ValueError(f"the button {self.label!r} needs either data or a link")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A message as it is sent: HTML of at most 4096 characters, and rows of buttons."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


class Renderer(Protocol):
    """Words the news in a person's language and role."""

    def render(self, address: Address, news: Event) -> Rendering:
        """Return the message; every event that is told has one."""
        ...


@dataclass(frozen=True, slots=True)
class TelegramMessenger:
    """Sends and edits messages.

    Every method raises RecipientUnreachable for who blocked the bot or is gone, MessengerUnavailable for a busy,
    broken or unreachable Telegram and for a bot without a working token, and MessageRefused, which is one, for a
    message that Telegram will not take.
    """

    bots: Mapping[BotId, Bot]
    renderer: Renderer

    async def tell(self, address: Address, news: Event) -> MessageId:
        """Send the news and return the message's number in the chat."""
        message, bot = self.renderer.render(address, news), self._bot(address)
        with translated():
            sent: SentMessage = await bot.send_message(
                address.telegram_id, message.text, reply_markup=_keyboard(message.buttons)
            )
        return MessageId(sent.message_id)

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        """Edit a message in place; the same content again is fine.  Raises MessageGone."""
        now, bot = self.renderer.render(address, news), self._bot(address)
        with translated():
            await bot.edit_message_text(
                now.text, chat_id=address.telegram_id, message_id=message, reply_markup=_keyboard(now.buttons)
            )

    async def send_images(self, address: Address, order: PortraitOrderId, images: Sequence[bytes]) -> None:
        """Send one to four JPEG images as photos, or as files when Telegram cannot draw them (over 10 MB, odd sides).

        Raises ImagesRefused when it takes them in no form.
        """
        bot = self._bot(address)
        files = [BufferedInputFile(image, f"{order}-{number}.jpg") for number, image in enumerate(images, start=1)]
        try:
            await _send_photos(bot, address.telegram_id, files)
        except MessageRefused:
            try:
                await _send_files(bot, address.telegram_id, files)
            except MessageRefused as refused:
                raise ImagesRefused from refused

    def _bot(self, address: Address) -> Bot:
        if address.bot not in self.bots:
            raise MessengerUnavailable(retry_after_s=NO_BOT_S)
        return self.bots[address.bot]


async def _send_photos(bot: Bot, chat: int, files: Sequence[BufferedInputFile]) -> None:
    """Send one photo, or an album, which has 2 to 10."""
    with translated():
        if len(files) == 1:
            await bot.send_photo(chat, files[0])
        else:
            await bot.send_media_group(chat, [InputMediaPhoto(media=file) for file in files])


async def _send_files(bot: Bot, chat: int, files: Sequence[BufferedInputFile]) -> None:
    with translated():
        if len(files) == 1:
            await bot.send_document(chat, files[0])
        else:
            await bot.send_media_group(chat, [InputMediaDocument(media=file) for file in files])


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    drawn = [[InlineKeyboardButton(text=one.label, callback_data=one.data, url=one.url) for one in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=drawn)
