"""The parts of a process: what crashes is started again, what does not end is ended; and the bell."""

import asyncio

from entrypoints.worker.bell import Bell
from entrypoints.worker.supervision import supervise
from tests.entrypoints.worker.stage import SOON_S, until


async def test_a_part_that_crashes_is_started_again_and_the_others_go_on() -> None:
    """Bug museum 47: one unhandled error stopped all bots."""
    starts = {"shaky": 0, "steady": 0}
    stop = asyncio.Event()

    async def shaky(told: asyncio.Event) -> None:
        starts["shaky"] += 1
        if starts["shaky"] < 2:
            raise RuntimeError("a defect")
        await told.wait()

    async def steady(told: asyncio.Event) -> None:
        starts["steady"] += 1
        await told.wait()

    running = asyncio.create_task(supervise({"shaky": shaky, "steady": steady}, stop))
    await until(lambda: starts["shaky"] == 2)
    stop.set()
    await running
    assert starts == {"shaky": 2, "steady": 1}


async def test_a_part_that_does_not_end_is_ended() -> None:
    stop, ended = asyncio.Event(), []

    async def deaf(told: asyncio.Event) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("deaf")

    running = asyncio.create_task(supervise({"deaf": deaf}, stop, stop_within_s=0.05))
    await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(SOON_S):
        await running
    assert ended == ["deaf"]


async def test_a_ring_before_anybody_waits_is_not_lost() -> None:
    bell = Bell()
    async with bell.listening() as ear:
        bell.ring()
        async with asyncio.timeout(SOON_S):
            await ear.wait(3600)
