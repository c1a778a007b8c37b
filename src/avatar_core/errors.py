"""Every refusal and failure of the core, in one tree.

::

    AvatarError
    ├─ Refusal                     the customer asked for something that cannot be done now; nothing has changed
    │  ├─ money: InvalidAmount, InsufficientStars
    │  ├─ catalogue: InvalidCatalogue, UnknownPlan, UnknownPack, UnknownTrainer, UnknownStyle, NotForSale,
    │  │             StepsNotOffered, ImagesNotOffered, UnknownFormat, UnknownPrice
    │  ├─ rights: FeatureLocked, NotYours
    │  ├─ payments: PaymentExpired, PaymentAlreadySettled, PaymentClosed, PaymentLeased, WrongPayer, WrongAmount,
    │  │            GatewayNotAllowed
    │  ├─ trainings and portraits: QuoteExpired, TrainingUnfinished, TooFewPhotos, TooManyPhotos, PhotoRefused,
    │  │                           EmptyPrompt, InvalidName, AvatarNotReady
    │  └─ IllegalMove              a state and a fact that do not go together
    ├─ NotFound                    CustomerNotFound, PaymentNotFound, EvidenceNotFound, AvatarNotFound,
    │                              TrainingNotFound, DraftNotFound, PortraitOrderNotFound, PhotoNotFound
    ├─ LedgerError                 HoldNotFound, CaptureExceedsHold, RefundExceedsCapture, BalanceWouldBreak
    ├─ ConcurrentChange            somebody else was faster: read again and decide again
    ├─ TaskMakesNoSense            a defect: a task that does not fit its event
    └─ OutsideError                a vendor or a disk
       ├─ trainer and painter: ProviderUnavailable, ProviderRefused, ProviderUnauthorized, RunVanished
       ├─ messenger: RecipientUnreachable, MessengerUnavailable, MessageGone, ImagesRefused
       ├─ gateways: NoticeForged, NoticeUnreadable, GatewayUnavailable
       └─ StoreUnavailable

Each class takes facts and words its own message; entrypoints word it again in the customer's language by
``code`` and ``facts``.  There are no HTTP codes here.
"""

import re
from dataclasses import dataclass, fields
from typing import ClassVar

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(eq=False)
class AvatarError(Exception):
    """The root: whatever avatar_core raises on purpose."""

    wording: ClassVar[str] = "something went wrong"

    def __str__(self) -> str:
        """Word the facts."""
        return self.wording.format(**self.facts)

    @property
    def facts(self) -> dict[str, object]:
        """The facts by name, for wording them in another language."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def code(cls) -> str:
        """Name the error for message files: ``insufficient-stars``."""
        return _CAPITAL.sub("-", cls.__name__).lower()


class Refusal(AvatarError):
    """What was asked for cannot be done now; nothing has changed."""


class NotFound(AvatarError):
    """There is no such thing, or it is not this customer's."""


class LedgerError(AvatarError):
    """A posting that would break a law of the ledger: a defect of the caller, never the customer's fault."""


class OutsideError(AvatarError):
    """A vendor, a network or a disk did not do its part."""


class ConcurrentChange(AvatarError):
    """A version that was read has moved, or a key was taken meanwhile: read again and decide again."""

    wording = "somebody else changed this at the same time"


# --- money and catalogue


@dataclass(eq=False)
class InvalidAmount(Refusal):
    """Not an exact amount of this kind of money."""

    wording = "{value} is not an amount of {what}"
    what: str
    value: str


@dataclass(eq=False)
class InsufficientStars(Refusal):
    """The available balance does not cover the price; both are worded in ⭐."""

    wording = "{needed} ⭐ are needed, {available} ⭐ are available"
    needed: object
    available: object
    missing: object


@dataclass(eq=False)
class InvalidCatalogue(Refusal):
    """The owner's catalogue cannot be used; says where and why."""

    wording = "catalogue, {where}: {problem}"
    where: str
    problem: str


@dataclass(eq=False)
class _Unknown(Refusal):
    name: str


