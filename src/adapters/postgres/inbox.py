"""The inbox on PostgreSQL: what came in from outside, each thing once."""

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from adapters.postgres.storable import storable


class PostgresInbox:
    """Keeps arrivals in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: Ferry[tuple[str, str], None] = Ferry(self._strike_off)

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        """Store (external id, raw text) pairs in one commit; return the ids that are new, in the order they came.

        Rows are written in the order of their ids, so that two deliveries of the same things never block each other.
        """
        rows = await self._database.rows(
            "INSERT INTO avatar.arrivals (source, external_id, raw, arrived_at)"
            " SELECT %s, new.external_id, new.raw, %s"
            " FROM unnest(%b::text[], %b::text[]) WITH ORDINALITY new (external_id, raw, place)"
            " ORDER BY new.external_id, new.place"
            " ON CONFLICT DO NOTHING RETURNING external_id",
            storable(source),
            at,
            [storable(external_id) for external_id, _ in arrivals],
            [storable(raw) for _, raw in arrivals],
        )
        new = {external_id for (external_id,) in rows}
        return [external_id for external_id in dict(arrivals) if storable(external_id) in new]

    async def handled(self, source: str, external_id: str) -> None:
        """Note that one is dealt with; harmless when repeated."""
        await self._done.bring((storable(source), storable(external_id)))

    async def unhandled(self, source: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Return what was kept before a moment and never dealt with, the oldest first."""
        rows = await self._database.rows(
            "SELECT external_id, raw FROM avatar.arrivals"
            " WHERE source = %s AND NOT handled AND arrived_at < %s ORDER BY arrived_at, external_id LIMIT %s",
            storable(source),
            before,
            limit,
        )
        return [(external_id, raw) for external_id, raw in rows]

    async def _strike_off(self, arrivals: Sequence[tuple[str, str]]) -> Sequence[None]:
        sources, external_ids = zip(*sorted(arrivals), strict=True)
        await self._database.rows(
            "UPDATE avatar.arrivals kept SET handled = true FROM unnest(%b::text[], %b::text[]) done (source, id)"
            " WHERE kept.source = done.source AND kept.external_id = done.id AND NOT kept.handled",
            list(sources),
            list(external_ids),
        )
        return [None] * len(arrivals)
