"""S6: updates a second through the whole bot, beside a bare aiogram dispatcher with a trivial handler.

Both answer every update by calls to one and the same Telegram, which is here and answers at once.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import CallbackQuery, Chat, Message

from benchmarks.figures import Amount, AtLeast, Figure
from benchmarks.filling import BOT
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.desk import Desk
from entrypoints.bot.dispatcher import make_dispatcher
from entrypoints.bot.intake import Intake
from entrypoints.bot.storage import ConversationStorage
from entrypoints.container.whole import bot_container
from entrypoints.opening import open_ground
from entrypoints.settings import load_settings
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import open_vendors

TOKEN = "123456:BENCHMARK"  # noqa: S105  (nobody's)
GOAL = AtLeast(0.5)
BARE, WHOLE = "bare", "whole"
PERSON = {"id": 0, "is_bot": False, "first_name": "Fan", "last_name": "B", "username": "fan", "language_code": "ru"}
SENT_AT = 1_790_000_000
Raw = dict[str, Any]
Feed = Callable[[list[Raw]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class UpdatesSize:
    """How much is measured."""

    batches: int
    """A round."""
    batch: int
    """Updates that come at once, each from another chat; getUpdates brings at most 100."""


async def _nothing_is_left() -> None:
    """Nothing goes on behind it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to handle updates."""

    feed: Feed
    finish: Callable[[], Awaitable[None]] = _nothing_is_left
    """Returns once everything that was fed is handled."""


class InstantTelegram(BaseSession):
    """A Telegram that says yes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        sent_at = datetime.fromtimestamp(SENT_AT, UTC)
        self._sent = Message(message_id=1, date=sent_at, chat=Chat(id=1, type="private"))

    async def make_request(
        self,
        bot: Bot,  # noqa: ARG002  aiogram's
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ARG002, ASYNC109  the same
    ) -> TelegramType:
        """Answer with a message where one is due, else with yes."""
        self.calls += 1
        is_message = method.__returning__ is Message or method.__api_method__.startswith("editMessage")
        return cast("TelegramType", self._sent if is_message else True)

    async def close(self) -> None:
        """Nothing was opened."""

    async def stream_content(self, *_args: object, **_facts: object) -> AsyncGenerator[bytes, None]:
        """Send no files."""
        nothing: tuple[bytes, ...] = ()
        for piece in nothing:
            yield piece


def updates(size: UpdatesSize) -> Iterator[list[Raw]]:
    """Give batches for ever: by turns the word /menu, and a tap on the menu's button."""
    numbers = count(1)
    while True:
        yield [_update(next(numbers), 1_000 + chat, is_tap=chat % 2 == 1) for chat in range(size.batch)]


def _update(number: int, person_id: int, *, is_tap: bool) -> Raw:
    person = PERSON | {"id": person_id}
    chat = {"id": person_id, "type": "private", "first_name": "Fan"}
    message = {"message_id": number, "date": SENT_AT, "chat": chat, "text": "/menu"}
    if not is_tap:
        entities = [{"type": "bot_command", "offset": 0, "length": 5}]
        return {"update_id": number, "message": {**message, "from": person, "entities": entities}}
    query = {"id": str(number), "from": person, "chat_instance": "1", "data": calling(Tap.MENU), "message": message}
    return {"update_id": number, "callback_query": query}


def bare_dispatcher() -> Dispatcher:
    """Return what aiogram alone can do: two handlers that answer with a constant."""
    router = Router()

    async def menu(message: Message) -> None:
        await message.answer("menu")

    async def tapped(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("menu")
        await query.answer()

    router.message.register(menu)
    router.callback_query.register(tapped)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return dispatcher


@contextlib.asynccontextmanager
async def whole_bot(server: Server, bot: Bot) -> AsyncIterator[Intake]:
    """Open the house as `avatar bot` does, on our database, but with a bot that talks to the instant Telegram."""
    with tempfile.TemporaryDirectory(prefix="avatar-benchmarks-") as folder:
        settings = load_settings(
            None,
            bots={BOT: {"token": TOKEN}},
            database_url=server.house_dsn,
            data_dir=Path(folder),
            replicate_token="nobody's",  # noqa: S106
            replicate_models=("nobody/avatars",),
        )
        async with open_ground(settings) as ground, open_vendors(ground) as house:
            dispatcher = make_dispatcher(
                bot_container(house).get(Desk), ConversationStorage(ground.store.conversations)
            )
            with rare_sweeps():
                yield Intake(ground.store.inbox, dispatcher, {BOT: bot}, ground.clock)


async def measure_updates(server: Server, size: UpdatesSize, rounds: Rounds) -> list[Figure]:
    """Feed both by turns with the same batches."""
    telegram = InstantTelegram()
    bot = Bot(TOKEN, session=telegram, default=DefaultBotProperties(parse_mode=ParseMode.HTML))
    dispatcher, coming = bare_dispatcher(), updates(size)

    async def feed_bare(batch: list[Raw]) -> None:
        await asyncio.gather(*(dispatcher.feed_raw_update(bot, raw) for raw in batch))

    async with whole_bot(server, bot) as intake:

        async def feed_whole(batch: list[Raw]) -> None:
            await intake.receive(BOT, batch)

        bare, whole = Way(feed_bare), Way(feed_whole, intake.drain)
        for way in (bare, whole, whole):
            await _rate(way, telegram, coming, replace(size, batches=1))
        medians = await rounds.medians(
            {
                BARE: lambda: _rate(bare, telegram, coming, size),
                WHOLE: lambda: _rate(whole, telegram, coming, size),
            },
        )
    return [
        Figure(
            code="S6",
            what=f"updates through the whole bot, {size.batch} at once",
            measured=Amount(medians[WHOLE], "/s"),
            limit_name="bare aiogram dispatcher",
            limit=Amount(medians[BARE], "/s"),
            goal=GOAL,
        )
    ]


async def _rate(way: Way, telegram: InstantTelegram, coming: Iterator[list[Raw]], size: UpdatesSize) -> float:
    """Return updates a second; each was answered: a word by one call, a tap by two.

    As in polling, the next batch is taken as soon as the one before is kept.
    """
    batches = [next(coming) for _ in range(size.batches)]
    before, began = telegram.calls, time.perf_counter()
    for batch in batches:
        await way.feed(batch)
    await way.finish()
    taken_s = time.perf_counter() - began
    fed = size.batches * size.batch
    assert telegram.calls - before == fed + fed // 2
    return fed / taken_s
