"""Between the core's values and the JSON that two SQL functions speak; pydantic reads and writes the dataclasses.

The tables' columns carry the fields' names, so a row is a record: no field is listed here a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from typing_extensions import TypedDict

from adapters.postgres.storable import storable_json
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier
from avatar_core.events import Event
from avatar_core.ids import CustomerId
from avatar_core.ledger import Account, AccountName, Entry, Pocket, Transfer
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import GRACE, Subscription
from avatar_core.tasks import Happening, Reaction
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet

_NEAREST_FIRST = (-GRACE, timedelta(0), timedelta(days=1), timedelta(days=3))
"""How long before the end something may be announced; what and whether, `Subscription.due` says."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A customer's account with the columns that its name is made of."""

    name: AccountName
    customer: CustomerId
    pocket: Pocket
    balance: int
    version: int
    digest: str

    @property
    def account(self) -> Account:
        """The account itself."""
        return Account(self.name, self.balance, self.version, self.digest)


class SubscriptionRow(TypedDict):
    """A subscription and when it has to be looked at again."""

    subscription: Subscription
    announce_at: datetime | None


class EventRow(TypedDict):
    """A happening as a row."""

    id: str
    name: str
    facts: Event
    at: datetime


class TaskRow(TypedDict):
    """What follows an event."""

    event: str
    reaction: Reaction
    lane: str


class Document(TypedDict, total=False):
    """What ``avatar.write`` takes: records by table, each with the version it is going to have."""

    locks: list[str]
    """Whose the records are, for taking turns."""
    customers: list[Customer]
    accounts: list[AccountRow]
    accounts_read: dict[str, int]
    holds: list[Hold]
    evidence: list[Evidence]
    payments: list[Payment]
    subscriptions: list[SubscriptionRow]
    avatars: list[Avatar]
    trainings: list[Training]
    portrait_orders: list[PortraitOrder]
    transfers: list[Transfer]
    entries: list[Entry]
    events: list[EventRow]
    tasks: list[TaskRow]


class DossierRows(TypedDict):
    """What ``avatar.dossiers`` gives for each subject."""

    customer: Customer
    accounts: list[AccountRow]
    holds: list[Hold]
    subscription: Subscription | None
    avatars: list[Avatar]
    trainings: list[Training]
    payment: Payment | None
    order: PortraitOrder | None
    evidence: Evidence | None
    transfers: list[str]


_DOCUMENTS: TypeAdapter[list[Document]] = TypeAdapter(list[Document])
_DOSSIER = TypeAdapter(DossierRows)
_EVIDENCE = TypeAdapter(Evidence)
_EVENTS: dict[str, TypeAdapter[Event]] = {kind.name: TypeAdapter(kind) for kind in get_args(Event)}


def write_documents(documents: Sequence[Document]) -> str:
    """Return the documents as a JSON array; all times are written in UTC.

    What PostgreSQL's text cannot hold is replaced, on a way that is slower than the one nearly all documents take.
    """
    try:
        text = _DOCUMENTS.dump_json(list(documents)).decode()
    except PydanticSerializationError:  # half of a surrogate pair cannot be written in UTF-8
        text = None
    if text is None or "\\u0000" in text:
        return storable_json(_DOCUMENTS.dump_python(list(documents), mode="json"))
    return text


def read_evidence(row: str) -> Evidence:
    """Read one row of the evidence."""
    return _EVIDENCE.validate_json(row)


def read_happening(event_id: str, name: str, facts: str, at: datetime) -> Happening:
    """Read an event with its id and its time."""
    return Happening(event_id, _EVENTS[name].validate_json(facts), at.astimezone(UTC))  # type: ignore[arg-type]


def read_dossier(text: str) -> Dossier:
    """Read everything about one customer; what has no row yet is as on the first day."""
    rows = _DOSSIER.validate_json(text)
    customer, payment, order = rows["customer"], rows["payment"], rows["order"]
    return Dossier(
        customer=customer,
        wallet=_wallet(customer, rows),
        subscription=rows["subscription"] or Subscription(customer.id, customer.network),
        avatars={each.id: each for each in rows["avatars"]},
        trainings={each.id: each for each in rows["trainings"]},
        payments={payment.id: payment} if payment else {},
        orders={order.id: order} if order else {},
        evidence=rows["evidence"],
        transfers=frozenset(rows["transfers"]),
    )


def announce_at(subscription: Subscription) -> datetime | None:
    """Return the first moment at which something about the end has to be announced, or None."""
    first = None
    for at in (subscription.ends - before for before in _NEAREST_FIRST) if subscription.ends else ():
        if subscription.due(at) is None:  # this was said, and so is all that comes before it
            break
        first = at
    return first


def _wallet(customer: Customer, rows: DossierRows) -> Wallet:
    empty = Wallet.empty(customer.network, customer.id)
    kept = {row.pocket: row.account for row in rows["accounts"]}
    return Wallet(
        customer.network,
        customer.id,
        accounts={**empty.accounts, **kept},
        holds={hold.order: hold for hold in rows["holds"]},
    )
