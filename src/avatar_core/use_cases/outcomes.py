"""What trainings and portrait orders make of a provider's word: the same questions, two sets of answers."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from avatar_core import portraits, trainings
from avatar_core.dossier import Dossier, OfPortraits, OfTraining, Record, Subject
from avatar_core.events import (
    Event,
    PortraitsDelayed,
    PortraitsFailed,
    PortraitsPainted,
    TrainingCanceled,
    TrainingDelayed,
    TrainingFailed,
    TrainingProgressed,
    TrainingSubmitted,
    TrainingSucceeded,
)
from avatar_core.ids import PortraitOrderId, TrainingId
from avatar_core.money import Stars
from avatar_core.runs import FailureReason, Report
from avatar_core.wallet import Wallet

Order = TypeVar("Order", trainings.Training, portraits.PortraitOrder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has to be written."""

    records: tuple[Record, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result; ``detail`` is the provider's word, for the owner."""

    reason: FailureReason
    detail: str = ""


class Kind(Protocol[Order]):
    """The answers of one kind of order."""

    def subject(self, order: str) -> Subject:
        """Return which dossier an order is decided on."""
        ...

    def of(self, dossier: Dossier, order: str) -> Order:
        """Return the order in its dossier."""
        ...

    def listens(self, order: Order) -> bool:
        """Return whether the provider's word still counts: until its last one, and before the order's end."""
        ...

    def delayed(self, dossier: Dossier, order: Order) -> Event:
        """Return the news that the order waits."""
        ...

    def accepted(self, order: Order) -> tuple[Event, ...]:
        """Return the news that a provider took the order."""
        ...

    def progress(self, dossier: Dossier, order: Order, report: Report, at: datetime) -> Outcome:
        """Return what follows from a run that goes on."""
        ...

    def succeed(self, dossier: Dossier, order: Order, report: Report, at: datetime) -> Outcome:
        """Return what follows from a run that is done."""
        ...

    def fail(self, dossier: Dossier, order: Order, failure: Failure, at: datetime) -> Outcome:
        """Return what follows from a run without a result: the stars go back."""
        ...


def released(dossier: Dossier, order: str, at: datetime) -> tuple[Wallet, Stars]:
    """Give back what is held for an order; return the wallet after it and the amount."""
    wallet = dossier.wallet.release(order, at=at)
    return wallet, wallet.available - dossier.wallet.available


def canceled(
    dossier: Dossier, order: trainings.Training, at: datetime
) -> tuple[trainings.Training, Wallet, TrainingCanceled]:
    """End a training because the customer wants it so: return it, the wallet after it and the news."""
    wallet, back = released(dossier, order.id, at)
    news = TrainingCanceled(
        customer=order.customer,
        training=order.id,
        avatar=dossier.avatar(order.avatar).name,
        released=back,
        balance=wallet.available,
    )
    return replace(order, run=order.run.cancel(at=at)), wallet, news


class TrainingKind:
    """Trainings."""

    def subject(self, order: str) -> Subject:
        """Return the training's dossier."""
        return OfTraining(TrainingId(order))

    def of(self, dossier: Dossier, order: str) -> trainings.Training:
        """Return the training."""
        return dossier.training(TrainingId(order))

    def listens(self, order: trainings.Training) -> bool:
        """Return whether it goes on: a trainer's last word ends it."""
        return order.run.status.unfinished

    def delayed(self, dossier: Dossier, order: trainings.Training) -> Event:
        """Tell the customer that it takes longer."""
        name = dossier.avatar(order.avatar).name
        return TrainingDelayed(customer=order.customer, training=order.id, avatar=name)

    def accepted(self, order: trainings.Training) -> tuple[Event, ...]:
        """Tell that the trainer took it."""
        return (TrainingSubmitted(customer=order.customer, training=order.id),)

    def progress(self, dossier: Dossier, order: trainings.Training, report: Report, at: datetime) -> Outcome:
        """Note the percent, and tell it when it has changed enough."""
        further = order.progress(report.percent or 0, at=at)
        if further.percent == order.percent:
            return Outcome((order,))
        left = order.run.running_for(at) * (100 - further.percent) / max(further.percent, 1)
        news = TrainingProgressed(
            customer=order.customer,
            training=order.id,
            avatar=dossier.avatar(order.avatar).name,
            percent=further.percent,
            minutes_left=-(-int(left.total_seconds()) // 60),
        )
        return Outcome((further,), (news,))

    def succeed(self, dossier: Dossier, order: trainings.Training, report: Report, at: datetime) -> Outcome:
        """Make the avatar ready and earn the price; a success without a model is a failure."""
        if report.model is None:
            return self.fail(dossier, order, Failure(FailureReason.PROVIDER_FAILED, "no model in the output"), at)
        avatar = dossier.avatar(order.avatar).ready(report.model)
        wallet = dossier.wallet.capture(order.id, at=at)
        done = replace(order, run=order.run.succeed(at=at), percent=100)
        news = TrainingSucceeded(
            customer=order.customer,
            training=order.id,
            avatar_id=avatar.id,
            avatar=avatar.name,
            price=order.chosen.quote.amount,
            balance=wallet.available,
        )
        return Outcome((done, avatar, wallet), (news,))

    def fail(self, dossier: Dossier, order: trainings.Training, failure: Failure, at: datetime) -> Outcome:
        """Give the stars back and tell why; what the provider broke off as the customer wished is cancelled."""
        if failure.reason is FailureReason.PROVIDER_CANCELED and order.run.stopping:
            stopped, purse, told = canceled(dossier, order, at)
            return Outcome((stopped, purse), (told,))
        wallet, back = released(dossier, order.id, at)
        failed = replace(order, run=order.run.fail(failure.reason, at=at))
        news = TrainingFailed(
            customer=order.customer,
            training=order.id,
            avatar=dossier.avatar(order.avatar).name,
            released=back,
            balance=wallet.available,
            reason=failure.reason,
            detail=failure.detail,
        )
        return Outcome((failed, wallet), (news,))


class PortraitKind:
    """Portrait orders."""

    def subject(self, order: str) -> Subject:
        """Return the order's dossier."""
        return OfPortraits(PortraitOrderId(order))

    def of(self, dossier: Dossier, order: str) -> portraits.PortraitOrder:
        """Return the order."""
        return dossier.order(PortraitOrderId(order))

    def listens(self, order: portraits.PortraitOrder) -> bool:
        """Return whether it goes on unpainted: a painter forgets a run after an hour, however its images fare here."""
        return order.run.status.unfinished and not order.sources

    def delayed(self, dossier: Dossier, order: portraits.PortraitOrder) -> Event:
        """Tell the customer that it takes longer."""
        return PortraitsDelayed(customer=dossier.customer.id, order=order.id)

    def accepted(self, order: portraits.PortraitOrder) -> tuple[Event, ...]:  # noqa: ARG002 - trainings tell more
        """Say nothing: portraits take seconds."""
        return ()

    def progress(self, dossier: Dossier, order: portraits.PortraitOrder, report: Report, at: datetime) -> Outcome:  # noqa: ARG002
        """Say nothing: portraits take seconds."""
        return Outcome((order,))

    def succeed(self, dossier: Dossier, order: portraits.PortraitOrder, report: Report, at: datetime) -> Outcome:
        """Note where the images are, to be fetched at once; a success without images is a failure."""
        if not report.images:
            return self.fail(dossier, order, Failure(FailureReason.PROVIDER_FAILED, "no images in the output"), at)
        painted = order.painted(report.images, at=at)
        return Outcome((painted,), (PortraitsPainted(customer=order.customer, order=order.id),))

    def fail(self, dossier: Dossier, order: portraits.PortraitOrder, failure: Failure, at: datetime) -> Outcome:
        """Give the stars back and tell why."""
        wallet, back = released(dossier, order.id, at)
        failed = replace(order, run=order.run.fail(failure.reason, at=at))
        news = PortraitsFailed(
            customer=order.customer,
            order=order.id,
            released=back,
            balance=wallet.available,
            reason=failure.reason,
            detail=failure.detail,
        )
        return Outcome((failed, wallet), (news,))
