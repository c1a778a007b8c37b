"""What has to be looked at because time has passed, each list read from an index of its own."""

from datetime import UTC, date, datetime, time, timedelta

from adapters.postgres.pool import Database
from avatar_core.ids import CustomerId, EvidenceId, PaymentId, PortraitOrderId, TrainingId
from avatar_core.ledger import last_day_to_seal

_TO_POLL = """
    SELECT id FROM avatar.{table}
    WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING')
        AND ({running} OR (run).deadline <= %s)
    ORDER BY (run).deadline, id LIMIT %s
"""
_TRAININGS_TO_POLL = _TO_POLL.format(table="trainings", running="(run).status = 'PROCESSING'")
_PORTRAITS_TO_POLL = _TO_POLL.format(table="portrait_orders", running="(run).status = 'PROCESSING' AND sources = '[]'")


class PostgresWorklists:
    """Worklists over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def payments_to_expire(self, at: datetime, limit: int) -> list[PaymentId]:
        """Return open payments whose time is over and which nobody is paying at this moment."""
        rows = await self._database.rows(
            "SELECT id FROM avatar.payments"
            " WHERE status = 'PENDING' AND expires_at <= %s AND (lease IS NULL OR (lease).until <= %s)"
            " ORDER BY expires_at, id LIMIT %s",
            at,
            at,
            limit,
        )
        return [PaymentId(name) for (name,) in rows]

    async def subscriptions_to_announce(self, at: datetime, limit: int) -> list[CustomerId]:
        """Return customers who have not been told yet how near their end is."""
        rows = await self._database.rows(
            "SELECT customer FROM avatar.subscriptions WHERE announce_at <= %s ORDER BY announce_at, customer LIMIT %s",
            at,
            limit,
        )
        return [CustomerId(name) for (name,) in rows]

    async def trainings_to_poll(self, at: datetime, limit: int) -> list[TrainingId]:
        """Return unfinished trainings: those PROCESSING, and any whose deadline has passed."""
        rows = await self._database.rows(_TRAININGS_TO_POLL, at, limit)
        return [TrainingId(name) for (name,) in rows]

    async def portraits_to_poll(self, at: datetime, limit: int) -> list[PortraitOrderId]:
        """Return unfinished orders: those PROCESSING and not painted yet, and any whose deadline has passed."""
        rows = await self._database.rows(_PORTRAITS_TO_POLL, at, limit)
        return [PortraitOrderId(name) for (name,) in rows]

    async def evidence_to_judge(self, before: datetime, limit: int) -> list[EvidenceId]:
        """Return notices received before a moment and not judged."""
        rows = await self._database.rows(
            "SELECT id FROM avatar.evidence WHERE status = 'RECEIVED' AND received_at < %s"
            " ORDER BY received_at, id LIMIT %s",
            before,
            limit,
        )
        return [EvidenceId(name) for (name,) in rows]

    async def quotes_to_discard(self, before: datetime, limit: int) -> list[PortraitOrderId]:
        """Return portrait orders that were quoted before a moment and never ordered."""
        rows = await self._database.rows(
            "SELECT id FROM avatar.portrait_orders WHERE (run).status = 'DRAFT' AND created_at < %s"
            " ORDER BY created_at, id LIMIT %s",
            before,
            limit,
        )
        return [PortraitOrderId(name) for (name,) in rows]

    async def drafts_to_discard(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return avatars in preparation that were begun before a moment and have no photo."""
        rows = await self._database.rows(
            "SELECT id FROM avatar.trainings WHERE (run).status = 'DRAFT' AND photos = '[]' AND created_at < %s"
            " ORDER BY created_at, id LIMIT %s",
            before,
            limit,
        )
        return [TrainingId(name) for (name,) in rows]

    async def days_to_seal(self, at: datetime, limit: int) -> list[date]:
        """Return the newest day that can be sealed, if there is one that is not and a transfer behind it."""
        day = last_day_to_seal(at)
        ends = datetime.combine(day + timedelta(days=1), time(), UTC)
        rows = await self._database.rows(
            "SELECT 1 WHERE NOT EXISTS (SELECT FROM avatar.seals WHERE day >= %s)"
            " AND EXISTS (SELECT FROM avatar.transfers WHERE at < %s)"
            " AND EXISTS (SELECT FROM avatar.transfers WHERE at >= %s)",
            day,
            ends,
            ends,
        )
        return [day][:limit] if rows else []

    async def photos_to_delete(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return trainings that ended before a moment and still keep photos."""
        rows = await self._database.rows(
            "SELECT id FROM avatar.trainings WHERE (run).ended_at < %s AND photos <> '[]'"
            " ORDER BY (run).ended_at, id LIMIT %s",
            before,
            limit,
        )
        return [TrainingId(name) for (name,) in rows]