class UnknownPlan(_Unknown):
    """The catalogue has no such plan."""

    wording = "there is no plan {name}"


class UnknownPack(_Unknown):
    """The catalogue has no such star pack."""

    wording = "there is no star pack {name}"


class UnknownTrainer(_Unknown):
    """The catalogue has no such trainer."""

    wording = "there is no trainer {name}"


class UnknownStyle(_Unknown):
    """The catalogue has no such style."""

    wording = "there is no style {name}"


class UnknownFormat(_Unknown):
    """The painter does not paint this aspect ratio."""

    wording = "there is no picture format {name}"


class UnknownPrice(_Unknown):
    """Something is not sold in this currency."""

    wording = "{name} has no price"


class NotForSale(_Unknown):
    """The plan exists but cannot be bought."""

    wording = "{name} is not for sale"


@dataclass(eq=False)
class StepsNotOffered(Refusal):
    """A number of training steps outside the trainer's offer."""

    wording = "{steps} steps are not offered"
    steps: object


@dataclass(eq=False)
class ImagesNotOffered(Refusal):
    """A number of images outside 1 to 4."""

    wording = "{count} images at once are not offered"
    count: object


# --- rights


@dataclass(eq=False)
class FeatureLocked(Refusal):
    """The customer's plan does not open this feature."""

    wording = "the feature {feature} is not part of the plan"
    feature: str


class NotYours(Refusal):
    """The thing belongs to somebody else."""

    wording = "this belongs to another customer"


# --- payments


class PaymentExpired(Refusal):
    """The invoice is too old; a new one is free."""

    wording = "this invoice has expired"


class PaymentAlreadySettled(Refusal):
    """The invoice was paid before."""

    wording = "this invoice has been paid already"


class PaymentClosed(Refusal):
    """The invoice was cancelled, or its payment failed."""

    wording = "this invoice is closed"


class PaymentLeased(Refusal):
    """Somebody is paying this very invoice at this moment."""

    wording = "this invoice is being paid right now"


class WrongPayer(Refusal):
    """The invoice was made for another person."""

    wording = "this invoice was made for another person"


@dataclass(eq=False)
class WrongAmount(Refusal):
    """Another amount or currency than the invoice's."""

    wording = "{paid} was paid where {asked} was asked"
    paid: str
    asked: str


@dataclass(eq=False)
class GatewayNotAllowed(Refusal):
    """The owner does not allow this gateway in this bot."""

    wording = "payment by {gateway} is not available here"
    gateway: str


# --- trainings and portraits


class QuoteExpired(Refusal):
    """The price was quoted too long ago; a new quote is free."""

    wording = "the price offer has expired"


class TrainingUnfinished(Refusal):
    """One training at a time."""

    wording = "another training is still running"


@dataclass(eq=False)
class TooFewPhotos(Refusal):
    """Fewer accepted photos than a training needs."""

    wording = "{accepted} photos are not enough, {needed} are needed"
    accepted: int
    needed: int


@dataclass(eq=False)
class TooManyPhotos(Refusal):
    """The draft is full."""

    wording = "no more than {limit} photos are needed"
    limit: int


@dataclass(eq=False)
class PhotoRefused(Refusal):
    """A photo that cannot be trained on; ``reason`` is a PhotoProblem's value."""

    wording = "the photo cannot be used: {reason}"
    reason: str


class EmptyPrompt(Refusal):
    """Nothing to paint."""

    wording = "the description is empty"


@dataclass(eq=False)
class InvalidName(Refusal):
    """An avatar's name is empty or too long."""

    wording = "a name has 1 to {longest} characters"
    longest: int


class AvatarNotReady(Refusal):
    """The avatar has not been trained yet."""

    wording = "this avatar is not ready yet"


@dataclass(eq=False)
class IllegalMove(Refusal):
    """A state and a fact that do not go together."""

    wording = "this {thing} is {status} and cannot {fact}"
    thing: str
    status: str
    fact: str


# --- not found


class CustomerNotFound(NotFound):
    """No such customer."""

    wording = "there is no such customer"


