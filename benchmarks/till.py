"""Invoices that wait to be paid, and callers who pay them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.postgres.pool import Database
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.payments import EvidenceStatus
from avatar_core.ports import BeginUnitOfWork
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from benchmarks.filling import CLOCK, PaymentModels, a_notice, filled_notice, filled_payment

WARMING = 15
"""Each connection plans a statement anew five times before it keeps the plan."""

Pay = Callable[[BeginUnitOfWork], Awaitable[None]]


CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)


@dataclass(slots=True)
class Till:
    """Open invoices by number, each with a kept notice that pays it."""

    next: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether the machine was faster than anybody thought."""
        return self.next == self.end

    async def settle(self, begin: BeginUnitOfWork) -> None:
        """Settle the next notice."""
        judged = await SettlePayment(begin, CLOCK, CATALOGUE)(filled_notice(self.take()))
        assert judged.status is EvidenceStatus.SETTLED

    async def keep_and_settle(self, begin: BeginUnitOfWork) -> None:
        """Keep another notice that pays the next invoice, then settle that: what an intake does for a payment."""
        number = self.take()
        kept = await KeepEvidence(begin)(a_notice(f"paid-{number}", filled_payment(number)))
        judged = await SettlePayment(begin, CLOCK, CATALOGUE)(kept.id)
        assert judged.status is EvidenceStatus.SETTLED

    def take(self) -> int:
        """Return the next number."""
        assert not self.is_empty
        self.next += 1
        return self.next - 1


class Shop:
    """Fills tills; filling disturbs what is measured right after it, so it is done before."""

    def __init__(self, database: Database, models: PaymentModels, stock: int) -> None:
        self._database = database
        self._models = models
        self._stock = stock
        self._made = 0

    async def till(self, measurements: int = 1, bots: int = 1) -> Till:
        """Make a till with enough for so many measurements, its invoices by turns at the bots."""
        first, self._made = self._made + 1, self._made + self._stock * measurements
        await self._models.fill(self._database, range(first, self._made + 1), bots)
        return Till(first, self._made + 1)

    async def crowd(self, customers: int) -> None:
        """Let there be at least so many customers, who pay nothing."""
        if customers > self._made:
            await self._models.fill_customers(self._database, range(self._made + 1, customers + 1))
            await self._database.long_rows("ANALYZE")
            self._made = customers


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, taken by so many callers at a time."""

    till: Till
    pay: Pay
    callers: int

    async def warm(self, begin: BeginUnitOfWork, connections: int) -> None:
        """Let every connection prepare what it is going to repeat."""
        await asyncio.gather(*(self.pay(begin) for _ in range(WARMING * connections)))

    async def rate(self, begin: BeginUnitOfWork, duration_s: float) -> float:
        """Let each caller pay one after the other until the time is over; return how many a second there were."""
        began = time.perf_counter()

        async def keep_paying() -> int:
            paid = 0
            while time.perf_counter() - began < duration_s and not self.till.is_empty:
                await self.pay(begin)
                paid += 1
            return paid

        paid = sum(await asyncio.gather(*(keep_paying() for _ in range(self.callers))))
        assert paid, "the till was empty: make the stock larger"
        return paid / (time.perf_counter() - began)
