"""What the world outside knows: who was charged, what was trained, what was delivered.  Kept apart from the product.

Prices and worth are written down here a second time, on purpose: what is expected is never read from the product.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from avatar_core.ids import AvatarId, CustomerId, GatewayCode, PaymentId, TelegramId
from avatar_core.runs import FailureReason, ModelVersion
from avatar_core.use_cases.portraits import Idea

STARS_OF_ROUBLES = {
    111_000: 476_00,
    299_900: 1303_00,
    50_000: 217_00,
    100_000: 434_00,
    200_000: 869_00,
    500_000: 2173_00,
    1_000_000: 4347_00,
}
"""Hundredths of ⭐ for kopecks; a Telegram Star is one ⭐ (product page 1.3)."""
IMAGE = 7_50
STEP = 22
FAST_TRAINING = 250_00
DAYS_OF_PLAN = 30
LATE = timedelta(minutes=1)
"""So far a moment may be missed: processes' clocks are apart, and commits come some seconds after their decisions."""


def worth(minor: int, currency: str) -> int:
    """Return the hundredths of ⭐ that a price buys."""
    return minor * 100 if currency == "XTR" else STARS_OF_ROUBLES[minor]


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that was taken from somebody."""

    id: str
    gateway: GatewayCode
    minor: int
    currency: str
    payment: PaymentId | None
    """The invoice that it pays; None when it pays none of ours."""
    fits: bool
    """Whether amount, currency and payer are the invoice's."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, as the customer was shown it."""

    id: PaymentId
    customer: CustomerId
    minor: int
    currency: str
    plan: str | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """What a customer chose for a training."""

    avatar: AvatarId
    trainer: str
    steps: int


@dataclass(slots=True)
class Absence:
    """From when until when somebody could not be written to."""

    since: datetime
    until: datetime | None = None

    def overlaps(self, begins: datetime, ends: datetime) -> bool:
        """Return whether any moment of a span lies in it."""
        return self.since <= ends and (self.until is None or begins <= self.until)


@dataclass
class Oracle:
    """The facts."""

    invoices: dict[PaymentId, Invoice] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)
    """Runs that a provider started for an order and will charge us for."""
    trained: set[str] = field(default_factory=set)
    """Trainings whose run succeeded."""
    models: dict[AvatarId, ModelVersion | None] = field(default_factory=dict)
    """What was trained, by the avatar that it was trained for."""
    reasons: defaultdict[str, set[FailureReason]] = field(default_factory=lambda: defaultdict(set))
    """For what reasons each order may fail, by what befell it outside."""
    called_off: set[str] = field(default_factory=set)
    """Trainings that their customers wanted stopped."""
    albums: dict[str, int] = field(default_factory=dict)
    """Images that the messenger took for an order."""
    prices: dict[str, int] = field(default_factory=dict)
    """What each order costs when all of it is delivered: hundredths of ⭐, by order id."""
    orders: dict[str, CustomerId] = field(default_factory=dict)
    sittings: dict[str, Sitting] = field(default_factory=dict)
    ideas: dict[str, Idea] = field(default_factory=dict)
    """What the customer chose for each training, and for each order of portraits."""
    absences: defaultdict[CustomerId, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    turned_away: dict[TelegramId, datetime] = field(default_factory=dict)
    """When somebody who had blocked us was last written to."""

    def expect(self, order: str, customer: CustomerId, price: int) -> None:
        """Note what an order was said to cost."""
        self.orders[order], self.prices[order] = customer, price

    def away(self, customer: CustomerId, begins: datetime, ends: datetime) -> bool:
        """Return whether a customer could not be written to at any moment of a span."""
        return any(each.overlaps(begins, ends) for each in self.absences.get(customer, ()))

    def left(self, customer: CustomerId, at: datetime) -> None:
        """Note that a customer blocked us."""
        if not self.absent(customer):
            self.absences[customer].append(Absence(at))

    def returned(self, customer: CustomerId, person: TelegramId, at: datetime) -> None:
        """Note that a customer is back, and that we know it.

        If they were written to in vain at that very moment, we may come to think that they are away still.
        """
        if self.absent(customer) and self.turned_away.get(person, at - 2 * LATE) < at - LATE:
            self.absences[customer][-1].until = at

    def absent(self, customer: CustomerId) -> bool:
        """Return whether a customer is away, for all we know."""
        return any(each.until is None for each in self.absences.get(customer, ()))

    def paid(self, customer: CustomerId) -> int:
        """Return the hundredths of ⭐ that a customer's money has bought: each invoice once."""
        fitting = {charge.payment for charge in self.charges.values() if charge.fits}
        mine = (each for each in self.invoices.values() if each.customer == customer and each.id in fitting)
        return sum(worth(each.minor, each.currency) for each in mine)

    def plan_days(self, customer: CustomerId) -> int:
        """Return the days of plans that a customer's money has bought."""
        fitting = {charge.payment for charge in self.charges.values() if charge.fits}
        mine = (each for each in self.invoices.values() if each.customer == customer and each.id in fitting)
        return sum(DAYS_OF_PLAN for each in mine if each.plan is not None)

    def training_price(self, trainer: str, steps: int) -> int:
        """Return what a training costs: hundredths of ⭐."""
        return FAST_TRAINING if trainer == "fast-flux" else steps * STEP
