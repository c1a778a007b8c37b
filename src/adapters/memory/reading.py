"""What a dossier is read from: everything about one customer, as of one moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from adapters.memory.database import MemoryDatabase
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier, OfCustomer, OfEvidence, OfPayment, OfPerson, OfPortraits, OfTraining, Subject
from avatar_core.errors import (
    CustomerNotFound,
    EvidenceNotFound,
    PaymentNotFound,
    PortraitOrderNotFound,
    TrainingNotFound,
)
from avatar_core.ids import CustomerId, EvidenceId, NetworkId, PaymentId, PortraitOrderId, TrainingId
from avatar_core.ledger import Account, Pocket
from avatar_core.payments import Evidence, Payment
from avatar_core.subscriptions import Subscription
from avatar_core.wallet import Wallet

KNOWN = 4_096
"""Customers whose accounts' names are kept: as many as a test has, and no more than a megabyte."""


def read(database: MemoryDatabase, subject: Subject, keys: Sequence[str]) -> Dossier:
    """Read one customer.  Raises the NotFound of the subject's kind."""
    dossier = _read(database, subject)
    known = frozenset(key for key in keys if key in database.transfers)
    return replace(dossier, transfers=known) if known else dossier


def _read(database: MemoryDatabase, subject: Subject) -> Dossier:
    match subject:
        case OfCustomer(customer):
            return _of_customer(database, customer)
        case OfPerson(network, telegram_id):
            return _of_customer(database, database.customer_of_person.get((network, telegram_id)))
        case OfPayment(payment):
            return _of_payment(database, payment)
        case OfEvidence(notice):
            evidence = notice_of(database, notice)
            return _of_payment(database, _named_by(database, evidence), evidence)
        case OfTraining(training):
            return _of_training(database, training)
        case OfPortraits(order):
            return _of_portraits(database, order)
        case _:
            assert_never(subject)


def notice_of(database: MemoryDatabase, evidence: EvidenceId) -> Evidence:
    """Read one notice.  Raises EvidenceNotFound."""
    found = database.evidence.get(evidence)
    if found is None:
        raise EvidenceNotFound
    return found


def _named_by(database: MemoryDatabase, evidence: Evidence) -> PaymentId | None:
    """Find the payment that a notice names: by our id, else by our number."""
    if evidence.payment_id is not None:
        return evidence.payment_id
    number = evidence.payment_number
    return None if number is None else database.payment_of_number.get(number)


def _of_payment(database: MemoryDatabase, wanted: PaymentId | None, evidence: Evidence | None = None) -> Dossier:
    payment = None if wanted is None else database.payments.get(wanted)
    if payment is None:
        raise PaymentNotFound
    return _of_customer(database, payment.customer, payment=payment, evidence=evidence)


def _of_training(database: MemoryDatabase, wanted: TrainingId) -> Dossier:
    training = database.trainings.get(wanted)
    if training is None:
        raise TrainingNotFound
    dossier = _of_customer(database, training.customer, order=training.id)
    return replace(dossier, trainings={**dossier.trainings, training.id: training})


def _of_portraits(database: MemoryDatabase, wanted: PortraitOrderId) -> Dossier:
    order = database.orders.get(wanted)
    if order is None:
        raise PortraitOrderNotFound
    return replace(_of_customer(database, order.customer, order=order.id), orders={order.id: order})


def _of_customer(
    database: MemoryDatabase,
    wanted: CustomerId | None,
    *,
    order: str | None = None,
    payment: Payment | None = None,
    evidence: Evidence | None = None,
) -> Dossier:
    """Read what every dossier has; ``order`` names the hold that was asked for."""
    customer = None if wanted is None else database.customers.get(wanted)
    if customer is None:
        raise CustomerNotFound
    places = (database.draft_of_customer, database.unfinished_of_customer)
    trainings = [each for place in places if (each := place.get(customer.id)) is not None]
    return Dossier(
        customer=customer,
        wallet=_wallet(database, customer, database.open_holds.of(customer.id) + ([order] if order else [])),
        subscription=database.subscriptions.get(customer.id) or Subscription(customer.id, customer.network),
        avatars={each: database.avatars[each] for each in database.avatars_of_customer.of(customer.id)},
        trainings={each: database.trainings[each] for each in trainings},
        payments={payment.id: payment} if payment else {},
        evidence=evidence,
    )


@lru_cache(maxsize=KNOWN)
def _empty(network: NetworkId, customer: CustomerId) -> Mapping[Pocket, Account]:
    """Name somebody's accounts; they are named alike for ever."""
    return Wallet.empty(network, customer).accounts


def _wallet(database: MemoryDatabase, customer: Customer, orders: Iterable[str]) -> Wallet:
    empty = _empty(customer.network, customer.id)
    accounts = {pocket: database.accounts.get(account.name) or account for pocket, account in empty.items()}
    holds = {order: hold for order in orders if (hold := database.holds.get(order))}
    return Wallet(customer.network, customer.id, accounts, holds)
