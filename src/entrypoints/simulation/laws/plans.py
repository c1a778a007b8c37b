"""Plans: a budget of time for each, of which the highest that is left is used up first.

That is all an oracle needs to know which plan runs, until when, and who may do what; rows of terms are the product's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.memory import MemoryDatabase
from avatar_core import events
from avatar_core.dossier import Record
from avatar_core.errors import AvatarError, FeatureLocked
from avatar_core.events import Event
from avatar_core.ids import CustomerId, PaymentId
from avatar_core.payments import Payment, PaymentStatus
from avatar_core.subscriptions import Subscription, Term
from avatar_core.tasks import Happening
from avatar_core.trainings import Training
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import DAYS_OF_PLAN, LATE, Oracle

HIGHEST_FIRST = ("NEUROVIDEO", "NEUROPHOTO")
"""The plans that are for sale; both open trainings and portraits."""
PERIOD, GRACE, NOTHING = timedelta(days=DAYS_OF_PLAN), timedelta(days=3), timedelta(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """What was left of each plan at the moment of the last purchase."""

    at: datetime
    left: tuple[timedelta, ...] = (NOTHING,) * len(HIGHEST_FIRST)
    since: datetime | None = None
    """Since when there has been a plan, days of grace included, without a break."""

    def left_at(self, at: datetime) -> tuple[timedelta, ...]:
        """Return what is left of each plan at a moment."""
        used, rest = max(at - self.at, NOTHING), []
        for each in self.left:
            rest.append(max(each - used, NOTHING))
            used = max(used - each, NOTHING)
        return tuple(rest)

    @property
    def ends(self) -> datetime:
        """When all of it is used up."""
        return self.at + sum(self.left, NOTHING)

    @property
    def last(self) -> str:
        """The plan that ends last."""
        return next(plan for plan, left in zip(HIGHEST_FIRST[::-1], self.left[::-1], strict=True) if left)

    def ends_of(self, plan: str) -> datetime:
        """Return when a plan is used up."""
        return self.at + sum(self.left[: HIGHEST_FIRST.index(plan) + 1], NOTHING)

    def runs_at(self, at: datetime) -> str | None:
        """Return the plan that opens features at a moment, in its grace too."""
        left = next((plan for plan, left in zip(HIGHEST_FIRST, self.left_at(at), strict=True) if left), None)
        return left or (self.last if at < self.ends + GRACE else None)

    def bought(self, plan: str, at: datetime) -> "Budget":
        """Return it with another period."""
        left = zip(HIGHEST_FIRST, self.left_at(at), strict=True)
        goes_on = self.since is not None and at < self.ends + GRACE
        more = tuple(rest + (PERIOD if each == plan else NOTHING) for each, rest in left)
        return Budget(at, more, self.since if goes_on else at)


class Plans:
    """Looks at purchases, at subscriptions, at who is let in and who is not."""

    def __init__(self, database: MemoryDatabase, oracle: Oracle, now: Callable[[], datetime]) -> None:
        self._database = database
        self._oracle = oracle
        self._now = now
        self._counted: set[PaymentId] = set()
        self.budgets: dict[CustomerId, Budget] = {}

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Count what was paid, then go through what does not follow from it."""
        for record in records:
            if isinstance(record, Payment):
                self._count(self._database.payments[record.id])
        for record in records:
            yield from self._written(record)
        for happening in happenings:
            yield from self._happened(happening.event)

    def _written(self, record: Record) -> Iterator[Broken]:
        match record:
            case Subscription(customer=customer):
                yield from self._subscription(self._database.subscriptions[customer])
            case Training(version=0, customer=customer):
                yield from self._let_in(customer, "a draft")
            case _:
                pass

    def _happened(self, event: Event) -> Iterator[Broken]:
        match event:
            case events.TrainingRequested() | events.PortraitsRequested():
                yield from self._let_in(event.customer, event.name)
            case events.SubscriptionStarted() | events.SubscriptionRenewed():
                yield from self._told(event.customer, event.plan, event.ends)
            case events.PaymentCompleted(plan=plan) if plan is not None:
                yield from self._told(event.customer, plan, event.ends)
            case _:
                pass

    def refused(self, customer: CustomerId, refusal: AvatarError) -> Iterator[Broken]:
        """Go through what should not have been refused."""
        budget, now = self.budgets.get(customer), self._now()
        if not isinstance(refusal, FeatureLocked) or budget is None or budget.since is None:
            return
        if budget.since < now - LATE and budget.at < now - LATE and now + LATE < budget.ends + GRACE:
            yield Broken("who has a plan may use it", customer, f"until {budget.ends + GRACE}")

    def running(self) -> Iterator[Broken]:
        """Go through the customers for whom another plan runs than the one that they paid."""
        now = self._now()
        for customer, budget in self.budgets.items():
            paid, subscription = budget.runs_at(now), self._database.subscriptions.get(customer)
            term = subscription.term_at(now) if subscription else None
            if paid == (term.plan if term else None):
                continue
            settled_long_ago = budget.at < now - LATE
            if settled_long_ago and paid == budget.runs_at(now - LATE) == budget.runs_at(now + LATE):
                yield Broken("the plan that runs is the highest one that is left", customer, f"{term}, not {paid}")

    def _count(self, payment: Payment) -> None:
        invoice = self._oracle.invoices.get(payment.id)
        if payment.status is not PaymentStatus.COMPLETED or payment.id in self._counted or invoice is None:
            return
        self._counted.add(payment.id)
        if invoice.plan is not None:
            now = self._now()
            self.budgets[invoice.customer] = self.budgets.get(invoice.customer, Budget(now)).bought(invoice.plan, now)

    def _subscription(self, subscription: Subscription) -> Iterator[Broken]:
        now, customer = self._now(), subscription.customer
        budget = self.budgets.get(customer, Budget(now))
        row = [(term.plan, _length(term, now)) for term in subscription.terms]
        for plan, left in zip(HIGHEST_FIRST, budget.left_at(now), strict=True):
            found = sum((length for each, length in row if each == plan), NOTHING)
            if abs(found - left) > LATE:
                yield Broken("of each plan is left what was paid", customer, f"{plan}: {found}, not {left}")
        order = [HIGHEST_FIRST.index(plan) for plan, length in row if length > LATE]
        if order != sorted(order):
            yield Broken("the highest plan runs first", customer, str(row))
        if subscription.ends is None or abs(max(subscription.ends, now) - max(budget.ends, now)) > LATE:
            yield Broken("plans follow each other without a gap", customer, f"{subscription.ends}, not {budget.ends}")

    def _let_in(self, customer: CustomerId, where: str) -> Iterator[Broken]:
        budget = self.budgets.get(customer)
        if budget is None or budget.ends + GRACE < self._now() - LATE:
            yield Broken("who has no plan may not use it", customer, where)

    def _told(self, customer: CustomerId, plan: str, ends: datetime | None) -> Iterator[Broken]:
        so = self.budgets[customer].ends_of(plan)
        if ends is None or abs(ends - so) > LATE:
            yield Broken("an event tells when a plan ends", customer, f"{plan}: {ends}, not {so}")


def _length(term: Term, since: datetime) -> timedelta:
    """Return how much of a term lies after a moment."""
    return max((term.ends or term.starts) - max(term.starts, since), NOTHING)
