"""A process with a whole bot: ``python -m benchmarks.updating <dsn> <number> <batches> <batch>``."""

import asyncio
import sys

from avatar_core.ids import BotId
from benchmarks.crew import serve
from benchmarks.updates import InstantTelegram, Way, a_bot, rate, updates, whole_bot


async def main(dsn: str, number: int, batches: int, batch: int) -> None:
    """Handle these batches each time; chats are this process's own."""
    telegram, name = InstantTelegram(), BotId(f"bench_bot_of_process_{number}")
    coming = updates(batch, 1_000_000 * (number + 2))
    async with whole_bot(dsn, {name: a_bot(telegram)}) as intake:
        way = Way(lambda raws: intake.receive(name, raws), intake.drain)
        for _ in range(3):
            await rate(way, telegram, coming, 1)
        await serve(lambda: rate(way, telegram, coming, batches))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
