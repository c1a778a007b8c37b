"""The loop: virtual time, and an order that only the seed decides."""

import asyncio
import random
import time

import pytest

from entrypoints.simulation.loop import SeededLoop


def order_of(seed: int) -> list[int]:
    """Let ten callers come to a gate at once, and return in which order they pass."""
    loop, passed = SeededLoop(random.Random(seed)), []

    async def caller(number: int) -> None:
        await loop.gate()
        passed.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*(caller(number) for number in range(10)))

    loop.drive(all_of_them())
    return passed


def test_the_same_seed_draws_the_same_order() -> None:
    assert order_of(1) == order_of(1)


def test_other_seeds_draw_other_orders() -> None:
    assert len({tuple(order_of(seed)) for seed in range(20)}) > 15


def test_a_day_passes_at_once() -> None:
    loop = SeededLoop(random.Random(1))
    began = time.monotonic()
    loop.drive(asyncio.sleep(86_400))
    assert loop.time() == 86_400
    assert time.monotonic() - began < 10


def test_timeouts_are_of_virtual_time() -> None:
    loop = SeededLoop(random.Random(1))

    async def wait_in_vain() -> None:
        async with asyncio.timeout(30):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        loop.drive(wait_in_vain())
    assert loop.time() == 30


def test_waiting_for_each_other_is_said_instead_of_waited_for() -> None:
    async def wait_in_vain() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="everybody waits"):
        SeededLoop(random.Random(1)).drive(wait_in_vain())


def test_a_run_ends_after_so_many_steps() -> None:
    loop = SeededLoop(random.Random(1))

    async def go_on() -> None:
        while True:
            await loop.gate()

    assert loop.drive(go_on(), most_steps=100) is None
    assert loop.steps == 100
