"""The warden on PostgreSQL: one memory of what was said for all processes."""

from datetime import datetime, timedelta

from adapters.postgres.pool import Database


class PostgresWarden:
    """Remembers in one database when each thing was last said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, topic: str, at: datetime, every_s: float) -> bool:
        """Return True for the first caller within the time, False for all others."""
        pause = timedelta(seconds=every_s)
        said = await self._database.rows(
            "INSERT INTO avatar.sayings AS last (topic, said_at) VALUES (%s, %s)"
            " ON CONFLICT (topic) DO UPDATE SET said_at = EXCLUDED.said_at"
            " WHERE last.said_at <= %s OR last.said_at >= %s RETURNING 1",
            topic,
            at,
            at - pause,
            at + pause,  # said by a clock that was ahead, or before ours was set back
        )
        return bool(said)
