"""The outbox in memory: lanes in order, leases that end by themselves, a list of dead letters."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.database import MemoryDatabase, TaskRow
from avatar_core.tasks import DeadLetter, Reaction, Task


class MemoryOutbox:
    """Hands out the tasks of a database in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def claim(self, worker: str, at: datetime, room: Mapping[Reaction, int], lease_s: float) -> list[Task]:
        """Take due tasks of each kind: for each lane only its oldest undone one, unless somebody has it."""
        await asyncio.sleep(0)
        free = sorted((row for row in self._heads() if _is_free(row, at)), key=_due)
        taken, left = list[TaskRow](), dict(room)
        for row in free:
            if left.get(row.task.reaction, 0) > 0:
                left[row.task.reaction] -= 1
                taken.append(row)
        until = at + timedelta(seconds=lease_s)
        with self._database.transaction():
            return [self._lease(row, worker, until) for row in taken]

    async def renew(self, task: Task, worker: str, until: datetime) -> bool:
        """Keep a claimed task longer; False when it is another worker's meanwhile, or undone no more."""
        await asyncio.sleep(0)
        row = self._held_by(task, worker)
        if row is None:
            return False
        self._put(TaskRow(row.number, row.task, worker, until))
        return True

    async def done(self, task: Task, worker: str) -> None:
        """Strike the task off, whoever has it by now: what is done is done."""
        await asyncio.sleep(0)
        row = self._database.tasks[task.id]
        self._put(TaskRow(row.number, row.task, done=True))

    async def again(self, task: Task, worker: str, due_at: datetime, error: str) -> None:
        """Give the task back, to be tried again; harmless when it is another worker's meanwhile."""
        await asyncio.sleep(0)
        row = self._held_by(task, worker)
        if row is not None:
            self._put(TaskRow(row.number, replace(row.task, due_at=due_at, error=error)))

    async def bury(self, task: Task, worker: str, error: str) -> None:
        """Put the task on the dead-letter list; harmless when it is another worker's meanwhile."""
        await asyncio.sleep(0)
        row = self._held_by(task, worker)
        if row is not None:
            self._put(TaskRow(row.number, replace(row.task, error=error), dead=True))

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the dead letters, the oldest first."""
        await asyncio.sleep(0)
        return [_letter(row.task) for row in self._database.tasks if row.dead][:limit]

    async def revive(self, task_id: str, at: datetime) -> bool:
        """Make a dead letter due again, with all of its attempts before it; False when there is none."""
        await asyncio.sleep(0)
        row = self._database.tasks.get(task_id)
        if row is None or not row.dead:
            return False
        self._put(TaskRow(row.number, replace(row.task, due_at=at, attempts=0)))
        return True

    async def drop(self, task_id: str) -> bool:
        """Put a dead letter aside for ever, undone; False when there is none."""
        await asyncio.sleep(0)
        row = self._database.tasks.get(task_id)
        if row is None or not row.dead:
            return False
        self._put(TaskRow(row.number, row.task, done=True))
        return True

    def _heads(self) -> list[TaskRow]:
        """Return the oldest undone task of each lane."""
        lanes = self._database.lanes
        return [min((self._database.tasks[each] for each in lanes.of(lane)), key=_number) for lane in lanes.taken()]

    def _lease(self, row: TaskRow, worker: str, until: datetime) -> Task:
        task = replace(row.task, attempts=row.task.attempts + 1)
        self._database.tasks.set(task.id, TaskRow(row.number, task, worker, until))
        return task

    def _held_by(self, task: Task, worker: str) -> TaskRow | None:
        row = self._database.tasks[task.id]
        return row if row.worker == worker else None

    def _put(self, row: TaskRow) -> None:
        """Write a row, and keep its lane in step: an undone task is in it, any other is not."""
        change = self._database.lanes.drop if row.done or row.dead else self._database.lanes.add
        with self._database.transaction():
            self._database.tasks.set(row.task.id, row)
            change(row.task.lane, row.task.id)


def _number(row: TaskRow) -> int:
    return row.number


def _letter(task: Task) -> DeadLetter:
    happening = task.happening
    return DeadLetter(task.id, happening.event.name, happening.at, task.attempts, task.error or "")


def _due(row: TaskRow) -> tuple[datetime, int]:
    return row.task.due_at, row.number


def _is_free(row: TaskRow, at: datetime) -> bool:
    leased = row.leased_until is not None and at < row.leased_until
    return row.task.due_at <= at and not leased
