"""What ties the business to its books: invariants I5 to I8 of page 5."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from adapters.memory.database import MemoryDatabase
from avatar_core.ledger import Pocket, customer_account
from avatar_core.money import NO_STARS, Stars
from avatar_core.payments import Payment, PaymentStatus
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import Violation
from avatar_core.runs import RunStatus
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import tasks_after
from avatar_core.trainings import Training

OLDEST_TASK = timedelta(days=2)
"""An order waits for a day at most: what was not carried out after two has been forgotten."""


def broken_invariants(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    """Go through every broken invariant as of a moment."""
    for payment in database.payments:
        if payment.status is PaymentStatus.COMPLETED and payment.stars:
            yield from _payment(database, payment)
    for training in database.trainings:
        succeeded = training.run.status is RunStatus.SUCCEEDED
        earned = training.chosen.quote.amount if succeeded else NO_STARS
        yield from _order(database, training, earned)
    for order in database.orders:
        yield from _order(database, order, order.price_per_image * len(order.delivered))
    yield from _events(database, at)
    for subscription in database.subscriptions:
        yield from _subscription(subscription)


def _payment(database: MemoryDatabase, payment: Payment) -> Iterator[Violation]:
    """I5: each charge is credited once; the key makes it at most once, so it has to be there."""
    posting = database.transfers.get(f"payment:{payment.gateway}:{payment.charge}:credit")
    target = customer_account(payment.network, payment.customer, Pocket.AVAILABLE)
    credited = posting and (posting.transfer.target, posting.transfer.amount)
    if credited != (target, payment.stars.hundredths):
        yield Violation("I5: each charge is credited once", payment.id, f"charge {payment.charge}")


def _order(database: MemoryDatabase, order: Training | PortraitOrder, earned: Stars) -> Iterator[Violation]:
    """I6: what was ordered has a hold, and ends charged for exactly what was delivered, the rest released."""
    if order.run.requested_at is None:
        return
    hold = database.holds.get(order.id)
    if hold is None:
        yield Violation("I6: an order has a hold", order.id, order.run.status)
    elif order.run.status.final and hold.open > NO_STARS:
        yield Violation("I6: an ended order holds nothing", order.id, f"{hold.open} ⭐ held")
    elif order.run.status.final and hold.captured != earned:
        yield Violation("I6: what was delivered is charged", order.id, f"{hold.captured} ⭐, not {earned} ⭐")


def _events(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    for happening in database.happenings:
        for task in tasks_after(happening):
            row = database.tasks.get(task.id)
            if row is None:
                yield Violation("I7: an event has its tasks", happening.id, task.reaction)
            elif not (row.done or row.dead) and at >= max(happening.at, row.task.due_at) + OLDEST_TASK:
                yield Violation("I7: tasks are carried out", task.id, f"since {happening.at.isoformat()}")


def _subscription(subscription: Subscription) -> Iterator[Violation]:
    for one, following in pairwise(subscription.terms):
        if one.ends is None or one.ends > following.starts:
            yield Violation("I8: terms do not overlap", subscription.customer, f"{one.plan}, {following.plan}")
    if len(set(subscription.causes)) != len(subscription.causes):
        yield Violation("I8: each period has a cause of its own", subscription.customer, ", ".join(subscription.causes))
