"""What has happened: frozen facts in the past tense, with all that is needed to word them.

Every event is written in the unit of work that made it true, and carried out by reactions afterwards.  Amounts are
in ⭐ unless they are a Price.  Names are those of domain page 3.6.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from avatar_core.ids import (
    AvatarId,
    BotId,
    CustomerId,
    EvidenceId,
    GatewayCode,
    PaymentId,
    PlanCode,
    PortraitOrderId,
    TrainingId,
)
from avatar_core.money import Price, Stars


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered:
    """A customer came for the first time."""

    name: ClassVar[str] = "customer.registered"
    customer: CustomerId
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOpened:
    """An invoice was made."""

    name: ClassVar[str] = "payment.opened"
    customer: CustomerId
    payment: PaymentId
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCompleted:
    """An invoice was paid and the stars are credited."""

    name: ClassVar[str] = "payment.completed"
    customer: CustomerId
    payment: PaymentId
    gateway: GatewayCode
    price: Price
    stars: Stars
    balance: Stars
    plan: PlanCode | None
    ends: datetime | None
    """When the plan that was bought ends."""
    starts: datetime | None = None
    """When it begins, if it waits behind another one."""
    resume: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentExpired:
    """An invoice was not paid in time."""

    name: ClassVar[str] = "payment.expired"
    customer: CustomerId
    payment: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentQuarantined:
    """Money came in that could not be matched; ``reason`` is an error's code."""

    name: ClassVar[str] = "payment.quarantined"
    bot: BotId | None
    evidence: EvidenceId
    price: Price
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionStarted:
    """A plan began to run."""

    name: ClassVar[str] = "subscription.started"
    customer: CustomerId
    plan: PlanCode
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRenewed:
    """A period was added to what was already running."""

    name: ClassVar[str] = "subscription.renewed"
    customer: CustomerId
    plan: PlanCode
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionExpiring:
    """The end comes near; ``days`` is how many there are until then, one that has begun counted as a whole."""

    name: ClassVar[str] = "subscription.expiring"
    customer: CustomerId
    plan: PlanCode
    ends: datetime
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEnded:
    """The last term is over; its features stay for the days of grace."""

    name: ClassVar[str] = "subscription.ended"
    customer: CustomerId
    plan: PlanCode
    grace_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionExpired:
    """The grace is over: the features are gone; stars, avatars and history stay."""

    name: ClassVar[str] = "subscription.expired"
    customer: CustomerId
    plan: PlanCode


@dataclass(frozen=True, slots=True, kw_only=True)
class StarsGranted:
    """An owner gave stars, with a reason."""

    name: ClassVar[str] = "stars.granted"
    customer: CustomerId
    stars: Stars
    balance: Stars
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRequested:
    """A training was ordered and its stars are held."""

    name: ClassVar[str] = "training.requested"
    customer: CustomerId
    training: TrainingId
    avatar: str
    price: Stars
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSubmitted:
    """The provider took the training."""

    name: ClassVar[str] = "training.submitted"
    customer: CustomerId
    training: TrainingId


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgressed:
    """The training has got further."""

    name: ClassVar[str] = "training.progressed"
    customer: CustomerId
    training: TrainingId
    avatar: str
    percent: int
    minutes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDelayed:
    """The training waits: the provider does not answer, or the owner has something to mend."""

    name: ClassVar[str] = "training.delayed"
    customer: CustomerId
    training: TrainingId
    avatar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSucceeded:
    """The model is ready and paid."""

    name: ClassVar[str] = "training.succeeded"
    customer: CustomerId
    training: TrainingId
    avatar_id: AvatarId
    avatar: str
    price: Stars
    balance: Stars


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFailed:
    """There is no model and the stars are back; ``reason`` is a FailureReason's value."""

    name: ClassVar[str] = "training.failed"
    customer: CustomerId
    training: TrainingId
    avatar: str
    released: Stars
    balance: Stars
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCanceled:
    """The customer stopped the training and the stars are back."""

    name: ClassVar[str] = "training.canceled"
    customer: CustomerId
    training: TrainingId
    avatar: str
    released: Stars
    balance: Stars


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsRequested:
    """Portraits were ordered and their stars are held."""

    name: ClassVar[str] = "portraits.requested"
    customer: CustomerId
    order: PortraitOrderId
    count: int
    price: Stars


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsPainted:
    """The provider has painted; the images wait to be fetched and sent."""

    name: ClassVar[str] = "portraits.painted"
    customer: CustomerId
    order: PortraitOrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsDelayed:
    """The order waits: the provider does not answer, or the owner has something to mend."""

    name: ClassVar[str] = "portraits.delayed"
    customer: CustomerId
    order: PortraitOrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsDelivered:
    """The customer has the images and paid for them; what was lost is given back."""

    name: ClassVar[str] = "portraits.delivered"
    customer: CustomerId
    order: PortraitOrderId
    count: int
    price: Stars
    released: Stars
    balance: Stars


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsFailed:
    """There are no images and the stars are back; ``reason`` is a FailureReason's value."""

    name: ClassVar[str] = "portraits.failed"
    customer: CustomerId
    order: PortraitOrderId
    released: Stars
    balance: Stars
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderUnauthorized:
    """A provider rejects our credential, or its account has no money; the owner has to mend ``setting``, or to pay.

    At most one an hour.
    """

    name: ClassVar[str] = "provider.unauthorized"
    bot: BotId
    setting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPuzzling:
    """A provider said something nobody has heard of; nothing was changed.  At most one an hour."""

    name: ClassVar[str] = "provider.puzzling"
    bot: BotId
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscarded:
    """The customer gave up preparing an avatar."""

    name: ClassVar[str] = "training.discarded"
    customer: CustomerId
    training: TrainingId


Event = (
    CustomerRegistered
    | PaymentOpened
    | PaymentCompleted
    | PaymentExpired
    | PaymentQuarantined
    | SubscriptionStarted
    | SubscriptionRenewed
    | SubscriptionExpiring
    | SubscriptionEnded
    | SubscriptionExpired
    | StarsGranted
    | TrainingRequested
    | TrainingSubmitted
    | TrainingProgressed
    | TrainingDelayed
    | TrainingSucceeded
    | TrainingFailed
    | TrainingCanceled
    | PortraitsRequested
    | PortraitsPainted
    | PortraitsDelayed
    | PortraitsDelivered
    | PortraitsFailed
    | ProviderUnauthorized
    | ProviderPuzzling
    | DraftDiscarded
)
