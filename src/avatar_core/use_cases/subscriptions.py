"""Subscriptions and gifts: what happens without a payment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from avatar_core.catalogue import Catalogue
from avatar_core.dossier import OfCustomer
from avatar_core.errors import InvalidAmount
from avatar_core.events import (
    Event,
    StarsGranted,
    SubscriptionEnded,
    SubscriptionExpired,
    SubscriptionExpiring,
    SubscriptionStarted,
)
from avatar_core.ids import CustomerId
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.ports import BeginUnitOfWork, Clock
from avatar_core.subscriptions import GRACE, Announcement, Stage, Subscription, Term
from avatar_core.use_cases.again import again


@dataclass(frozen=True, slots=True)
class AnnounceSubscription:
    """Tell a customer that the plan ends soon, has ended, or that its grace is over: each once for each end."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, customer: CustomerId) -> None:
        """Announce what is due; nothing due is nothing to do."""
        async with self.begin() as work:
            subscription = (await work.dossier(OfCustomer(customer))).subscription
            at = self.clock.now()
            due = subscription.due(at)
            if due is not None:
                work.save(subscription.announce(due))
                work.emit(_announced(subscription, due, at))
                await work.commit()


def _announced(subscription: Subscription, due: Announcement, at: datetime) -> Event:
    customer, plan = subscription.customer, subscription.terms[-1].plan
    match due.stage:
        case Stage.THREE_DAYS_LEFT | Stage.ONE_DAY_LEFT:
            begun = -((at - due.ends) // timedelta(days=1))
            return SubscriptionExpiring(customer=customer, plan=plan, ends=due.ends, days=begun)
        case Stage.ENDED:
            return SubscriptionEnded(customer=customer, plan=plan, grace_until=due.ends + GRACE)
        case Stage.GRACE_OVER:
            return SubscriptionExpired(customer=customer, plan=plan)
        case _:
            assert_never(due.stage)


@dataclass(frozen=True, slots=True)
class Gift:
    """What an owner gives: ``id`` makes it one gift to each customer, however often it is asked for."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class GrantStars:
    """Give a customer stars without money."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, customer: CustomerId, stars: Stars, gift: Gift) -> Stars:
        """Return the balance after it.  Raises InvalidAmount for nothing or less."""
        if stars.hundredths <= 0:
            raise InvalidAmount(what="a gift", value=str(stars))
        key = f"grant:{gift.id}:{customer}"
        async with self.begin() as work:
            dossier = await work.dossier(OfCustomer(customer), keys=[key])
            if key in dossier.transfers:
                return dossier.wallet.available
            cause = Cause("grant", gift.id)
            wallet = dossier.wallet.give(stars, "grant", key, cause=cause, at=self.clock.now())
            work.save(wallet)
            work.emit(StarsGranted(customer=customer, stars=stars, balance=wallet.available, reason=gift.reason))
            await work.commit()
        return wallet.available


@dataclass(frozen=True, slots=True)
class GrantPlan:
    """Give a customer a period of a plan without money; its stars are not part of the gift."""

    begin: BeginUnitOfWork
    clock: Clock
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, plan_code: str, gift: Gift) -> Subscription:
        """Return the subscription after it.  Raises UnknownPlan."""
        plan, at = self.catalogue.plan(plan_code), self.clock.now()
        async with self.begin() as work:
            before = (await work.dossier(OfCustomer(customer))).subscription
            ends = None if plan.days is None else at + timedelta(days=plan.days)
            term = Term(plan.code, plan.version, plan.rank, at, ends)
            after = before.add(term, f"grant:{gift.id}", self.catalogue.ranks)
            if after != before:
                work.save(after)
                work.emit(SubscriptionStarted(customer=customer, plan=plan.code, ends=after.ends_of(plan.code)))
                await work.commit()
            return after
