"""Keeping the parts of a process running: one that crashes is started again, the others do not notice."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0
"""A part that ran so long begins with the shortest pause again."""
STOP_WITHIN_S = 20.0

_log = structlog.get_logger(__name__)


async def supervise(parts: Mapping[str, Part], stop: asyncio.Event, *, stop_within_s: float = STOP_WITHIN_S) -> None:
    """Run all parts until told to stop, and start again whichever ends before; then give them some seconds to end."""
    async with asyncio.TaskGroup() as group:
        for name, part in parts.items():
            group.create_task(_keep_running(name, part, stop, stop_within_s), name=name)


async def _keep_running(name: str, part: Part, stop: asyncio.Event, stop_within_s: float) -> None:
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        started = time.monotonic()
        try:
            await _run(part, stop, stop_within_s)
        except Exception:  # noqa: BLE001  (the edge of a part)
            _log.exception("part crashed, starting it again", part=name, pause_s=pause_s)
        else:
            if stop.is_set():
                return
            _log.error("part ended by itself, starting it again", part=name, pause_s=pause_s)
        if time.monotonic() - started > HEALTHY_AFTER_S:
            pause_s = FIRST_PAUSE_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _run(part: Part, stop: asyncio.Event, stop_within_s: float) -> None:
    """Run one part; once told to stop it gets so many seconds, and is cancelled after them."""
    running = asyncio.ensure_future(part(stop))
    told = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await asyncio.wait({running}, timeout=stop_within_s)
        if running.done():
            running.result()
    finally:
        for each in (running, told):
            each.cancel()
        await asyncio.wait({running, told})
