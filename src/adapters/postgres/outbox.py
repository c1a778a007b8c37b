"""The outbox on PostgreSQL: any number of workers on any number of machines share it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from psycopg.rows import TupleRow

from adapters.postgres.codec import EventUnreadable, read_happening
from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from adapters.postgres.storable import storable
from avatar_core.tasks import DeadLetter, Reaction, Task


class PostgresOutbox:
    """Hands out the tasks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._struck: Ferry[tuple[str, str], None] = Ferry(self._strike_off)

    async def claim(self, worker: str, at: datetime, room: Mapping[Reaction, int], lease_s: float) -> list[Task]:
        """Take due tasks of each kind: for each lane only its oldest undone one, unless somebody has it."""
        rows = await self._database.rows(
            "SELECT * FROM avatar.claim(%s, %s, %s, %b::text[], %b::integer[])",
            worker,
            at,
            at + timedelta(seconds=lease_s),
            list(room.keys()),
            list(room.values()),
        )
        readable = []
        for row in rows:
            try:
                readable.append(_task(row))
            except EventUnreadable as error:
                event_id, reaction = row[0], row[4]
                await self._put_aside(worker, (event_id, reaction), str(error))
        return readable

    async def renew(self, task: Task, worker: str, until: datetime) -> bool:
        """Keep a claimed task longer; False when it is another worker's meanwhile, or undone no more."""
        renewed = await self._database.rows(
            "UPDATE avatar.tasks SET leased_until = %s WHERE event = avatar.event_number(%s) AND reaction = %s"
            " AND worker = %s AND status = 'DUE' RETURNING 1",
            until,
            *_identity(task.id),
            worker,
        )
        return bool(renewed)

    async def done(self, task: Task, worker: str) -> None:
        """Strike the task off, whoever has it by now: what is done is done.  Tasks done at the same time share it."""
        await self._struck.bring(_identity(task.id))

    async def again(self, task: Task, worker: str, due_at: datetime, error: str) -> None:
        """Give the task back, to be tried again; harmless when it is another worker's meanwhile."""
        await self._database.rows(
            "SELECT avatar.give_back(%s, %s, %s, %s, %s)", worker, *_identity(task.id), due_at, storable(error)
        )

    async def bury(self, task: Task, worker: str, error: str) -> None:
        """Put the task on the dead-letter list; harmless when it is another worker's meanwhile."""
        await self._put_aside(worker, _identity(task.id), error)

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the dead letters, the oldest first."""
        rows = await self._database.rows(
            "SELECT e.id || ':' || t.reaction, e.name, e.at, t.attempts, coalesce(t.error, '')"
            " FROM avatar.tasks t JOIN avatar.events e ON e.number = t.event"
            " WHERE t.status = 'DEAD' ORDER BY t.event, t.reaction LIMIT %s",
            limit,
        )
        return [DeadLetter(task, name, at.astimezone(UTC), *facts) for task, name, at, *facts in rows]

    async def revive(self, task_id: str, at: datetime) -> bool:
        """Make a dead letter due again, as if it had never been begun; False when there is none."""
        revived = await self._database.rows(
            "UPDATE avatar.tasks SET status = 'DUE', due_at = %s, attempts = 0"
            " WHERE event = avatar.event_number(%s) AND reaction = %s AND status = 'DEAD' RETURNING 1",
            at,
            *_identity(task_id),
        )
        return bool(revived)

    async def drop(self, task_id: str) -> bool:
        """Put a dead letter aside for ever, undone, with its error; False when there is none."""
        dropped = await self._database.rows(
            "UPDATE avatar.tasks SET status = 'DONE'"
            " WHERE event = avatar.event_number(%s) AND reaction = %s AND status = 'DEAD' RETURNING 1",
            *_identity(task_id),
        )
        return bool(dropped)

    async def _put_aside(self, worker: str, task: tuple[str, str], error: str) -> None:
        await self._database.rows(
            "UPDATE avatar.tasks SET status = 'DEAD', error = %s, worker = NULL, leased_until = NULL"
            " WHERE event = avatar.event_number(%s) AND reaction = %s AND worker = %s AND status = 'DUE'",
            storable(error),
            *task,
            worker,
        )

    async def _strike_off(self, tasks: Sequence[tuple[str, str]]) -> Sequence[None]:
        events, reactions = zip(*sorted(tasks), strict=True)
        await self._database.rows(
            "UPDATE avatar.tasks t SET status = 'DONE', worker = NULL, leased_until = NULL"
            " FROM unnest(%b::text[], %b::text[]) struck (event, reaction)"
            " WHERE t.event = avatar.event_number(struck.event) AND t.reaction = struck.reaction",
            list(events),
            list(reactions),
        )
        return [None] * len(tasks)


def _identity(task_id: str) -> tuple[str, str]:
    event, _, reaction = task_id.rpartition(":")
    return event, reaction


def _task(row: TupleRow) -> Task:
    event_id, name, facts, at, reaction, lane, due_at, attempts, error = row
    happening = read_happening(event_id, name, facts, at)
    return Task(happening, Reaction(reaction), lane, due_at.astimezone(UTC), attempts, error)
