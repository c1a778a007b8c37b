"""What has to be looked at because time has passed."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime
from heapq import nsmallest
from typing import TypeVar

from adapters.memory.database import MemoryDatabase
from avatar_core.ids import CustomerId, EvidenceId, PaymentId, PortraitOrderId, TrainingId
from avatar_core.ledger import last_day_to_seal
from avatar_core.payments import Payment
from avatar_core.runs import Run, RunStatus

Name = TypeVar("Name", bound=str)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class MemoryWorklists:
    """Worklists over a database in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def payments_to_expire(self, at: datetime, limit: int) -> list[PaymentId]:
        """Return open payments whose time is over and which nobody is paying at this moment."""
        await asyncio.sleep(0)
        over = (each for _, each in self._database.payments.watched() if _is_over(each, at))
        return _first(((each.expires_at, each.id) for each in over), limit)

    async def subscriptions_to_announce(self, at: datetime, limit: int) -> list[CustomerId]:
        """Return customers who have not been told yet how near their end is."""
        await asyncio.sleep(0)
        found = ((each.due(at), each.customer) for each in self._database.subscriptions)
        return _first(((due.ends, customer) for due, customer in found if due), limit)

    async def trainings_to_poll(self, at: datetime, limit: int) -> list[TrainingId]:
        """Return unfinished trainings: those PROCESSING, and any whose deadline has passed."""
        await asyncio.sleep(0)
        unfinished = self._database.trainings.watched()
        return _first(((_deadline(each.run), each.id) for _, each in unfinished if _waits(each.run, at)), limit)

    async def portraits_to_poll(self, at: datetime, limit: int) -> list[PortraitOrderId]:
        """Return unfinished orders: those PROCESSING and not painted yet, and any whose deadline has passed."""
        await asyncio.sleep(0)
        unfinished = (each for _, each in self._database.orders.watched())
        due = (each for each in unfinished if each.run.overdue(at) or (_waits(each.run, at) and not each.sources))
        return _first(((_deadline(each.run), each.id) for each in due), limit)

    async def evidence_to_judge(self, before: datetime, limit: int) -> list[EvidenceId]:
        """Return notices received before a moment and not judged."""
        await asyncio.sleep(0)
        unjudged = self._database.evidence.watched()
        return _first(((each.received_at, each.id) for _, each in unjudged if each.received_at < before), limit)

    async def quotes_to_discard(self, before: datetime, limit: int) -> list[PortraitOrderId]:
        """Return portrait orders that were quoted before a moment and never ordered."""
        await asyncio.sleep(0)
        quoted = (each for each in self._database.orders if each.run.status is RunStatus.DRAFT)
        return _first(((each.created_at, each.id) for each in quoted if each.created_at < before), limit)

    async def drafts_to_discard(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return avatars in preparation that were begun before a moment and have no photo."""
        await asyncio.sleep(0)
        trainings = self._database.trainings
        empty = (each for each in trainings if each.run.status is RunStatus.DRAFT and not each.photos)
        return _first(((each.created_at, each.id) for each in empty if each.created_at < before), limit)

    async def days_to_seal(self, at: datetime, limit: int) -> list[date]:
        """Return the newest day that can be sealed, if there is one that is not and a transfer behind it."""
        await asyncio.sleep(0)
        day = last_day_to_seal(at)
        days = {posting.transfer.at.astimezone(UTC).date() for posting in self._database.transfers}
        between = days and min(days) <= day < max(days)
        return [day][:limit] if between and day not in self._database.seals else []

    async def photos_to_delete(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return trainings that ended before a moment and still keep photos."""
        await asyncio.sleep(0)
        keeping = ((each.run.ended_at, each.id) for each in self._database.trainings if each.photos)
        return _first(((ended_at, name) for ended_at, name in keeping if ended_at and ended_at < before), limit)


def _first(found: Iterable[tuple[datetime, Name]], limit: int) -> list[Name]:
    return [name for _, name in nsmallest(limit, found)]


def _is_over(payment: Payment, at: datetime) -> bool:
    leased = payment.lease is not None and at < payment.lease.until
    return at >= payment.expires_at and not leased


def _waits(run: Run, at: datetime) -> bool:
    return run.status is RunStatus.PROCESSING or run.overdue(at)


def _deadline(run: Run) -> datetime:
    return run.deadline or LONG_AGO
