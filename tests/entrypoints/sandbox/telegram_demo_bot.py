"""A small real aiogram bot, as a customer of the stand-in."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator

import httpx
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice
from PIL import Image

from adapters.telegram.bots import FinalSession
from entrypoints.sandbox.telegram import TelegramSandbox

TOKEN = "123456:TEST"
OTHER_TOKEN = "654321:OTHER"


class PromptSession(FinalSession):
    """A session that closes at once: it has no TLS to say goodbye to."""

    async def close(self) -> None:
        self.is_closed = True
        if self._session is not None:
            await self._session.close()


@contextlib.asynccontextmanager
async def bot_of(telegram: TelegramSandbox, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A bot that talks to the stand-in."""
    session = PromptSession(api=TelegramAPIServer.from_base(telegram.base_url), timeout=5)
    bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    try:
        yield bot
    finally:
        await session.close()


@contextlib.asynccontextmanager
async def polling(dispatcher: Dispatcher, *bots: Bot) -> AsyncIterator[None]:
    """Let the bots poll while the block runs."""
    task = asyncio.create_task(dispatcher.start_polling(*bots, handle_signals=False, close_bot_session=False))
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await task


async def api(telegram: TelegramSandbox, method: str, /, **params: object) -> dict[str, object]:
    """The raw JSON that a method answers to the usual bot."""
    return await api_as(telegram, TOKEN, method, **params)


async def api_as(telegram: TelegramSandbox, token: str, method: str, /, **params: object) -> dict[str, object]:
    """The raw JSON that a method answers to whoever has this token."""
    async with httpx.AsyncClient(base_url=telegram.base_url) as client:
        answer = await client.post(f"/bot{token}/{method}", json=params)
    body: dict[str, object] = answer.json()
    assert body["ok"] is answer.is_success
    assert body.get("error_code", 200) == answer.status_code
    return body


async def refused(telegram: TelegramSandbox, method: str, **params: object) -> object:
    """Return why a method is refused to the usual bot."""
    answer = await api(telegram, method, **params)
    assert answer["ok"] is False
    return answer["description"]


def picture(width_px: int = 640, height_px: int = 480, colour: str = "teal") -> bytes:
    """A JPEG of one colour."""
    encoded = io.BytesIO()
    Image.new("RGB", (width_px, height_px), colour).save(encoded, "JPEG")
    return encoded.getvalue()


def buttons(**labels: str) -> InlineKeyboardMarkup:
    """An inline keyboard, one button a row: callback data to label."""
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=data)] for data, label in labels.items()]
    )


def stars(amount: int) -> list[LabeledPrice]:
    """A price in Stars."""
    return [LabeledPrice(label="Plan", amount=amount)]
