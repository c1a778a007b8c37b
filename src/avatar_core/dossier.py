"""What a use case reads: everything about one customer that its decision may need, in one go.

The customer is the boundary of consistency: money, subscription, trainings and portraits of one customer are read
together in one query and written together in one statement, which refuses when a version has moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.errors import (
    AvatarNotFound,
    DraftNotFound,
    EvidenceNotFound,
    PaymentNotFound,
    PortraitOrderNotFound,
    TrainingNotFound,
)
from avatar_core.ids import (
    AvatarId,
    CustomerId,
    EvidenceId,
    NetworkId,
    PaymentId,
    PortraitOrderId,
    TelegramId,
    TrainingId,
)
from avatar_core.ledger import Posting
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import Subscription
from avatar_core.trainings import Training
from avatar_core.wallet import Wallet


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """The dossier of a customer known by id."""

    id: CustomerId


@dataclass(frozen=True, slots=True)
class OfPerson:
    """The dossier of whoever has this Telegram id in this network."""

    network: NetworkId
    telegram_id: TelegramId


@dataclass(frozen=True, slots=True)
class OfPayment:
    """The dossier of a payment's customer, with that payment."""

    id: PaymentId


@dataclass(frozen=True, slots=True)
class OfEvidence:
    """The dossier of the customer whose payment a notice names, with that payment and the notice."""

    id: EvidenceId


@dataclass(frozen=True, slots=True)
class OfTraining:
    """The dossier of a training's customer, with that training and its hold."""

    id: TrainingId


@dataclass(frozen=True, slots=True)
class OfPortraits:
    """The dossier of an order's customer, with that order and its hold."""

    id: PortraitOrderId


Subject = OfCustomer | OfPerson | OfPayment | OfEvidence | OfTraining | OfPortraits


@dataclass(frozen=True, slots=True)
class Dossier:
    """One customer, as of one moment.

    ``trainings`` holds the draft, the unfinished one and the one asked for; ``payments`` and ``orders`` hold the one
    asked for; ``transfers`` holds those of the keys asked for that exist already.
    """

    customer: Customer
    wallet: Wallet
    subscription: Subscription
    avatars: Mapping[AvatarId, Avatar] = field(default_factory=dict)
    trainings: Mapping[TrainingId, Training] = field(default_factory=dict)
    payments: Mapping[PaymentId, Payment] = field(default_factory=dict)
    orders: Mapping[PortraitOrderId, PortraitOrder] = field(default_factory=dict)
    evidence: Evidence | None = None
    transfers: frozenset[str] = frozenset()
    returned: bool = False
    """Whether this is the visit by which somebody who had blocked the bot came back."""

    def avatar(self, avatar: AvatarId) -> Avatar:
        """Return one of this customer's avatars.  Raises AvatarNotFound, also for another customer's."""
        if avatar not in self.avatars:
            raise AvatarNotFound
        return self.avatars[avatar]

    def training(self, training: TrainingId) -> Training:
        """Return the training asked for.  Raises TrainingNotFound, also for another customer's."""
        if training not in self.trainings:
            raise TrainingNotFound
        return self.trainings[training]

    def order(self, order: PortraitOrderId) -> PortraitOrder:
        """Return the order asked for.  Raises PortraitOrderNotFound, also for another customer's."""
        if order not in self.orders:
            raise PortraitOrderNotFound
        return self.orders[order]

    def payment(self) -> Payment:
        """Return the payment asked for.  Raises PaymentNotFound."""
        if not self.payments:
            raise PaymentNotFound
        return next(iter(self.payments.values()))

    def notice(self) -> Evidence:
        """Return the evidence asked for.  Raises EvidenceNotFound."""
        if self.evidence is None:
            raise EvidenceNotFound
        return self.evidence

    @property
    def draft(self) -> Training:
        """The avatar that is being prepared.  Raises DraftNotFound."""
        for training in self.trainings.values():
            if training.run.status == "DRAFT":
                return training
        raise DraftNotFound

    @property
    def unfinished(self) -> Training | None:
        """The training that runs or waits, if any."""
        return next((each for each in self.trainings.values() if each.run.status.unfinished), None)


Record = Customer | Wallet | Subscription | Payment | Evidence | Avatar | Training | PortraitOrder | Posting
"""What a unit of work can save.  ``version`` 0 is new; a save writes version + 1."""
