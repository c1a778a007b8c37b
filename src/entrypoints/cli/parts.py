"""Running the parts of an installation until somebody ends them."""

import asyncio
import signal
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from entrypoints.running import run
from entrypoints.settings import Settings
from entrypoints.vendors import open_house


async def run_parts(parts: Collection[str], settings: Settings) -> bool:
    """Run these parts until Ctrl-C or SIGTERM; what is under way then is finished, within bounds."""

    async def running(stop: asyncio.Event) -> None:
        async with open_house(settings) as house:
            await run(house, stop, parts)

    await until_told(running)
    return True


async def until_told(work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run the work, and tell it to stop when the process is asked to; asked twice, it is ended at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    working = asyncio.ensure_future(work(stop))

    def told() -> None:
        if stop.is_set():
            working.cancel()
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, told)
    try:
        await asyncio.wait({working})
        if not working.cancelled():
            working.result()
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
