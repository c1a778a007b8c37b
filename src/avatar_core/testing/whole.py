"""Records with everything that belongs to them: what is written so breaks no law of the books.

A credit comes with its payment, its money, its notice and its event; an order comes with the events of its steps.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from avatar_core import events, portraits
from avatar_core.customers import Customer
from avatar_core.dossier import Record
from avatar_core.events import Event
from avatar_core.ids import PlanCode
from avatar_core.ledger import Cause, Receipt, money_received
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import Payment, PlanPurchase, item_of
from avatar_core.portraits import PortraitOrder
from avatar_core.runs import HOLD_LIMIT, RunStatus
from avatar_core.subscriptions import AS_BOUGHT, Subscription
from avatar_core.testing.every_event import an_event
from avatar_core.testing.examples import (
    NOW,
    a_customer,
    a_draft,
    a_notice,
    a_payment,
    a_running,
    a_term,
    an_avatar,
    held,
)
from avatar_core.testing.store import Store
from avatar_core.trainings import Training
from avatar_core.wallet import Wallet


@dataclass(frozen=True)
class Whole:
    """What one unit of work writes."""

    records: tuple[Record, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Paid(Whole):
    """What is written when an invoice is paid; ``wallet`` is the customer's after it."""

    payment: Payment
    wallet: Wallet


def bought(wallet: Wallet, stars: int | Stars = 500, charge: str = "charge-1", number: int = 1) -> Paid:
    """Buy a pack of stars for a wallet, one XTR each, at NOW; ``number`` is the payment's and unique."""
    amount = Stars.of(stars) if isinstance(stars, int) else stars
    price = Price(max(amount.hundredths // 100, 1), Currency.XTR)
    draft = replace(a_payment(a_customer(), number), customer=wallet.customer, network=wallet.network)
    return settled(wallet, replace(draft, price=price, stars=amount), charge)


def settled(wallet: Wallet, payment: Payment, charge: str = "charge-1") -> Paid:
    """Pay an invoice at NOW as it should be: notice, payment, money, stars and news."""
    notice, cause = a_notice(payment, charge).settled(), Cause("payment", payment.id)
    paid = payment.settle(charge, payment.price, at=NOW)
    receipt = Receipt(paid.network, paid.gateway, charge, paid.price, item_of(paid.purpose))
    after = wallet.credit(paid.stars, paid.gateway, charge, cause=cause, at=NOW) if paid.stars else wallet
    news = an_event(events.PaymentCompleted, bare=False, customer=paid.customer, payment=paid.id)
    return Paid((notice, paid, money_received(receipt, cause, NOW), after), (news,), paid, after)


def granted(wallet: Wallet, stars: int, number: int = 1, at: datetime = NOW) -> Wallet:
    """Return the wallet after so many stars that an owner granted: what needs no payment."""
    cause = Cause("grant", str(number))
    return wallet.give(Stars.of(stars), "grant", f"grant:{number}", cause=cause, at=at)


def requested(order: PortraitOrder, wallet: Wallet, stars: Stars) -> Whole:
    """Order a quoted portrait at NOW, with so many stars held.  Raises InsufficientStars."""
    pending = order.request(at=NOW)
    holding = wallet.hold(order.id, portraits.SERVICE, stars, deadline=NOW + HOLD_LIMIT, at=NOW)
    return Whole((pending, holding), news_of(pending))


_TRAINING_ENDS = {
    RunStatus.SUCCEEDED: events.TrainingSucceeded,
    RunStatus.FAILED: events.TrainingFailed,
    RunStatus.CANCELED: events.TrainingCanceled,
}
_PORTRAIT_ENDS = {RunStatus.SUCCEEDED: events.PortraitsDelivered, RunStatus.FAILED: events.PortraitsFailed}


def news_of(order: Training | PortraitOrder) -> tuple[Event, ...]:
    """Return what was told of an order until now: that it was requested, and how it ended."""
    kinds: list[type[Event]]
    if isinstance(order, Training):
        field, kinds = "training", [events.TrainingRequested]
        kinds += [kind for status, kind in _TRAINING_ENDS.items() if status is order.run.status]
    else:
        field, kinds = "order", [events.PortraitsRequested]
        kinds += [kind for status, kind in _PORTRAIT_ENDS.items() if status is order.run.status]
    return tuple(an_event(kind, bare=False, customer=order.customer, **{field: order.id}) for kind in kinds)


def a_plan_paid(customer: Customer, wallet: Wallet) -> tuple[Paid, Subscription]:
    """Pay thirty days of a plan and 500 ⭐, and give them."""
    plan = PlanPurchase(PlanCode("NEUROPHOTO"), 1, 0, 30)
    paid = settled(wallet, replace(a_payment(customer), purpose=plan))
    return paid, Subscription(customer.id, customer.network).add(a_term(), paid.payment.id, AS_BOUGHT)


async def keep_honest_books(store: Store) -> Training:
    """Write a customer who paid a plan, trained an avatar for 220 ⭐ and got 20 of them back; return the training."""
    customer = await store.registered()
    avatar = an_avatar(customer)
    running = a_running(a_draft(customer, avatar))
    training = replace(running, run=running.run.succeed(at=NOW))
    paid, subscription = a_plan_paid(customer, (await store.read(customer)).wallet)
    wallet = held(paid.wallet, training.id, 220).capture(training.id, at=NOW)
    wallet = wallet.refund(training.id, 1, Stars.of(20), capture=f"{training.id}:capture", at=NOW)
    registered = an_event(events.CustomerRegistered, bare=False)
    told = (registered, *paid.events, *news_of(training))
    await store.save(avatar, training, *paid.records[:-1], wallet, subscription, events=told)
    return training
