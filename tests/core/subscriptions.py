"""Subscriptions made of periods that were bought: none, one that runs, and rows of them in days after now."""

from datetime import datetime

from avatar_core.ids import CustomerId, PlanCode
from avatar_core.subscriptions import AS_BOUGHT, Subscription, Term
from avatar_core.testing.examples import DAY, NETWORK, NOW, a_term

NONE = Subscription(CustomerId("c-1"), NETWORK)
PHOTO = a_term()
RUNNING = NONE.add(PHOTO, "payment-1", AS_BOUGHT)
ENDS = NOW + 30 * DAY


def a_period(rank: int, starts: datetime = NOW, days: int | None = 30) -> Term:
    return Term(PlanCode(f"PLAN-{rank}"), 1, rank, starts, None if days is None else starts + days * DAY)


def rows(subscription: Subscription) -> list[tuple[str, float, float]]:
    """Each term: its plan, and from which day to which day after NOW."""
    return [(term.plan, (term.starts - NOW) / DAY, ((term.ends or NOW) - NOW) / DAY) for term in subscription.terms]


def bought(*periods: Term) -> Subscription:
    subscription = NONE
    for number, term in enumerate(periods):
        subscription = subscription.add(term, f"payment-{number}", AS_BOUGHT)
    return subscription
