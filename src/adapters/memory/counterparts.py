"""What has to have its counterpart: paid stars a payment, a payment its money and its evidence, a state its event.

Invariants I5 to I8 of page 5 read backwards: what was put into one table by hand is missed in another.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from adapters.memory.database import MemoryDatabase
from avatar_core import events
from avatar_core.ids import PaymentId
from avatar_core.ledger import (
    STAR,
    Cause,
    Pocket,
    Receipt,
    Transfer,
    TransferKind,
    customer_account,
    money_received,
    sales,
)
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus, PlanPurchase, item_of
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import Violation
from avatar_core.runs import HOLD_LIMIT, RunStatus
from avatar_core.subscriptions import Subscription
from avatar_core.trainings import Training

PAID_KINDS = {
    TransferKind.CREDIT: "I5: a credit has its payment",
    TransferKind.MONEY_IN: "I5: money has its payment",
}
ENDS: dict[str, str] = {
    events.PaymentCompleted.name: "payment",
    events.TrainingSucceeded.name: "training",
    events.TrainingFailed.name: "training",
    events.TrainingCanceled.name: "training",
    events.PortraitsDelivered.name: "order",
    events.PortraitsFailed.name: "order",
}
"""The events that tell of an end, each once for ever, and their field that names what has ended."""
STEPS: dict[str, str] = {
    events.PaymentExpired.name: "payment",
    events.PaymentQuarantined.name: "evidence",
    events.TrainingRequested.name: "training",
    events.DraftDiscarded.name: "training",
    events.PortraitsRequested.name: "order",
}
"""The events of states that may be left again."""

Facts = tuple[TransferKind, str, str, str, int]
State = tuple[str, str]
"""An event's name and the id of what it tells about."""


