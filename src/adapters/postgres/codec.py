"""Between the core's values and the JSON that two SQL functions speak; pydantic reads and writes the dataclasses.

The tables' columns carry the fields' names, so a row is a record: no field is listed here a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from typing_extensions import TypedDict

from adapters.postgres.storable import storable_json
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier
from avatar_core.events import Event
from avatar_core.ids import BotId, CustomerId, EventId, EvidenceId, PaymentId
from avatar_core.ledger import Account, AccountName, Pocket, TransferKind, customer_account
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus
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


NewAccount = tuple[AccountName, CustomerId, Pocket, int, int, str]
"""A customer's first entry in an account: name, customer, pocket, balance, version and digest."""
AccountMove = tuple[AccountName, int, int, int, str]
"""Name and version read; then what changes: balance, version and digest."""
EvidenceMove = tuple[EvidenceId, int, EvidenceStatus, str | None]
"""Id and version read; then what can change in a notice: status and reason."""
PaymentMove = tuple[
    PaymentId,
    int,
    BotId,
    datetime,
    PaymentStatus,
    str | None,
    datetime | None,
    str | None,
    str | None,
    datetime | None,
]
"""Id and version read; then what can change in a payment: bot, expires_at, status, charge, settled_at, resume and the
lease's query and end."""
Side = tuple[int, int | None, int | None, str | None]
"""An entry whose account is known: amount, balance, version and digest."""
TransferRow = tuple[
    str, TransferKind, AccountName, AccountName, str, int, str, str, datetime, str | None, Side | None, Side | None
]
"""A transfer's fields, and the entries of its source and its target."""
EventRow = tuple[EventId, str, Event, datetime]
"""Id, name, facts and time."""


class SubscriptionRow(TypedDict):
    """A subscription and when it has to be looked at again."""

    subscription: Subscription
    announce_at: datetime | None


class Document(TypedDict, total=False):
    """What ``avatar.write`` takes: new records by table, and changed ones with the version that they were read at."""

    locks: list[str]
    """Whose the records are, for taking turns."""
    customers: list[Customer]
    changed_customers: list[Customer]
    accounts: list[NewAccount]
    changed_accounts: list[AccountMove]
    holds: list[Hold]
    changed_holds: list[Hold]
    evidence: list[Evidence]
    changed_evidence: list[EvidenceMove]
    payments: list[Payment]
    changed_payments: list[PaymentMove]
    subscriptions: list[SubscriptionRow]
    changed_subscriptions: list[SubscriptionRow]
    avatars: list[Avatar]
    changed_avatars: list[Avatar]
    trainings: list[Training]
    changed_trainings: list[Training]
    portrait_orders: list[PortraitOrder]
    changed_portrait_orders: list[PortraitOrder]
    transfers: list[TransferRow]
    events: list[EventRow]
    tasks: dict[EventId, dict[Reaction, str]]
    """The lane of each reaction to each event."""


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


class EventUnreadable(Exception):
    """An event that this version does not know, or knows with other facts, as another version has written it."""


def read_happening(event_id: str, name: str, facts: str, at: datetime) -> Happening:
    """Read an event with its id and its time.  Raises EventUnreadable."""
    if name not in _EVENTS:
        raise EventUnreadable(f"this version knows no event {name}")
    try:
        event = _EVENTS[name].validate_json(facts)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors())
        raise EventUnreadable(f"this version cannot read {name}: {wrong}") from error
    return Happening(EventId(event_id), event, at.astimezone(UTC))


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
    accounts = {row.pocket: row.account for row in rows["accounts"]}
    for pocket in Pocket:
        if pocket not in accounts:
            accounts[pocket] = Account(customer_account(customer.network, customer.id, pocket))
    return Wallet(customer.network, customer.id, accounts, holds={hold.order: hold for hold in rows["holds"]})
