"""The claim to a task while it is carried out."""

import asyncio
from collections.abc import Iterator

import pytest

from entrypoints.worker.claim import Claim, LeaseLost, Renew

EVERY_S = 0.01


KEPT, LOST = "kept", "lost"


def answering(*answers: str | Exception) -> Renew:
    """Return what answers each renewal in turn; one too many is an error."""
    left: Iterator[str | Exception] = iter(answers)

    async def renew() -> bool:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer == KEPT

    return renew


async def test_a_claim_is_renewed_until_it_is_lost_and_then_the_task_ends() -> None:
    with pytest.raises(LeaseLost):
        async with Claim(answering(KEPT, KEPT, LOST), EVERY_S, 10.0):
            await asyncio.Event().wait()


async def test_a_defect_in_renewing_ends_the_task_with_it() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Claim(answering(ZeroDivisionError()), EVERY_S, 10.0):
            await asyncio.Event().wait()


async def test_a_task_that_takes_too_long_ends_although_its_claim_is_kept() -> None:
    with pytest.raises(TimeoutError):
        async with Claim(answering(*[KEPT] * 100), EVERY_S, 3.5 * EVERY_S):
            await asyncio.Event().wait()


@pytest.mark.parametrize("answer", [KEPT, LOST, ZeroDivisionError()])
async def test_an_error_of_the_task_itself_is_left_as_it_is(answer: str | Exception) -> None:
    with pytest.raises(TimeoutError, match="its own"):
        async with Claim(answering(answer), EVERY_S, 10.0):
            raise TimeoutError("its own")


async def test_a_quick_task_is_not_renewed() -> None:
    asked = []

    async def renew() -> bool:
        asked.append("renewed")
        return True

    async with Claim(renew, EVERY_S, 10.0):
        await asyncio.sleep(0)
    await asyncio.sleep(3 * EVERY_S)
    assert asked == []


async def test_whoever_cancels_the_task_cancels_the_renewing_too() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def renew() -> bool:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return True

    async def carry() -> None:
        async with Claim(renew, EVERY_S, 10.0):
            await asyncio.Event().wait()

    task = asyncio.create_task(carry())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
