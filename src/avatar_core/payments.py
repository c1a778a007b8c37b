"""Payments: from the invoice to the money, and the evidence of what gateways told us (domain page 3.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from avatar_core.errors import (
    IllegalMove,
    PaymentAlreadySettled,
    PaymentClosed,
    PaymentExpired,
    PaymentLeased,
    WrongAmount,
    WrongPayer,
)
from avatar_core.ids import (
    BotId,
    CustomerId,
    EvidenceId,
    GatewayCode,
    NetworkId,
    PackCode,
    PaymentId,
    PlanCode,
    TelegramId,
)
from avatar_core.money import Price, Stars

PAYMENT_LIFE = timedelta(minutes=30)
QUERY_LIFE = timedelta(seconds=10)
"""A pre-checkout query that was not answered for so long is closed by Telegram: nobody can be charged for it."""
LEASE = timedelta(seconds=120)
"""How long a query that was answered with yes keeps a payment to itself (protocols page 4.1)."""


class PaymentStatus(StrEnum):
    """The states of a payment, stored as they are."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class PaymentFact(StrEnum):
    """What can happen to a payment."""

    SETTLE = "settle"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"


_MOVES = {
    (PaymentStatus.PENDING, PaymentFact.SETTLE): PaymentStatus.COMPLETED,
    (PaymentStatus.PENDING, PaymentFact.FAIL): PaymentStatus.FAILED,
    (PaymentStatus.PENDING, PaymentFact.CANCEL): PaymentStatus.CANCELLED,
    (PaymentStatus.PENDING, PaymentFact.EXPIRE): PaymentStatus.EXPIRED,
    # Money that arrives late still counts: it was paid.
    (PaymentStatus.EXPIRED, PaymentFact.SETTLE): PaymentStatus.COMPLETED,
    (PaymentStatus.CANCELLED, PaymentFact.SETTLE): PaymentStatus.COMPLETED,
    (PaymentStatus.FAILED, PaymentFact.SETTLE): PaymentStatus.COMPLETED,
    # The same fact again changes nothing.
    (PaymentStatus.FAILED, PaymentFact.FAIL): PaymentStatus.FAILED,
    (PaymentStatus.CANCELLED, PaymentFact.CANCEL): PaymentStatus.CANCELLED,
    (PaymentStatus.EXPIRED, PaymentFact.EXPIRE): PaymentStatus.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class PlanPurchase:
    """A period of a plan, as the catalogue described it when the invoice was made."""

    plan: PlanCode
    plan_version: int
    rank: int
    days: int | None


@dataclass(frozen=True, slots=True)
class TopUp:
    """A pack of stars."""

    pack: PackCode


Purpose = PlanPurchase | TopUp


def item_of(purpose: Purpose) -> str:
    """Name what is bought, for the books."""
    match purpose:
        case PlanPurchase(plan=plan):
            return plan
        case TopUp(pack=pack):
            return pack
        case _:
            assert_never(purpose)


@dataclass(frozen=True, slots=True)
class Lease:
    """One pre-checkout query's claim on a payment."""

    query: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """An invoice and what became of it: a snapshot that no change of the catalogue touches."""

    id: PaymentId
    number: int
    """From a sequence, unique for ever: also Robokassa's InvId."""
    customer: CustomerId
    network: NetworkId
    bot: BotId
    purpose: Purpose
    price: Price
    stars: Stars
    gateway: GatewayCode
    created_at: datetime
    expires_at: datetime
    status: PaymentStatus = PaymentStatus.PENDING
    lease: Lease | None = None
    charge: str | None = None
    settled_at: datetime | None = None
    resume: str | None = None
    """What the customer was about to do when stars were missing; an entrypoint's own word."""
    version: int = 0

    def approve(self, payer: CustomerId, price: Price, query: str, *, at: datetime) -> "Payment":
        """Lease the payment to one pre-checkout query for the query's own life; the same query again changes nothing.

        So whoever asks again because a crash left the first query without an answer need not wait for LEASE.
        Raises PaymentAlreadySettled, PaymentClosed, PaymentExpired, WrongPayer, WrongAmount and PaymentLeased.
        """
        self._require_open(at)
        if payer != self.customer:
            raise WrongPayer
        self._require_price(price)
        if self.lease and self.lease.query != query and at < self.lease.until:
            raise PaymentLeased
        if self.lease and self.lease.query == query:
            return self
        return replace(self, lease=Lease(query, at + QUERY_LIFE))

    def charging(self, query: str, *, at: datetime) -> "Payment":
        """Keep the payment to a query that was answered with yes, for Telegram charges now; any other changes nothing.

        A lease that was kept so already is not made longer.
        """
        lease, until = self.lease, at + LEASE
        if self.status is not PaymentStatus.PENDING or lease is None or lease.query != query:
            return self
        return self if lease.until > at + QUERY_LIFE else replace(self, lease=Lease(query, until))

    def settle(self, charge: str, price: Price, *, at: datetime) -> "Payment":
        """Take the money in; the same charge again returns the payment itself.

        Raises WrongAmount, and PaymentAlreadySettled for a second, different charge.
        """
        if self.status is PaymentStatus.COMPLETED:
            if charge == self.charge:
                return self
            raise PaymentAlreadySettled
        self._require_price(price)
        return replace(self, status=self._after(PaymentFact.SETTLE), charge=charge, settled_at=at, lease=None)

    def expire(self, *, at: datetime) -> "Payment":
        """Close the invoice when its time is over; too early, or no longer open, it stays as it is."""
        if self.status is not PaymentStatus.PENDING or at < self.expires_at:
            return self
        if self.lease and at < self.lease.until:
            return self
        return replace(self, status=self._after(PaymentFact.EXPIRE))

    def cancel(self) -> "Payment":
        """Close the invoice because the customer does not want it.  Raises IllegalMove once it is settled."""
        return replace(self, status=self._after(PaymentFact.CANCEL))

    def fail(self) -> "Payment":
        """Close the invoice because the gateway refused it.  Raises IllegalMove once it is settled."""
        return replace(self, status=self._after(PaymentFact.FAIL))

    def _after(self, fact: PaymentFact) -> PaymentStatus:
        if (self.status, fact) not in _MOVES:
            raise IllegalMove(thing="payment", status=self.status, fact=fact)
        return _MOVES[self.status, fact]

    def _require_open(self, at: datetime) -> None:
        match self.status:
            case PaymentStatus.COMPLETED:
                raise PaymentAlreadySettled
            case PaymentStatus.FAILED | PaymentStatus.CANCELLED:
                raise PaymentClosed
            case PaymentStatus.EXPIRED:
                raise PaymentExpired
            case PaymentStatus.PENDING if at >= self.expires_at:
                raise PaymentExpired
            case PaymentStatus.PENDING:
                return
            case _:
                assert_never(self.status)

    def _require_price(self, price: Price) -> None:
        if price != self.price:
            raise WrongAmount(paid=str(price), asked=str(self.price))


class EvidenceStatus(StrEnum):
    """What was made of a notice."""

    RECEIVED = "RECEIVED"
    SETTLED = "SETTLED"
    QUARANTINED = "QUARANTINED"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A paid notice as it came in: kept before it is judged, and for ever."""

    id: EvidenceId
    gateway: GatewayCode
    charge: str
    """The gateway's id of this charge: together with the gateway the idempotency key of the money."""
    price: Price
    raw: str
    received_at: datetime
    bot: BotId | None = None
    payment_id: PaymentId | None = None
    payment_number: int | None = None
    """What the notice says it pays: our id, or our number, or neither."""
    payer: TelegramId | None = None
    """Who paid, where the gateway knows it."""
    status: EvidenceStatus = EvidenceStatus.RECEIVED
    reason: str | None = None
    version: int = 0

    def settled(self) -> "Evidence":
        """Return the evidence of money that was credited."""
        return replace(self, status=EvidenceStatus.SETTLED, reason=None)

    def quarantined(self, reason: str) -> "Evidence":
        """Return the evidence of money that nobody could match; ``reason`` is an error's code."""
        return replace(self, status=EvidenceStatus.QUARANTINED, reason=reason)


def evidence_id(gateway: GatewayCode, external: str) -> EvidenceId:
    """Name the evidence of one notice."""
    return EvidenceId(f"{gateway}:{external}")
