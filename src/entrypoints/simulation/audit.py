"""The laws, checked after every commit for what it touched, against books that the audit keeps itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, pairwise
from typing import Protocol

from adapters.memory import MemoryDatabase
from avatar_core.customers import Customer
from avatar_core.dossier import Record
from avatar_core.ids import CustomerId, NetworkId, PaymentId, TelegramId
from avatar_core.ledger import GENESIS, STAR, Entry, Pocket, Posting, Transfer, TransferKind, chained
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus
from avatar_core.portraits import PortraitOrder
from avatar_core.runs import RunStatus
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening
from avatar_core.trainings import Training
from avatar_core.wallet import Wallet
from entrypoints.simulation.oracle import DAYS_OF_PLAN, Oracle
from entrypoints.simulation.truth import told_truly


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that does not hold."""

    law: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        """Word it."""
        return f"{self.law}: {self.subject}" + (f": {self.detail}" if self.detail else "")


class Law(Protocol):
    """A group of laws that looks at commits."""

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Go through what does not hold after a commit."""
        ...


@dataclass(slots=True)
class _Shadow:
    """A customer's account as the audit keeps it."""

    balance: int = 0
    version: int = 0
    digest: str = GENESIS


class Audit:
    """Looks at every commit.  ``broke`` is called for each law that does not hold."""

    def __init__(self, database: MemoryDatabase, oracle: Oracle, broke: Callable[[Broken], None]) -> None:
        self._database = database
        self._oracle = oracle
        self._broke = broke
        self._accounts: dict[str, _Shadow] = {}
        self._keys: set[str] = set()
        self._moved: Counter[tuple[str, TransferKind]] = Counter()
        self._captures: Counter[str] = Counter()
        self._statuses: dict[str, RunStatus] = {}
        self._paid: dict[PaymentId, str | None] = {}
        self._people: dict[tuple[NetworkId, TelegramId], CustomerId] = {}
        self._drafts: dict[CustomerId, str] = {}
        self._running: dict[CustomerId, str] = {}
        self.in_hand = 0
        self.business = 0
        self.totals: Counter[str] = Counter()
        """What was moved so far, by kind (stars) and by currency (money)."""
        self.laws: tuple[Law, ...] = ()
        """What looks at each commit besides."""

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> None:
        """Check what a commit has written."""
        for posting in chain.from_iterable(map(_postings, records)):
            self._post(posting)
        for record in records:
            self._look_at(record)
        for happening in happenings:
            if untrue := told_truly(self._database, happening.event):
                self._broke(Broken("an event tells what is so", happening.event.name, untrue))
        if self.in_hand + self.business:
            self._broke(Broken("stars in hand are stars given out", "all", f"{self.in_hand}, {self.business}"))
        for law in self.laws:
            for broken in law.committed(records, happenings):
                self._broke(broken)

    def balance(self, account: str) -> int:
        """Return the hundredths of ⭐ in a customer's account."""
        shadow = self._accounts.get(account)
        return shadow.balance if shadow else 0

    def moved(self, order: str, kind: TransferKind) -> int:
        """Return the hundredths of ⭐ that were moved for an order."""
        return self._moved[order, kind]

    def _look_at(self, record: Record) -> None:
        match record:
            case Training(id=name):
                self._training(self._database.trainings[name])
            case PortraitOrder(id=name):
                self._order(self._database.orders[name])
            case Payment(id=name):
                self._payment(self._database.payments[name])
            case Evidence(id=name):
                self._evidence(self._database.evidence[name])
            case Subscription(customer=customer):
                self._subscription(self._database.subscriptions[customer])
            case Customer():
                self._person(record)
            case _:
                pass

    # --- money

    def _post(self, posting: Posting) -> None:
        transfer = posting.transfer
        sides = ((transfer.source, -transfer.amount), (transfer.target, transfer.amount))
        if tuple((entry.account, entry.amount) for entry in posting.entries) != sides:
            self._broke(Broken("entries sum to zero", transfer.key))
        if transfer.key in self._keys:
            self._broke(Broken("the same key is one transfer", transfer.key))
        self._keys.add(transfer.key)
        self.totals[transfer.kind if transfer.unit == STAR else transfer.unit] += transfer.amount
        self._moved[transfer.cause.id, transfer.kind] += transfer.amount
        for entry in posting.entries:
            if entry.version is not None:
                self._enter(entry, transfer)
            elif transfer.unit == STAR:
                self.business += entry.amount
        if transfer.kind is TransferKind.CAPTURE:
            self._capture(transfer)

    def _enter(self, entry: Entry, transfer: Transfer) -> None:
        shadow = self._accounts.setdefault(entry.account, _Shadow())
        shadow.balance += entry.amount
        shadow.version += 1
        self.in_hand += entry.amount
        if (entry.balance, entry.version) != (shadow.balance, shadow.version):
            self._broke(Broken("a balance is the sum of its entries", entry.account, f"version {entry.version}"))
        if (shadow.balance > 0) if entry.account.endswith(f"/{Pocket.DEBT}") else (shadow.balance < 0):
            self._broke(Broken("no balance below zero", entry.account, str(shadow.balance)))
        if entry.digest != chained(shadow.digest, entry, transfer):
            self._broke(Broken("the hash chain is whole", entry.account, f"version {entry.version}"))
        shadow.digest = entry.digest or GENESIS

    def _capture(self, transfer: Transfer) -> None:
        order = transfer.cause.id
        self._captures[order] += 1
        trained = order in self._oracle.trained
        if not trained and self._captures[order] > self._oracle.albums.get(order, 0):
            self._broke(Broken("nothing is charged before it is delivered", order, transfer.key))

    # --- orders

    def _training(self, training: Training) -> None:
        status, customer = training.run.status, training.customer
        self._one_at_most(self._drafts, customer, training.id, there=status is RunStatus.DRAFT)
        self._one_at_most(self._running, customer, training.id, there=status.unfinished)
        self._order(training)

    def _one_at_most(self, places: dict[CustomerId, str], customer: CustomerId, name: str, *, there: bool) -> None:
        taken = places.get(customer)
        if there and taken not in {None, name}:
            self._broke(Broken("one draft and one unfinished training each", customer, f"{taken}, {name}"))
        if there:
            places[customer] = name
        elif taken == name:
            del places[customer]

    def _order(self, order: Training | PortraitOrder) -> None:
        name, status = order.id, order.run.status
        before = self._statuses.get(name)
        if before is not None and before.final and status is not before:
            self._broke(Broken("a final state never changes", name, f"{before} → {status}"))
        self._statuses[name] = status
        if order.run.requested_at is None:
            return
        held = self._moved[name, TransferKind.HOLD]
        captured, released = self._moved[name, TransferKind.CAPTURE], self._moved[name, TransferKind.RELEASE]
        if held != self._oracle.prices.get(name, held) or not held:
            self._broke(Broken("what is held is the price that was shown", name, str(held)))
        if status.final and held != captured + released:
            self._broke(Broken("an ended order holds nothing", name, f"{status}: {held}, {captured}, {released}"))
        if status.final and (captured > 0) != (status is RunStatus.SUCCEEDED):
            self._broke(Broken("what succeeds is charged, and nothing else", name, f"{status}: {captured}"))
        if status.unfinished and captured + released:
            self._broke(Broken("an order that goes on holds its stars", name, f"{status}: {captured}, {released}"))

    # --- payments, people, plans

    def _payment(self, payment: Payment) -> None:
        before = self._paid.get(payment.id)
        if before is not None and payment.charge != before:
            self._broke(Broken("a settled payment stays settled", payment.id, f"{before} → {payment.charge}"))
        self._paid[payment.id] = payment.charge
        if payment.status is PaymentStatus.COMPLETED and payment.stars:
            credited = self._moved[payment.id, TransferKind.CREDIT]
            if credited != payment.stars.hundredths:
                self._broke(Broken("a payment is credited once", payment.id, str(credited)))

    def _evidence(self, evidence: Evidence) -> None:
        charge = self._oracle.charges.get(evidence.charge)
        if charge is None:
            self._broke(Broken("evidence is of money that was paid", evidence.id))
        elif evidence.status is EvidenceStatus.SETTLED and not charge.fits:
            self._broke(Broken("what does not fit is not credited", evidence.id))

    def _person(self, customer: Customer) -> None:
        known = self._people.setdefault((customer.network, customer.telegram_id), customer.id)
        if known != customer.id:
            self._broke(Broken("a person is one customer", str(customer.telegram_id)))

    def _subscription(self, subscription: Subscription) -> None:
        for one, following in pairwise(subscription.terms):
            if one.ends is None or one.ends > following.starts:
                self._broke(Broken("terms do not overlap", subscription.customer))
        days = sum(((term.ends or term.starts) - term.starts for term in subscription.terms), timedelta(0))
        if days != timedelta(days=DAYS_OF_PLAN * len(subscription.causes)):
            self._broke(Broken("no paid day is lost or won", subscription.customer, str(days)))


def _postings(record: Record) -> tuple[Posting, ...]:
    match record:
        case Wallet(postings=postings):
            return postings
        case Posting():
            return (record,)
        case _:
            return ()
