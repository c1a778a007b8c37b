"""S7: how long Telegram waits for the answer to a pre-checkout query, while payments are settled beside it."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiogram import Bot
from aiogram.methods import AnswerPreCheckoutQuery, TelegramMethod
from aiogram.methods.base import TelegramType

from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from benchmarks.figures import Amount, Figure, Findings, held_to
from benchmarks.filling import BOT, CLOCK, NAMES, PaymentModels, filled_payment
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from benchmarks.till import Shop, Till, Way
from benchmarks.updates import InstantTelegram, Raw, a_bot, whole_bot
from entrypoints.bot.intake import Intake

P99 = 0.99
MOST_MS = 50
ALONE, BUSY = "alone", "busy"
SETTLERS = 8


@dataclass(frozen=True, slots=True)
class QuestionSize:
    """How much is measured."""

    customers: int
    questions: int
    """A round."""
    every_s: float
    stock: int
    """Payments that are settled meanwhile; when they are used up the rest of the round is calm."""


class AskingTelegram(InstantTelegram):
    """Notes when each question was answered, and that it was a yes."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: dict[str, asyncio.Future[float]] = {}

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  aiogram's
    ) -> TelegramType:
        """Take the answer."""
        if isinstance(method, AnswerPreCheckoutQuery):
            assert method.ok, method.error_message
            self.answered[method.pre_checkout_query_id].set_result(asyncio.get_running_loop().time())
        return await super().make_request(bot, method, timeout)


async def measure_questions(server: Server, size: QuestionSize, rounds: Rounds) -> Findings:
    """Ask about open invoices at a steady pace: with nobody else, and under the load of S1."""
    async with server.house(1) as database:
        shop = Shop(database, await PaymentModels.written(database), size.stock)
        till = await shop.till(rounds.count)
        asked = await shop.till()
        await shop.crowd(size.customers)
    telegram = AskingTelegram()
    async with server.house(SETTLERS) as pool, whole_bot(server.house_dsn, {BOT: a_bot(telegram)}) as intake:
        asking = _Asking(intake, telegram, asked, size)
        settling = Way(till, till.settle, SETTLERS)
        begin = PostgresBeginUnitOfWork(pool, NAMES, CLOCK)
        await asking.slowest_ms(2 * SETTLERS)

        async def busy() -> float:
            async with _meanwhile(settling, begin):
                return await asking.slowest_ms(size.questions)

        medians = await rounds.medians({ALONE: lambda: asking.slowest_ms(size.questions), BUSY: busy})
    what = f"pre-checkout p99 beside settlements, {size.customers:,} customers"
    alone = Amount(medians[ALONE], "ms")
    return Findings(
        [
            held_to("S7", what, Amount(medians[BUSY], "ms"), MOST_MS, "the design's goal"),
            Figure("S7", "the same", Amount(medians[BUSY], "ms"), "nothing else going on", alone),
        ]
    )


@asynccontextmanager
async def _meanwhile(settling: Way, begin: PostgresBeginUnitOfWork) -> AsyncIterator[None]:
    load = asyncio.create_task(settling.rate(begin, math.inf))
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        load.cancel()
        with suppress(asyncio.CancelledError):
            await load


@dataclass(frozen=True, slots=True)
class _Asking:
    intake: Intake
    telegram: AskingTelegram
    till: Till
    size: QuestionSize

    async def slowest_ms(self, questions: int) -> float:
        """Return the 99th percentile of the time from the update's arrival to the answer."""
        taken = await asyncio.gather(*(self._ask(place * self.size.every_s) for place in range(questions)))
        return 1000 * sorted(taken)[math.ceil(P99 * questions) - 1]

    async def _ask(self, after_s: float) -> float:
        await asyncio.sleep(after_s)
        loop, number = asyncio.get_running_loop(), self.till.take()
        query = str(number)
        self.telegram.answered[query] = loop.create_future()
        asked_at = loop.time()
        await self.intake.receive(BOT, [_question(number)])
        return await self.telegram.answered[query] - asked_at


def _question(number: int) -> Raw:
    person = {"id": 1_000_000_000 + number, "is_bot": False, "first_name": "A customer", "language_code": "ru"}
    query = {"id": str(number), "from": person, "currency": "XTR", "total_amount": 476}
    return {"update_id": number, "pre_checkout_query": {**query, "invoice_payload": filled_payment(number)}}
