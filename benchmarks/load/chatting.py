"""A process with many bots and the people who write to them: ``python -m benchmarks.load.chatting <dsn> <bots> …``."""

import asyncio
import sys

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

from avatar_core.ids import BotId
from benchmarks.load.member import Member, heard
from benchmarks.load.people import People
from benchmarks.updates import InstantTelegram, a_bot, whole_bot

CALLERS, ANSWER_WITHIN_S = 64, 60


class AnsweringTelegram(InstantTelegram):
    """Tells who waits in a chat that something was said there."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[int, asyncio.Event] = {}

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  aiogram's
    ) -> TelegramType:
        """Take what is said."""
        if event := self.waiting.get(getattr(method, "chat_id", 0)):
            event.set()
        return await super().make_request(bot, method, timeout)


async def main(dsn: str, bots: int, customers: int) -> None:
    """Bring updates one by one, and wait until each is answered."""
    heard()
    telegram, people = AnsweringTelegram(), People.coming(customers, bots)
    names = [BotId(f"bench_bot_{number}") for number in range(bots)]

    async with whole_bot(dsn, {name: a_bot(telegram) for name in names}) as intake:

        async def chat() -> None:
            bot, person, raw = people.write()
            while person in telegram.waiting:
                bot, person, raw = people.write()
            answered = telegram.waiting.setdefault(person, asyncio.Event())
            try:
                await intake.receive(bot, [raw])
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await answered.wait()
            finally:
                del telegram.waiting[person]

        await Member({"update": (chat, CALLERS)}).serve()
        await intake.drain()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
