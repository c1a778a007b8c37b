"""A process with many bots and the people who write to them: ``python -m benchmarks.load.chatting <dsn> <bots>``."""

import asyncio
import random
import sys
from itertools import count

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

from avatar_core.ids import BotId
from benchmarks.load.member import Member
from benchmarks.updates import InstantTelegram, a_bot, updates, whole_bot

CALLERS, PEOPLE = 64, 20_000


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


async def main(dsn: str, bots: int) -> None:
    """Bring updates one by one, each to a bot by chance, and wait until each is answered."""
    telegram, numbers = AnsweringTelegram(), count(1)
    names = [BotId(f"bench_bot_{number}") for number in range(bots)]

    async with whole_bot(dsn, {name: a_bot(telegram) for name in names}) as intake:

        async def chat() -> None:
            person = 2_000_000_000 + random.randrange(PEOPLE)
            answered = telegram.waiting.setdefault(person, asyncio.Event())
            (raw,) = next(updates(1, person))
            await intake.receive(random.choice(names), [{**raw, "update_id": next(numbers)}])
            async with asyncio.timeout(60):
                await answered.wait()
            telegram.waiting.pop(person, None)

        await Member({"update": (chat, CALLERS)}).serve()
        await intake.drain()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
