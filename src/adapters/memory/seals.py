"""Days that are closed: what was sealed stays as it was."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

from adapters.memory.database import MemoryDatabase
from avatar_core.ledger import Transfer, sealed
from avatar_core.ports import Violation


def transfers_by_day(database: MemoryDatabase) -> dict[date, list[Transfer]]:
    """Return all transfers by their day in UTC."""
    days: dict[date, list[Transfer]] = defaultdict(list)
    for transfer in (posting.transfer for posting in database.transfers):
        days[transfer.at.astimezone(UTC).date()].append(transfer)
    return dict(days)


def is_sealed(database: MemoryDatabase, at: datetime) -> bool:
    """Return whether the day of a moment is sealed, or one after it: days are sealed one after the other."""
    return at.astimezone(UTC).date() <= max(database.seals.taken(), default=date.min)


def broken_seals(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:  # noqa: ARG001  one shape for all laws
    """Go through every sealed day that has changed since."""
    days = transfers_by_day(database) if database.seals.taken() else {}
    for seal in database.seals:
        now = sealed(seal.day, days.get(seal.day, []))
        if now != seal:
            detail = f"{now.transfers} transfers, {seal.transfers} under the seal"
            yield Violation("a sealed day stays as it was", seal.day.isoformat(), detail)
