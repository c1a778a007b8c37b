"""The books in memory, read as an accountant reads them."""

import asyncio
from collections import Counter
from datetime import date, timedelta

from adapters.memory.counterparts import broken_counterparts
from adapters.memory.database import MemoryDatabase
from adapters.memory.invariants import broken_invariants
from adapters.memory.laws import broken_laws
from adapters.memory.seals import broken_seals, transfers_by_day
from avatar_core.ids import CustomerId, NetworkId, PaymentId
from avatar_core.ledger import Account, AccountName, Entry, Pocket, Posting, Seal, customer_account, sealed
from avatar_core.money import Stars
from avatar_core.payments import PlanPurchase
from avatar_core.ports import Clock, StatementLine, Violation

DAY = timedelta(days=1)


class MemoryBooks:
    """Reads the ledger of a database in memory."""

    def __init__(self, database: MemoryDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def statement(self, customer: CustomerId, *, limit: int, before: int | None = None) -> list[StatementLine]:
        """Return the latest lines first, those before a version of the available account when one is given."""
        await asyncio.sleep(0)
        account = self._account(customer, Pocket.AVAILABLE)
        newest = account.version if before is None else min(before - 1, account.version)
        versions = range(newest, max(newest - limit, 0), -1)
        return [self._line(self._database.entries[account.name, version]) for version in versions]

    async def postings(self, customer: CustomerId) -> list[Posting]:
        """Return every posting that touches the customer, in order."""
        await asyncio.sleep(0)
        touching = set()
        for account in (self._account(customer, pocket) for pocket in Pocket):
            versions = range(1, account.version + 1)
            touching |= {self._database.entries[account.name, version].transfer for version in versions}
        return [posting for posting in self._database.transfers if posting.transfer.key in touching]

    async def violations(self) -> list[Violation]:
        """Check every law over all books."""
        await asyncio.sleep(0)
        at = self._clock.now()
        laws = (broken_laws, broken_seals, broken_invariants, broken_counterparts)
        return [violation for law in laws for violation in law(self._database, at)]

    async def totals(self, network: NetworkId) -> dict[str, int]:
        """Return the sum of entries per business account of a network, in minor units."""
        await asyncio.sleep(0)
        totals: Counter[str] = Counter()
        for posting in self._database.transfers:
            for entry in posting.entries:
                if entry.version is None and entry.account.startswith(f"{network}/"):
                    totals[entry.account] += entry.amount
        return dict(totals)

    async def seal(self, until: date) -> list[Seal]:
        """Seal every day up to this one that has no seal yet, the first transfer's day first."""
        await asyncio.sleep(0)
        days = transfers_by_day(self._database)
        day = max(self._database.seals.taken(), default=min(days, default=until + DAY) - DAY) + DAY
        made = []
        with self._database.transaction():
            while day <= until:
                made.append(sealed(day, days.get(day, [])))
                self._database.seals.insert(day, made[-1])
                day += DAY
        return made

    def _account(self, customer: CustomerId, pocket: Pocket) -> Account:
        known = self._database.customers.get(customer)
        name = customer_account(known.network, customer, pocket) if known else AccountName("")
        return self._database.accounts.get(name) or Account(name)

    def _line(self, entry: Entry) -> StatementLine:
        transfer = self._database.transfers[entry.transfer].transfer
        cause = transfer.cause
        payment = self._database.payments.get(PaymentId(cause.id)) if cause.type == "payment" else None
        purpose = payment and payment.purpose
        return StatementLine(
            at=transfer.at,
            kind=transfer.kind,
            service=cause.type,
            amount=Stars(entry.amount),
            balance=Stars(entry.balance or 0),
            key=transfer.key,
            version=entry.version or 0,
            plan=purpose.plan if isinstance(purpose, PlanPurchase) else None,
        )
