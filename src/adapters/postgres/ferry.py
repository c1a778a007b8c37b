"""Group commit: what queues while one statement is under way crosses together in the next.

A round trip and a commit cost the same for one payment as for twenty; whoever is alone does not wait for company.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from avatar_core.errors import StoreUnavailable

Load = TypeVar("Load")
Answer = TypeVar("Answer")
Aboard: TypeAlias = list[tuple[Load, asyncio.Future[Answer]]]

BOATS = 2
"""Statements under way at once: the second one keeps a slow one from holding up everybody, and the processors busy
while the first one waits for the disk."""
ROOM = 32
"""Callers in one statement: more would not be faster, and each of them would wait longer for its answer."""
FEW = 8
"""Callers that are not shared between two boats: a statement costs by itself as much as two callers more in it."""


class Ferry(Generic[Load, Answer]):
    """Carries loads to the database, as many at once as have queued, and brings each caller its own answer."""

    def __init__(self, carry: Callable[[Sequence[Load]], Awaitable[Sequence[Answer]]], boats: int = BOATS) -> None:
        self._carry = carry
        self._boats = boats
        self._queue: deque[tuple[Load, asyncio.Future[Answer]]] = deque()
        self._under_way = self._at_quay = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def bring(self, load: Load) -> Answer:
        """Return the answer to this load, or raise what its crossing raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((load, answer))
        if self._under_way < self._boats:
            self._under_way += 1
            self._at_quay += 1
            crossing = asyncio.create_task(self._cross())
            self._tasks.add(crossing)
            crossing.add_done_callback(self._tasks.discard)
        return await answer

    async def _cross(self) -> None:
        aboard = self._board()
        self._at_quay -= 1
        while aboard:
            try:
                answers = await self._carry([load for load, _ in aboard])
            except StoreUnavailable as error:
                _refuse(aboard, error)
            except Exception as error:  # noqa: BLE001  it is raised again, at each of the callers whom it concerns
                await self._each_alone(aboard, error)
            else:
                for (_, answer), result in zip(aboard, answers, strict=True):
                    if not answer.done():
                        answer.set_result(result)
            aboard = self._board()
        self._under_way -= 1  # in the same breath as the look at the empty queue: nobody can have come in between

    async def _each_alone(self, aboard: Aboard[Load, Answer], error: Exception) -> None:
        """Let what one caller brought hit nobody else: the statement was undone whole, so that each may go again."""
        if len(aboard) == 1:
            _refuse(aboard, error)
            return
        for place, (load, answer) in enumerate(aboard):
            try:
                (result,) = await self._carry([load])
            except StoreUnavailable as lost:
                _refuse(aboard[place:], lost)
                return
            except Exception as refusal:  # noqa: BLE001  it is raised again, at the caller
                _refuse([(load, answer)], refusal)
            else:
                if not answer.done():
                    answer.set_result(result)

    def _board(self) -> Aboard[Load, Answer]:
        """Take whoever waits and still wants to cross; boats that leave together share them."""
        aboard: Aboard[Load, Answer] = []
        room = min(ROOM, max(-(-len(self._queue) // max(self._at_quay, 1)), FEW))
        while self._queue and len(aboard) < room:
            load, answer = self._queue.popleft()
            if not answer.done():
                aboard.append((load, answer))
        return aboard


def _refuse(aboard: Aboard[Load, Answer], error: Exception) -> None:
    for _, answer in aboard:
        if not answer.done():
            answer.set_exception(error)
