"""What a unit of work is going to write: gathered record by record, handed over as one document."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from adapters.postgres.codec import AccountRow, Document, SubscriptionRow, announce_at
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Record
from avatar_core.ledger import Posting
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening, tasks_after
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet

Row = TypeVar("Row", Customer, Subscription, Payment, Evidence, Avatar, Training, PortraitOrder, Hold)


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
        document = Document()
        for _, record in sorted(self._records.items(), key=lambda item: item[0][1]):
            _add(document, record)
        if self._records:
            document["locks"] = sorted({_boundary(record) for record in self._records.values()})
        for happening in self._happenings:
            _add_happening(document, happening)
        return document


def merged(documents: Sequence[Document]) -> Document:
    """Return documents of different customers as one."""
    if len(documents) == 1:
        return documents[0]
    whole: dict[str, Any] = {}
    for document in documents:
        for table, rows in document.items():
            if isinstance(rows, dict):
                whole.setdefault(table, {}).update(rows)
            else:
                whole.setdefault(table, []).extend(rows)
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


def _next(record: Row) -> Row:
    return replace(record, version=record.version + 1)


def _add(document: Document, record: Record) -> None:  # noqa: C901, PLR0912  one case for each kind of record
    match record:
        case Wallet():
            _add_wallet(document, record)
        case Posting():
            _add_posting(document, record)
        case Customer():
            document.setdefault("customers", []).append(_next(record))
        case Subscription():
            row = SubscriptionRow(subscription=_next(record), announce_at=announce_at(record))
            document.setdefault("subscriptions", []).append(row)
        case Payment():
            document.setdefault("payments", []).append(_next(record))
        case Evidence():
            document.setdefault("evidence", []).append(_next(record))
        case Avatar():
            document.setdefault("avatars", []).append(_next(record))
        case Training():
            document.setdefault("trainings", []).append(_next(record))
        case PortraitOrder():
            document.setdefault("portrait_orders", []).append(_next(record))


def _add_wallet(document: Document, wallet: Wallet) -> None:
    """Add the postings made since the wallet was read, and the accounts and holds that they are about."""
    for posting in wallet.postings:
        _add_posting(document, posting)
    moves = Counter(entry.account for posting in wallet.postings for entry in posting.entries)
    for pocket, account in wallet.accounts.items():
        if account.name in moves:
            row = AccountRow(account.name, wallet.customer, pocket, account.balance, account.version, account.digest)
            document.setdefault("accounts", []).append(row)
            document.setdefault("accounts_read", {})[account.name] = account.version - moves[account.name]
    for order in sorted({posting.transfer.cause.id for posting in wallet.postings} & wallet.holds.keys()):
        document.setdefault("holds", []).append(_next(wallet.holds[order]))


def _add_posting(document: Document, posting: Posting) -> None:
    document.setdefault("transfers", []).append(posting.transfer)
    document.setdefault("entries", []).extend(posting.entries)


def _add_happening(document: Document, happening: Happening) -> None:
    event = happening.event
    document.setdefault("events", []).append(
        {"id": happening.id, "name": event.name, "facts": event, "at": happening.at}
    )
    document.setdefault("tasks", []).extend(
        {"event": happening.id, "reaction": task.reaction, "lane": task.lane} for task in tasks_after(happening)
    )
