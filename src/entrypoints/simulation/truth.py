"""Whether an event tells what is so at the moment it is written."""

from adapters.memory import MemoryDatabase
from avatar_core import events
from avatar_core.events import Event
from avatar_core.ids import PortraitOrderId, TrainingId
from avatar_core.payments import EvidenceStatus, PaymentStatus
from avatar_core.runs import Run, RunStatus

_TRAININGS: dict[type, frozenset[RunStatus]] = {
    events.TrainingRequested: frozenset({RunStatus.PENDING}),
    events.TrainingSubmitted: frozenset(
        {RunStatus.PROCESSING, RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELED}
    ),
    events.TrainingProgressed: frozenset({RunStatus.PROCESSING}),
    events.TrainingDelayed: frozenset({RunStatus.PENDING, RunStatus.SUBMITTING}),
    events.TrainingSucceeded: frozenset({RunStatus.SUCCEEDED}),
    events.TrainingFailed: frozenset({RunStatus.FAILED}),
    events.TrainingCanceled: frozenset({RunStatus.CANCELED}),
    events.DraftDiscarded: frozenset({RunStatus.CANCELED}),
}
_PORTRAITS: dict[type, frozenset[RunStatus]] = {
    events.PortraitsRequested: frozenset({RunStatus.PENDING}),
    events.PortraitsPainted: frozenset({RunStatus.PROCESSING}),
    events.PortraitsDelayed: frozenset({RunStatus.PENDING, RunStatus.SUBMITTING}),
    events.PortraitsDelivered: frozenset({RunStatus.SUCCEEDED}),
    events.PortraitsFailed: frozenset({RunStatus.FAILED}),
}

_LASTING = (
    events.CustomerRegistered,
    events.PaymentOpened,
    events.PaymentCompleted,
    events.PaymentQuarantined,
    events.TrainingSucceeded,
    events.TrainingFailed,
    events.TrainingCanceled,
    events.PortraitsDelivered,
    events.PortraitsFailed,
)
"""What such an event tells is so for ever."""


def lasting_subject(event: Event) -> str | None:
    """Return what an event is about, if what it tells is so for ever."""
    if not isinstance(event, _LASTING):
        return None
    names = (getattr(event, field, None) for field in ("training", "order", "payment", "evidence", "customer"))
    found: str = next(name for name in names if name is not None)
    return found


def told_truly(database: MemoryDatabase, event: Event) -> str | None:
    """Return what is otherwise than the event says, or None."""
    if type(event) in _TRAININGS:
        training = database.trainings.get(TrainingId(getattr(event, "training", "")))
        return _status(training.run if training else None, _TRAININGS[type(event)])
    if type(event) in _PORTRAITS:
        order = database.orders.get(PortraitOrderId(getattr(event, "order", "")))
        return _status(order.run if order else None, _PORTRAITS[type(event)])
    return _paid(database, event)


def _paid(database: MemoryDatabase, event: Event) -> str | None:
    match event:
        case events.PaymentCompleted(payment=name):
            payment = database.payments.get(name)
            true = payment is not None and payment.status is PaymentStatus.COMPLETED
        case events.PaymentExpired(payment=name):
            payment = database.payments.get(name)
            true = payment is not None and payment.status is PaymentStatus.EXPIRED
        case events.PaymentOpened(payment=name):
            true = name in database.payments
        case events.PaymentQuarantined(evidence=notice):
            kept = database.evidence.get(notice)
            true = kept is not None and kept.status is EvidenceStatus.QUARANTINED
        case events.CustomerRegistered(customer=customer):
            true = customer in database.customers
        case _:
            true = True
    return None if true else "it is not so"


def _status(run: Run | None, fitting: frozenset[RunStatus]) -> str | None:
    if run is None:
        return "there is no such order"
    return None if run.status in fitting else f"it is {run.status}"
