"""S6 and S10: updates a second through the whole bot, beside a bare aiogram dispatcher with a trivial handler.

Both answer every update by calls to one and the same Telegram, which is here and answers at once.
"""

import asyncio
import contextlib
import tempfile
import time
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import CallbackQuery, Chat, Message

from avatar_core.ids import BotId
from benchmarks.crew import Crew, crew
from benchmarks.figures import Amount, AtLeast, AtMost, Curve, Figure, Findings, held_to
from benchmarks.filling import BOT
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from entrypoints.bot.callbacks import Tap, calling, read
from entrypoints.bot.desk import Desk
from entrypoints.bot.dispatcher import make_dispatcher
from entrypoints.bot.intake import Intake
from entrypoints.bot.limits import Limits
from entrypoints.bot.routes import TAPS
from entrypoints.bot.tongues import Tongues
from entrypoints.container.whole import bot_container
from entrypoints.opening import open_ground
from entrypoints.settings import load_settings
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import open_vendors

TOKEN = "123456:BENCHMARK"  # noqa: S105  (nobody's)
GOAL = AtLeast(0.5)
MOST_KB = 20
LOOKUPS = 20_000
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
    bots: Sequence[int]
    """In one process."""
    processes: Sequence[int]


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


def updates(batch: int, first_chat: int = 1_000) -> Iterator[list[Raw]]:
    """Give batches for ever: by turns the word /menu, and a tap on the menu's button."""
    numbers = count(1)
    while True:
        yield [_update(next(numbers), first_chat + chat, is_tap=chat % 2 == 1) for chat in range(batch)]


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


def a_bot(telegram: BaseSession) -> Bot:
    """Return a bot that talks to this Telegram."""
    return Bot(TOKEN, session=telegram, default=DefaultBotProperties(parse_mode=ParseMode.HTML))


@contextlib.asynccontextmanager
async def whole_bot(dsn: str, bots: Mapping[BotId, Bot]) -> AsyncIterator[Intake]:
    """Open the house as `avatar bot` does, on our database, but with bots that talk to the instant Telegram."""
    with tempfile.TemporaryDirectory(prefix="avatar-benchmarks-") as folder:
        settings = load_settings(
            None,
            bots={name: {"token": TOKEN} for name in bots},
            database_url=dsn,
            data_dir=Path(folder),
            replicate_token="nobody's",  # noqa: S106
            replicate_models=("nobody/avatars",),
        )
        async with open_ground(settings) as ground, open_vendors(ground) as house:
            tongues = Tongues()
            dispatcher = make_dispatcher(bot_container(house).get(Desk), ground.store.conversations, tongues)
            with rare_sweeps():
                yield Intake(ground.store.inbox, dispatcher, bots, ground.clock, Limits(tongues))


async def measure_updates(server: Server, size: UpdatesSize, rounds: Rounds) -> Findings:
    """Feed both by turns with the same batches, then whole bots in several processes."""
    telegram = InstantTelegram()
    bot = a_bot(telegram)
    dispatcher, coming = bare_dispatcher(), updates(size.batch)

    async def feed_bare(batch: list[Raw]) -> None:
        await asyncio.gather(*(dispatcher.feed_raw_update(bot, raw) for raw in batch))

    async with whole_bot(server.house_dsn, {BOT: bot}) as intake:
        bare, whole = Way(feed_bare), Way(lambda batch: intake.receive(BOT, batch), intake.drain)
        for way in (bare, whole, whole, whole):
            await rate(way, telegram, coming, 1)
        medians = await rounds.medians(
            {
                BARE: lambda: rate(bare, telegram, coming, size.batches),
                WHOLE: lambda: rate(whole, telegram, coming, size.batches),
            },
        )
    figure = Figure(
        code="S6",
        what=f"updates through the whole bot, {size.batch} at once",
        measured=Amount(medians[WHOLE], "/s"),
        limit_name="bare aiogram dispatcher",
        limit=Amount(medians[BARE], "/s"),
        goal=GOAL,
    )
    return Findings([figure, await _last_of_many_routes(rounds)], [await _over_processes(server, size, rounds)])


