"""The inbox on PostgreSQL: what came in from outside, each thing once."""

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from adapters.postgres.storable import storable

FORGOTTEN_AT_ONCE = 5000
Delivery = tuple[str, Sequence[tuple[str, str]], datetime]
"""A source, what came from it as (external id, raw text), and when."""


class PostgresInbox:
    """Keeps arrivals in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coming: Ferry[Delivery, list[str]] = Ferry(self._store)
        self._done: Ferry[tuple[str, str], None] = Ferry(self._strike_off)

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        """Store (external id, raw text) pairs in one commit; return the ids that are new, in the order they came.

        Deliveries that come at the same time, whatever their sources, share a commit.
        """
        return await self._coming.bring((source, arrivals, at))

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

    async def forget(self, before: datetime) -> int:
        """Delete what came before a moment and is dealt with, some thousand at a time; return how much it was."""
        forgotten, deleted = 0, FORGOTTEN_AT_ONCE
        while deleted == FORGOTTEN_AT_ONCE:
            ((deleted,),) = await self._database.long_rows(
                "WITH gone AS (DELETE FROM avatar.arrivals WHERE (source, external_id) IN ("
                " SELECT source, external_id FROM avatar.arrivals WHERE handled AND arrived_at < %s LIMIT %s"
                ") RETURNING 1) SELECT count(*) FROM gone",
                before,
                FORGOTTEN_AT_ONCE,
            )
            forgotten += deleted
        return forgotten

    async def _store(self, deliveries: Sequence[Delivery]) -> Sequence[list[str]]:
        """Write rows in the order of their ids, so that two deliveries of the same things never block each other."""
        rows = [
            (storable(source), storable(external_id), storable(raw), at)
            for source, arrivals, at in deliveries
            for external_id, raw in arrivals
        ]
        if not rows:
            return [[] for _ in deliveries]
        kept = await self._database.rows(
            "INSERT INTO avatar.arrivals (source, external_id, raw, arrived_at)"
            " SELECT new.source, new.external_id, new.raw, new.at"
            " FROM unnest(%b::text[], %b::text[], %b::text[], %b::timestamptz[]) WITH ORDINALITY"
            " new (source, external_id, raw, at, place)"
            " ORDER BY new.source, new.external_id, new.place"
            " ON CONFLICT DO NOTHING RETURNING source, external_id",
            *(list(column) for column in zip(*rows, strict=True)),
        )
        new = set(kept)
        return [_first_seen(delivery, new) for delivery in deliveries]

    async def _strike_off(self, arrivals: Sequence[tuple[str, str]]) -> Sequence[None]:
        sources, external_ids = zip(*sorted(arrivals), strict=True)
        await self._database.rows(
            "UPDATE avatar.arrivals kept SET handled = true FROM unnest(%b::text[], %b::text[]) done (source, id)"
            " WHERE kept.source = done.source AND kept.external_id = done.id AND NOT kept.handled",
            list(sources),
            list(external_ids),
        )
        return [None] * len(arrivals)


def _first_seen(delivery: Delivery, new: set[tuple[str, str]]) -> list[str]:
    """Return a delivery's new ids, and take them out: of one thing in two deliveries the first one is new."""
    source, arrivals, _ = delivery
    found = []
    for external_id in dict(arrivals):
        identity = storable(source), storable(external_id)
        if identity in new:
            new.discard(identity)
            found.append(external_id)
    return found
