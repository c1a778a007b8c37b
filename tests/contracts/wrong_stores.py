"""Stores with one mistake each, in the suites that must catch it (see test_wrong_adapters)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.memory import (
    FrozenClock,
    MemoryBooks,
    MemoryDatabase,
    MemoryUnitOfWork,
)
from avatar_core.avatars import Avatar
from avatar_core.dossier import Dossier, OfEvidence, OfPayment, Record, Subject
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import Violation
from avatar_core.subscriptions import Subscription
from avatar_core.testing.books_forged import ForgedLawsContract
from avatar_core.testing.examples import NOW
from avatar_core.testing.store import Store
from avatar_core.testing.unit_of_work_payments import PaymentsContract
from avatar_core.testing.unit_of_work_versions import VersionsContract
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet
from tests.contracts.memory_store import memory_store, store_with


class LosingUnitOfWork(MemoryUnitOfWork):
    """Minds the versions of customers and of accounts only: of everything else the last one to write wins."""

    async def commit(self) -> None:
        self._saved = {key: self._renewed(key[1], record) for key, record in self._saved.items()}
        await super().commit()

    def _renewed(self, name: str, record: Record) -> Record:
        tables: dict[type, Any] = {
            Subscription: self._database.subscriptions,
            Payment: self._database.payments,
            Evidence: self._database.evidence,
            Avatar: self._database.avatars,
            Training: self._database.trainings,
            PortraitOrder: self._database.orders,
        }
        match record:
            case Subscription() | Payment() | Evidence() | Avatar() | Training() | PortraitOrder():
                known = tables[type(record)].get(name)
                return replace(record, version=known.version) if known else record
            case Wallet():
                return replace(record, holds={order: self._fresh(hold) for order, hold in record.holds.items()})
            case _:
                return record

    def _fresh(self, hold: Hold) -> Hold:
        known = self._database.holds.get(hold.order)
        return replace(hold, version=known.version) if known else hold


class CountingUnitOfWork(MemoryUnitOfWork):
    """Looks for a notice's payment by our number, whatever id of ours the notice names."""

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        if isinstance(subject, OfEvidence):
            notice = await self.evidence(subject.id)
            payment = self._database.payment_of_number.get(notice.payment_number or 0)
            if payment is not None:
                found = await super().dossier(OfPayment(payment), keys=keys)
                return replace(found, evidence=notice)
        return await super().dossier(subject, keys=keys)


class TestCountingUnitOfWork(PaymentsContract):
    @pytest.fixture
    def store(self) -> Store:
        return store_with(CountingUnitOfWork)


class TrustingBooks(MemoryBooks):
    """Looks at payments, orders and deadlines, and believes the ledger itself."""

    async def violations(self) -> list[Violation]:
        return [each for each in await super().violations() if each.law.startswith(("I5", "I6", "I7", "I8", "4: no"))]


class TestTrustingBooks(ForgedLawsContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), books=TrustingBooks(database, FrozenClock(NOW)))


class TestLosingUnitOfWork(VersionsContract):
    @pytest.fixture
    def store(self) -> Store:
        return store_with(LosingUnitOfWork)
