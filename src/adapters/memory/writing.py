"""What a commit does to the tables: versions, unique keys and the checks that hold the laws of the ledger."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from adapters.memory.database import MemoryDatabase, TaskRow
from adapters.memory.rows import Rows
from adapters.memory.seals import is_sealed
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Record
from avatar_core.errors import BalanceWouldBreak, CaptureExceedsHold, ConcurrentChange, RefundExceedsCapture
from avatar_core.ids import CustomerId, TrainingId
from avatar_core.ledger import Account, Entry, Pocket, Posting
from avatar_core.money import NO_STARS
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.runs import RunStatus
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening, tasks_after
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet

Key = TypeVar("Key")
Row = TypeVar("Row", Customer, Subscription, Payment, Evidence, Avatar, Training, PortraitOrder, Hold)


def write(database: MemoryDatabase, record: Record) -> None:  # noqa: C901, PLR0912  one case for each kind of record
    """Write one record.  Raises ConcurrentChange and LedgerError; the transaction around it takes everything back."""
    match record:
        case Wallet():
            _write_wallet(database, record)
        case Posting():
            _post(database, record)
        case Customer():
            database.customer_of_person.claim((record.network, record.telegram_id), record.id)
            _put(database.customers, record.id, record)
        case Subscription():
            _put(database.subscriptions, record.customer, record)
        case Payment():
            _write_payment(database, record)
        case Evidence():
            _put(database.evidence, record.id, record)
        case Avatar():
            _put(database.avatars, record.id, record)
            database.avatars_of_customer.add(record.customer, record.id)
        case Training():
            _write_training(database, record)
        case PortraitOrder():
            _put(database.orders, record.id, record)


def write_happening(database: MemoryDatabase, happening: Happening) -> None:
    """Write one event and the tasks that must follow it, behind all earlier ones."""
    database.happenings.insert(happening.id, happening)
    for task in tasks_after(happening):
        database.tasks.insert(task.id, TaskRow(next(database.task_numbers), task))
        database.lanes.add(task.lane, task.id)


def _put(rows: Rows[Key, Row], key: Key, record: Row) -> None:
    stored = rows.get(key)
    if record.version != (stored.version if stored else 0):
        raise ConcurrentChange
    rows.set(key, replace(record, version=record.version + 1))


def _write_payment(database: MemoryDatabase, payment: Payment) -> None:
    database.payment_of_number.claim(payment.number, payment.id)
    if payment.charge is not None:
        database.payment_of_charge.claim((payment.gateway, payment.charge), payment.id)
    _put(database.payments, payment.id, payment)


def _write_training(database: MemoryDatabase, training: Training) -> None:
    status = training.run.status
    _occupy(database.draft_of_customer, training, taken=status is RunStatus.DRAFT)
    _occupy(database.unfinished_of_customer, training, taken=status.unfinished)
    _put(database.trainings, training.id, training)


def _occupy(place: Rows[CustomerId, TrainingId], training: Training, *, taken: bool) -> None:
    """Keep the one place a customer has for a training in this state."""
    if taken:
        place.claim(training.customer, training.id)
    elif place.get(training.customer) == training.id:
        place.drop(training.customer)


def _write_wallet(database: MemoryDatabase, wallet: Wallet) -> None:
    """Write the postings made since the wallet was read, and the holds that they are about."""
    for posting in wallet.postings:
        _post(database, posting)
    for order in dict.fromkeys(posting.transfer.cause.id for posting in wallet.postings):
        if order in wallet.holds:
            _write_hold(database, wallet.holds[order])


def _write_hold(database: MemoryDatabase, hold: Hold) -> None:
    if hold.captured + hold.released > hold.amount:
        raise CaptureExceedsHold(asked=hold.captured + hold.released, open=hold.amount)
    if hold.refunded > hold.captured:
        raise RefundExceedsCapture(asked=hold.refunded, captured=hold.captured)
    _put(database.holds, hold.order, hold)
    change: Callable[[CustomerId, str], None]
    change = database.open_holds.add if hold.open > NO_STARS else database.open_holds.drop
    change(hold.customer, hold.order)


def _post(database: MemoryDatabase, posting: Posting) -> None:
    if is_sealed(database, posting.transfer.at):
        raise ConcurrentChange
    database.transfers.insert(posting.transfer.key, posting)
    for entry in posting.entries:
        if entry.version is not None:
            _enter(database, entry, entry.version)


def _enter(database: MemoryDatabase, entry: Entry, version: int) -> None:
    """Add an entry to a customer's account; its version is unique and leaves no gap."""
    stored = database.accounts.get(entry.account)
    if version != (stored.version if stored else 0) + 1:
        raise ConcurrentChange
    balance = entry.balance or 0
    owes = entry.account.endswith(f"/{Pocket.DEBT}")
    if (balance > 0) if owes else (balance < 0):
        raise BalanceWouldBreak(account=entry.account, balance=balance)
    database.entries.insert((entry.account, version), entry)
    database.accounts.set(entry.account, Account(entry.account, balance, version, entry.digest or ""))
