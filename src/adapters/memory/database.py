"""A real database in memory: tables of committed frozen values, unique keys, transactions that hold or fall as one.

Nothing in here waits, so within one event loop every transaction is alone, as if it had locked each row it touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from adapters.memory.rows import Groups, Journal, Rows, WatchedRows
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.ids import (
    AvatarId,
    CustomerId,
    EventId,
    EvidenceId,
    GatewayCode,
    NetworkId,
    PaymentId,
    PortraitOrderId,
    TelegramId,
    TrainingId,
)
from avatar_core.ledger import Account, AccountName, Entry, Posting, Seal
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening, Task
from avatar_core.trainings import Training
from avatar_core.wallet import Hold


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the outbox, and who works on it until when."""

    number: int
    task: Task
    worker: str | None = None
    leased_until: datetime | None = None
    done: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """Something that came in from outside."""

    raw: str
    at: datetime
    handled: bool = False


class MemoryDatabase:
    """All tables of the business and their indexes."""

    def __init__(self) -> None:
        self._journal = Journal()
        self._numbers = count(1)
        self.task_numbers = count(1)
        self._lay_people()
        self._lay_books()
        self._lay_orders()
        self._lay_boxes()

    def _lay_people(self) -> None:
        self.customers: Rows[CustomerId, Customer] = Rows(self._journal)
        self.customer_of_person: Rows[tuple[NetworkId, TelegramId], CustomerId] = Rows(self._journal)
        self.subscriptions: Rows[CustomerId, Subscription] = Rows(self._journal)
        self.payments: WatchedRows[PaymentId, Payment] = WatchedRows(self._journal, _is_pending)
        self.payment_of_number: Rows[int, PaymentId] = Rows(self._journal)
        self.payment_of_charge: Rows[tuple[GatewayCode, str], PaymentId] = Rows(self._journal)
        self.evidence: WatchedRows[EvidenceId, Evidence] = WatchedRows(self._journal, _is_unjudged)

    def _lay_books(self) -> None:
        self.transfers: Rows[str, Posting] = Rows(self._journal)
        self.entries: Rows[tuple[AccountName, int], Entry] = Rows(self._journal)
        self.accounts: Rows[AccountName, Account] = Rows(self._journal)
        self.seals: Rows[date, Seal] = Rows(self._journal)
        self.holds: Rows[str, Hold] = Rows(self._journal)
        self.open_holds: Groups[CustomerId, str] = Groups(self._journal)

    def _lay_orders(self) -> None:
        self.avatars: Rows[AvatarId, Avatar] = Rows(self._journal)
        self.avatars_of_customer: Groups[CustomerId, AvatarId] = Groups(self._journal)
        self.trainings: WatchedRows[TrainingId, Training] = WatchedRows(self._journal, _is_unfinished)
        self.draft_of_customer: Rows[CustomerId, TrainingId] = Rows(self._journal)
        self.unfinished_of_customer: Rows[CustomerId, TrainingId] = Rows(self._journal)
        self.orders: WatchedRows[PortraitOrderId, PortraitOrder] = WatchedRows(self._journal, _is_unfinished)

    def _lay_boxes(self) -> None:
        self.happenings: Rows[EventId, Happening] = Rows(self._journal)
        self.tasks: Rows[str, TaskRow] = Rows(self._journal)
        self.lanes: Groups[str, str] = Groups(self._journal)
        self.arrivals: WatchedRows[tuple[str, str], ArrivalRow] = WatchedRows(self._journal, _is_unhandled)
        self.said: Rows[str, datetime] = Rows(self._journal)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within, or nothing at all when it raises."""
        try:
            yield
        except BaseException:
            self._journal.roll_back()
            raise
        self._journal.forget()

    def next_number(self) -> int:
        """Return the next number of the payments' sequence; like any sequence it is not rolled back."""
        return next(self._numbers)


def _is_pending(payment: Payment) -> bool:
    return payment.status is PaymentStatus.PENDING


def _is_unjudged(evidence: Evidence) -> bool:
    return evidence.status is EvidenceStatus.RECEIVED


def _is_unfinished(order: Training | PortraitOrder) -> bool:
    return order.run.status.unfinished


def _is_unhandled(arrival: ArrivalRow) -> bool:
    return not arrival.handled