async def _last_of_many_routes(rounds: Rounds) -> Figure:
    """Compare the first and the last button of our table: routes are looked up, not tried one after the other."""
    taps = list(TAPS)

    async def nanoseconds(tap: str) -> float:
        began = time.perf_counter_ns()
        for _ in range(LOOKUPS):
            _, prefix, _ = read(tap)
            assert TAPS.get(prefix)
        return (time.perf_counter_ns() - began) / LOOKUPS

    first, last = taps[0], taps[-1]
    medians = await rounds.medians({first: lambda: nanoseconds(first), last: lambda: nanoseconds(last)})
    amounts = Amount(medians[last], "ns"), Amount(medians[first], "ns")
    return Figure("S6", f"finding the last of {len(taps)} routes", amounts[0], "the first", amounts[1], AtMost(2))


async def _over_processes(server: Server, size: UpdatesSize, rounds: Rounds) -> Curve:
    """Feed several bots at once, each in a process of its own and all on one database."""
    async with contextlib.AsyncExitStack() as open_crews:
        crews: dict[int, Crew] = {}
        numbers = count()  # no two processes share a bot or an update's number: a repeat is not answered
        for number_of in size.processes:
            amount = (str(size.batches), str(size.batch))
            tasks = [(server.house_dsn, str(number), *amount) for number in islice(numbers, number_of)]
            crews[number_of] = await open_crews.enter_async_context(crew("benchmarks.updating", tasks))
        medians = await rounds.medians({number_of: each.work for number_of, each in crews.items()})
    line = [(float(number_of), each) for number_of, each in medians.items()]
    return Curve("S6", "updates through whole bots over processes", "processes", "/s", {WHOLE: line})


async def measure_many_bots(server: Server, size: UpdatesSize, rounds: Rounds) -> Findings:
    """Feed updates that come one by one, as webhooks bring them, for one bot and for many in the same process."""
    telegram, ways = InstantTelegram(), {}
    coming = updates(size.batch)
    sizes_kb: dict[int, float] = {}
    async with whole_bot(server.house_dsn, {BOT: a_bot(telegram)}):
        pass  # what is loaded with the first house belongs to no bot
    async with contextlib.AsyncExitStack() as houses:
        for number_of in size.bots:
            names = [BotId(f"{BOT}_{number_of}_{number}") for number in range(number_of)]
            tracemalloc.start()
            bots = {name: a_bot(telegram) for name in names}
            intake = await houses.enter_async_context(whole_bot(server.house_dsn, bots))
            sizes_kb[number_of] = tracemalloc.get_traced_memory()[0] / 1024
            tracemalloc.stop()
            ways[number_of] = Way(partial(_each_alone, intake, cycle(names)), intake.drain)
            for _ in range(2):
                await rate(ways[number_of], telegram, coming, 1)
        medians = await rounds.medians(
            {number_of: partial(rate, way, telegram, coming, size.batches) for number_of, way in ways.items()}
        )
    few, many = min(size.bots), max(size.bots)
    each_kb = (sizes_kb[many] - sizes_kb[few]) / (many - few)
    amounts = Amount(medians[many], "/s"), Amount(medians[few], "/s")
    figures = [
        Figure("S10", f"updates for {many:,} bots in one process", amounts[0], "one bot", amounts[1], AtLeast(0.85)),
        held_to("S10", f"memory of each of {many:,} bots", Amount(each_kb, "KB"), MOST_KB, "the design's goal"),
    ]
    line = [(float(number_of), each) for number_of, each in medians.items()]
    return Findings(figures, [Curve("S6", "updates over bots in one process", "bots", "/s", {WHOLE: line})])


async def _each_alone(intake: Intake, names: Iterator[BotId], batch: list[Raw]) -> None:
    await asyncio.gather(*(intake.receive(next(names), [raw]) for raw in batch))


async def rate(way: Way, telegram: InstantTelegram, coming: Iterator[list[Raw]], number_of: int) -> float:
    """Return updates a second; each was answered: a word by one call, a tap by two.

    As in polling, the next batch is taken as soon as the one before is kept.
    """
    batches = [next(coming) for _ in range(number_of)]
    before, began = telegram.calls, time.perf_counter()
    for batch in batches:
        await way.feed(batch)
    await way.finish()
    taken_s = time.perf_counter() - began
    fed = sum(len(batch) for batch in batches)
    assert telegram.calls - before == fed + fed // 2
    return fed / taken_s
