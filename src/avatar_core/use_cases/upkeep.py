"""What a business needs every day, whether anybody asks for it or not."""

from dataclasses import dataclass
from datetime import date

from avatar_core.ledger import Seal
from avatar_core.ports import Books


@dataclass(frozen=True, slots=True)
class SealDays:
    """Close the books of the days that are over: one hash over each day's transfers (domain page 3.1)."""

    books: Books

    async def __call__(self, until: date) -> list[Seal]:
        """Seal every day up to this one; again, and by several at once, is harmless.  Raises ConcurrentChange."""
        return await self.books.seal(until)