def broken_counterparts(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    """Go through everything whose counterpart is missing as of a moment."""
    yield from _money(database)
    yield from _evidence(database)
    yield from _orders(database, at)
    yield from _events(database)
    for subscription in database.subscriptions:
        yield from _periods(database, subscription)
    yield from _plans(database)


def _money(database: MemoryDatabase) -> Iterator[Violation]:
    """I5: what came in was paid, by a payment of the same customer, amount and key; and what was paid came in."""
    for transfer in (posting.transfer for posting in database.transfers):
        if transfer.kind in PAID_KINDS:
            payment = database.payments.get(PaymentId(transfer.cause.id))
            made = _made_by(payment) if payment else {}
            if made.get(transfer.key) != _facts(transfer):
                yield Violation(PAID_KINDS[transfer.kind], transfer.key, f"no such payment {transfer.cause.id}")
    for payment in database.payments:
        money = f"payment:{payment.gateway}:{payment.charge}:money"
        if payment.status is PaymentStatus.COMPLETED and money not in database.transfers:
            yield Violation("I5: a payment has its money", payment.id, f"no {money}")


def _facts(transfer: Transfer) -> Facts:
    return transfer.kind, transfer.source, transfer.target, transfer.unit, transfer.amount


def _made_by(payment: Payment) -> dict[str, Facts]:
    """Return the transfers that a payment makes when it is completed, by their keys."""
    if payment.status is not PaymentStatus.COMPLETED:
        return {}
    network, charge = payment.network, payment.charge or ""
    receipt = Receipt(network, payment.gateway, charge, payment.price, item_of(payment.purpose))
    money = money_received(receipt, Cause("payment", payment.id), payment.created_at).transfer
    available = customer_account(network, payment.customer, Pocket.AVAILABLE)
    credit = (TransferKind.CREDIT, sales(network, payment.gateway), available, STAR, payment.stars.hundredths)
    return {money.key: _facts(money), f"payment:{payment.gateway}:{charge}:credit": credit}


def _evidence(database: MemoryDatabase) -> Iterator[Violation]:
    """I5: a payment was completed because of a notice, and a notice that was settled completed a payment."""
    settled = [each for each in database.evidence if each.status is EvidenceStatus.SETTLED]
    known = {(each.gateway, each.charge, each.price) for each in settled}
    for payment in database.payments:
        if payment.status is PaymentStatus.COMPLETED and (payment.gateway, payment.charge, payment.price) not in known:
            yield Violation("I5: a payment has its evidence", payment.id, f"charge {payment.charge}")
    for notice in settled:
        paid = database.payment_of_charge.get((notice.gateway, notice.charge))
        if paid is None or not _settles(notice, database.payments[paid]):
            yield Violation("I5: settled evidence has its payment", notice.id, f"charge {notice.charge}")


def _settles(notice: Evidence, payment: Payment) -> bool:
    named = notice.payment_id in {None, payment.id} and notice.payment_number in {None, payment.number}
    return named and payment.status is PaymentStatus.COMPLETED and payment.price == notice.price


def _orders(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    """I6: stars are held for an order that was made, and no longer than one can live."""
    made: tuple[Training | PortraitOrder, ...] = (*database.trainings, *database.orders)
    orders: dict[str, Training | PortraitOrder] = {each.id: each for each in made if each.run.requested_at}
    for hold in database.holds:
        order = orders.get(hold.order)
        if order is None or order.customer != hold.customer:
            yield Violation("I6: a hold has its order", hold.order, f"held for {hold.customer}")
    for each in orders.values():
        last, known = (each.run.requested_at or at) + HOLD_LIMIT, database.holds.get(each.id)
        if (each.run.status.unfinished and at >= last) or (known and known.deadline > last):
            yield Violation("I6: no order outlives its time", each.id, last.isoformat())


def _events(database: MemoryDatabase) -> Iterator[Violation]:
    """I7: each state was told of in the commit that made it, and what was told is so."""
    told: Counter[State] = Counter()
    for event in (happening.event for happening in database.happenings):
        field = (ENDS | STEPS).get(event.name)
        if field is not None:
            told[event.name, getattr(event, field)] += 1
    states = set(_states(database))
    for name, subject in sorted(states - told.keys()):
        yield Violation("I7: a state has its event", subject, name)
    for (name, subject), times in told.items():
        if name in ENDS and (times > 1 or (name, subject) not in states):
            yield Violation("I7: an end is told once and is true", subject, name)


def _states(database: MemoryDatabase) -> Iterator[State]:
    """Go through the events that must have been, going by the states of things."""
    payments = {
        PaymentStatus.COMPLETED: events.PaymentCompleted.name,
        PaymentStatus.EXPIRED: events.PaymentExpired.name,
    }
    for payment in database.payments:
        if payment.status in payments:
            yield payments[payment.status], payment.id
    for notice in database.evidence:
        if notice.status is EvidenceStatus.QUARANTINED:
            yield events.PaymentQuarantined.name, notice.id
    for training in database.trainings:
        yield from _steps(training.run.status, training.id, _TRAINING, ordered=training.run.requested_at is not None)
    for order in database.orders:
        if order.run.requested_at is not None:
            yield from _steps(order.run.status, order.id, _PORTRAITS, ordered=True)


_TRAINING = {
    None: events.TrainingRequested.name,
    RunStatus.SUCCEEDED: events.TrainingSucceeded.name,
    RunStatus.FAILED: events.TrainingFailed.name,
    RunStatus.CANCELED: events.TrainingCanceled.name,
}
_PORTRAITS = {
    None: events.PortraitsRequested.name,
    RunStatus.SUCCEEDED: events.PortraitsDelivered.name,
    RunStatus.FAILED: events.PortraitsFailed.name,
}


def _steps(status: RunStatus, subject: str, names: dict[RunStatus | None, str], *, ordered: bool) -> Iterator[State]:
    if ordered:
        yield names[None], subject
    if status in names:
        yield names[status] if ordered else events.DraftDiscarded.name, subject


def _periods(database: MemoryDatabase, subscription: Subscription) -> Iterator[Violation]:
    """I8: each period was paid or granted, and together they are as long as what was paid."""
    customer, paid, granted = subscription.customer, timedelta(0), subscription.endless is not None
    for cause in subscription.causes:
        payment = database.payments.get(PaymentId(cause))
        if cause.startswith("grant:"):
            granted = True
        elif payment is None or not _pays_plan(payment) or payment.customer != customer:
            yield Violation("I8: each period is paid once", customer, cause)
        elif isinstance(payment.purpose, PlanPurchase):
            paid += timedelta(days=payment.purpose.days or 0)
    length = sum((term.ends - term.starts for term in subscription.terms if term.ends), timedelta(0))
    if length != paid and not granted:
        yield Violation("I8: terms are as long as what was paid", customer, f"{length}, paid {paid}")


def _plans(database: MemoryDatabase) -> Iterator[Violation]:
    for payment in database.payments:
        known = database.subscriptions.get(payment.customer)
        if _pays_plan(payment) and payment.id not in (known.causes if known else ()):
            yield Violation("I8: each period is paid once", payment.customer, payment.id)


def _pays_plan(payment: Payment) -> bool:
    return payment.status is PaymentStatus.COMPLETED and isinstance(payment.purpose, PlanPurchase)