class PaymentNotFound(NotFound):
    """No such payment."""

    wording = "there is no such payment"


class EvidenceNotFound(NotFound):
    """No such notice was kept."""

    wording = "there is no such notice"


class AvatarNotFound(NotFound):
    """No such avatar, or it is another customer's."""

    wording = "there is no such avatar"


class TrainingNotFound(NotFound):
    """No such training."""

    wording = "there is no such training"


class DraftNotFound(NotFound):
    """The customer is preparing no avatar."""

    wording = "no avatar is being prepared"


class PortraitOrderNotFound(NotFound):
    """No such order of portraits."""

    wording = "there is no such order"


class PhotoNotFound(NotFound):
    """The photo store has nothing under this reference."""

    wording = "there is no such photo"


# --- ledger


@dataclass(eq=False)
class HoldNotFound(LedgerError):
    """Nothing is held for this order."""

    wording = "nothing is held for {order}"
    order: str


@dataclass(eq=False)
class CaptureExceedsHold(LedgerError):
    """More would be taken than is held."""

    wording = "{asked} cannot be captured, {open} are held"
    asked: object
    open: object


@dataclass(eq=False)
class RefundExceedsCapture(LedgerError):
    """More would be given back than was taken."""

    wording = "{asked} cannot be refunded, {captured} were captured"
    asked: object
    captured: object


@dataclass(eq=False)
class BalanceWouldBreak(LedgerError):
    """An account would get a balance its kind forbids."""

    wording = "{account} would stand at {balance}"
    account: str
    balance: int


@dataclass(eq=False)
class TaskMakesNoSense(AvatarError):
    """A task whose reaction does not fit its event: a defect, for the dead-letter list."""

    wording = "{event} cannot be followed by {reaction}"
    reaction: str
    event: str


# --- outside


@dataclass(eq=False)
class ProviderUnavailable(OutsideError):
    """The trainer or painter does not answer (429, 5xx, network): try again later; the outcome may be unknown."""

    wording = "the provider does not answer: {reason}"
    reason: str


@dataclass(eq=False)
class ProviderRefused(OutsideError):
    """The trainer or painter will never take this order."""

    wording = "the provider refused: {reason}"
    reason: str


@dataclass(eq=False)
class ProviderUnauthorized(OutsideError):
    """The provider takes no order from us: it rejects the credential in ``setting``, or its account has no money."""

    wording = "the provider rejects the credential in {setting}, or its account has no money"
    setting: str


class RunVanished(OutsideError):
    """The provider does not know the run any more (404)."""

    wording = "the provider lost the run"


class RecipientUnreachable(OutsideError):
    """The customer blocked the bot or is gone: stop writing, keep the money state."""

    wording = "the customer cannot be written to"


@dataclass(eq=False)
class MessengerUnavailable(OutsideError):
    """The messenger takes nothing right now; try again after so many seconds."""

    wording = "the messenger is busy, again in {retry_after_s} s"
    retry_after_s: float


class ImagesRefused(OutsideError):
    """The messenger will never take these images, in no form."""

    wording = "the messenger refuses the images"


class MessageGone(OutsideError):
    """The message to edit is not there any more."""

    wording = "the message is gone"


@dataclass(eq=False)
class NoticeForged(OutsideError):
    """A notice whose signature or age is wrong."""

    wording = "a forged or stale notice from {source}: {reason}"
    source: str
    reason: str


@dataclass(eq=False)
class NoticeUnreadable(OutsideError):
    """A notice that is not in the vendor's format."""

    wording = "an unreadable notice from {source}: {reason}"
    source: str
    reason: str


@dataclass(eq=False)
class GatewayUnavailable(OutsideError):
    """The payment gateway does not answer."""

    wording = "{gateway} does not answer: {reason}"
    gateway: str
    reason: str


@dataclass(eq=False)
class StoreUnavailable(OutsideError):
    """The database or the photo disk cannot keep anything right now."""

    wording = "the store is unavailable: {reason}"
    reason: str
