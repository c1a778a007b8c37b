"""What a unit of work is going to write: gathered record by record, handed over as one document."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

from adapters.postgres.codec import (
    AccountMove,
    Document,
    EventRow,
    EvidenceMove,
    NewAccount,
    PaymentMove,
    Side,
    SubscriptionRow,
    TransferRow,
    announce_at,
)
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Record
from avatar_core.ids import CustomerId
from avatar_core.ledger import Account, AccountName, Pocket, Posting
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening, tasks_after
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet

Row = TypeVar("Row", Customer, Avatar, Training, PortraitOrder, Hold)
Rows: TypeAlias = dict[str, Any]
"""A `Document` while it is being gathered."""


class Changes:
    """Records and events in the order they were given; of a record saved twice the last one counts."""

    def __init__(self) -> None:
        self._records: dict[tuple[type[Record], str], Record] = {}
        self._happenings: list[Happening] = []

    def save(self, record: Record) -> None:
        """Take one record."""
        self._records[type(record), _identity(record)] = record

    def emit(self, happening: Happening) -> None:
        """Take one event."""
        self._happenings.append(happening)

    def clear(self) -> None:
        """Forget what has been written."""
        self._records.clear()
        self._happenings.clear()

    def document(self) -> Document:
        """Return everything as ``avatar.write`` takes it; rows of one table are in the order of their keys."""
        rows: Rows = {}
        for (kind, _), record in sorted(self._records.items(), key=lambda item: item[0][1]):
            _ADD[kind](rows, record)
        if self._records:
            rows["locks"] = sorted({_boundary(record) for record in self._records.values()})
        for happening in self._happenings:
            _add_happening(rows, happening)
        return cast("Document", rows)


def merged(documents: Sequence[Document]) -> Document:
    """Return documents of different customers as one."""
    if len(documents) == 1:
        return documents[0]
    whole: Rows = {}
    for document in documents:
        for table, rows in document.items():
            if isinstance(rows, dict):
                whole.setdefault(table, {}).update(rows)
            else:
                whole.setdefault(table, []).extend(rows)
    whole.get("locks", []).sort()
    return cast("Document", whole)


def _identity(record: Record) -> str:
    match record:
        case Wallet() | Subscription():
            return record.customer
        case Posting():
            return record.transfer.key
        case _:
            return record.id


def _boundary(record: Record) -> str:
    """Name what must not be written by two at once: the customer, or a notice or money that is nobody's yet."""
    match record:
        case Evidence() | Posting() | Customer():
            return _identity(record)
        case _:
            return record.customer


def _add_row(table: str, rows: Rows, record: Row) -> None:
    """Add a record that is written whole, whether it is new or changed."""
    if record.version:
        rows.setdefault(f"changed_{table}", []).append(record)
    else:
        rows.setdefault(table, []).append(replace(record, version=1))


def _add_subscription(rows: Rows, subscription: Subscription) -> None:
    is_new = not subscription.version
    row = SubscriptionRow(
        subscription=replace(subscription, version=1) if is_new else subscription,
        announce_at=announce_at(subscription),
    )
    rows.setdefault("subscriptions" if is_new else "changed_subscriptions", []).append(row)


def _add_payment(rows: Rows, payment: Payment) -> None:
    if not payment.version:
        rows.setdefault("payments", []).append(replace(payment, version=1))
        return
    lease = payment.lease
    move: PaymentMove = (
        payment.id,
        payment.version,
        payment.bot,
        payment.expires_at,
        payment.status,
        payment.charge,
        payment.settled_at,
        payment.resume,
        lease.query if lease else None,
        lease.until if lease else None,
    )
    rows.setdefault("changed_payments", []).append(move)


def _add_evidence(rows: Rows, notice: Evidence) -> None:
    if not notice.version:
        rows.setdefault("evidence", []).append(replace(notice, version=1))
        return
    move: EvidenceMove = (notice.id, notice.version, notice.status, notice.reason)
    rows.setdefault("changed_evidence", []).append(move)


def _add_wallet(rows: Rows, wallet: Wallet) -> None:
    """Add the postings made since the wallet was read, and the accounts and holds that they are about."""
    for posting in wallet.postings:
        _add_posting(rows, posting)
    moves = Counter(entry.account for posting in wallet.postings for entry in posting.entries)
    for pocket, account in wallet.accounts.items():
        if account.name in moves:
            _add_account(rows, wallet.customer, pocket, account, read=account.version - moves[account.name])
    for order in sorted({posting.transfer.cause.id for posting in wallet.postings} & wallet.holds.keys()):
        _add_row("holds", rows, wallet.holds[order])


def _add_account(rows: Rows, customer: CustomerId, pocket: Pocket, account: Account, *, read: int) -> None:
    name, balance, version, digest = account.name, account.balance, account.version, account.digest
    if read:
        move: AccountMove = (name, read, balance, version, digest)
        rows.setdefault("changed_accounts", []).append(move)
    else:
        new: NewAccount = (name, customer, pocket, balance, version, digest)
        rows.setdefault("accounts", []).append(new)


def _add_posting(rows: Rows, posting: Posting) -> None:
    """Add a transfer with its entries; one of an account that is neither side is missed, which the database refuses."""
    sides: dict[AccountName, Side] = {
        entry.account: (entry.amount, entry.balance, entry.version, entry.digest) for entry in posting.entries
    }
    transfer = posting.transfer
    row: TransferRow = (
        transfer.key,
        transfer.kind,
        transfer.source,
        transfer.target,
        transfer.unit,
        transfer.amount,
        transfer.cause.type,
        transfer.cause.id,
        transfer.at,
        transfer.reverses,
        sides.get(transfer.source),
        sides.get(transfer.target),
    )
    rows.setdefault("transfers", []).append(row)


def _add_happening(rows: Rows, happening: Happening) -> None:
    event = happening.event
    row: EventRow = (happening.id, event.name, event, happening.at)
    rows.setdefault("events", []).append(row)
    rows.setdefault("tasks", {})[happening.id] = {task.reaction: task.lane for task in tasks_after(happening)}


_ADD: Mapping[type[Record], Callable[[Rows, Any], None]] = {
    Wallet: _add_wallet,
    Posting: _add_posting,
    Customer: partial(_add_row, "customers"),
    Subscription: _add_subscription,
    Payment: _add_payment,
    Evidence: _add_evidence,
    Avatar: partial(_add_row, "avatars"),
    Training: partial(_add_row, "trainings"),
    PortraitOrder: partial(_add_row, "portrait_orders"),
}
