"""A web process that takes the webhooks of many bots: ``python -m benchmarks.load.webbing <dsn> <bots>``."""

import asyncio
import sys
import tempfile

from benchmarks.load.member import Member, heard
from benchmarks.load.settings import settings_of
from benchmarks.updates import InstantTelegram
from entrypoints.opening import open_ground
from entrypoints.running import WEB, run
from entrypoints.vendors import open_vendors
from entrypoints.web.serving import listening


async def main(dsn: str, bots: int) -> None:
    """Say the port, and serve until the input ends."""
    heard()
    with listening("127.0.0.1", 0) as listener, tempfile.TemporaryDirectory(prefix="avatar-load-") as folder:
        settings = settings_of(dsn, folder, bots)
        async with open_ground(settings) as ground, open_vendors(ground) as house:
            telegram, stop = InstantTelegram(), asyncio.Event()
            for bot in house.telegram.bots.values():
                bot.session = telegram
            serving = asyncio.create_task(run(house, stop, (WEB,), listener))
            await Member({}).serve(listener.getsockname()[1])
            stop.set()
            await serving


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
