"""Trainings: ordering, handing over, hearing back, stopping (domain page 3.4)."""

from contextlib import suppress
from dataclasses import dataclass, replace

from avatar_core.catalogue import Catalogue
from avatar_core.customers import Level
from avatar_core.dossier import Dossier, OfTraining
from avatar_core.errors import (
    ProviderUnauthorized,
    ProviderUnavailable,
    QuoteExpired,
    TrainingNotFound,
    TrainingUnfinished,
)
from avatar_core.events import TrainingRequested
from avatar_core.ids import CustomerId, PhotoRef, QuoteId, TrainingId
from avatar_core.plans import Feature
from avatar_core.ports import BeginUnitOfWork, Clock, PhotoStore, Trainer, TrainingOrder, Warden
from avatar_core.runs import HOLD_LIMIT, LATE_RUN_LIMIT, Report, Run, RunStatus, Ticket
from avatar_core.trainings import SERVICE, Training
from avatar_core.use_cases.again import again
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import TrainingKind, canceled
from avatar_core.use_cases.rights import require


def archive_of(training: TrainingId) -> PhotoRef:
    """Return where a training's photos lie as one ZIP; the name carries the id, so that the run can be found."""
    return PhotoRef(f"archives/{training}.zip")


@dataclass(frozen=True, slots=True)
class RequestTraining:
    """Order the quoted training: the stars are held, and the worker hands it over."""

    begin: BeginUnitOfWork
    clock: Clock
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, training: TrainingId, quote: QuoteId) -> Training:
        """Return the ordered training; ordering by the same quote again returns it as it is.

        Raises FeatureLocked, QuoteExpired, TooFewPhotos, TrainingUnfinished, InsufficientStars and TrainingNotFound;
        a refusal changes nothing.
        """
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfTraining(training))
            draft = _own(dossier, customer, training)
            if draft.run.discarded or draft.chosen.quote.id != quote:
                raise QuoteExpired
            if draft.run.status is not RunStatus.DRAFT:
                return draft
            require(dossier, self.catalogue, Feature.TRAINING, at)
            if dossier.unfinished is not None:
                raise TrainingUnfinished
            requested, price = draft.request(at=at), draft.chosen.quote.amount
            wallet = dossier.wallet.hold(training, SERVICE, price, deadline=at + HOLD_LIMIT, at=at)
            work.save(requested, wallet, dossier.customer.reached(Level.TRAINING))
            work.emit(self._requested(dossier, requested))
            await work.commit()
        return requested

    def _requested(self, dossier: Dossier, training: Training) -> TrainingRequested:
        return TrainingRequested(
            customer=training.customer,
            training=training.id,
            avatar=dossier.avatar(training.avatar).name,
            price=training.chosen.quote.amount,
            minutes=self.catalogue.trainer(training.chosen.trainer).minutes_for(training.chosen.steps),
        )


def _own(dossier: Dossier, customer: CustomerId, training: TrainingId) -> Training:
    if dossier.customer.id != customer:
        raise TrainingNotFound
    return dossier.training(training)


@dataclass(frozen=True, slots=True)
class SubmitTraining:
    """Hand an ordered training over to the trainer, exactly once, whatever dies in between."""

    begin: BeginUnitOfWork
    clock: Clock
    trainer: Trainer
    store: PhotoStore
    catalogue: Catalogue
    warden: Warden

    async def __call__(self, training: TrainingId) -> None:
        """Hand over; what is with the trainer or has ended stays as it is.

        Raises ProviderUnavailable, ProviderUnauthorized and StoreUnavailable when it has to be tried again later.
        """
        handover = Handover(self.begin, self.clock, self.warden, TrainingKind())
        stray = await handover.carry(training, self._give)
        if stray is not None:
            await self.trainer.cancel(stray)

    async def _give(self, dossier: Dossier, training: Training) -> Ticket:
        found = await self.trainer.find(training.id)
        if found is not None:
            return found
        archive = archive_of(training.id)
        await self.store.pack(archive, [photo.ref for photo in training.photos])
        order = TrainingOrder(
            id=training.id,
            trigger=dossier.avatar(training.avatar).trigger,
            steps=training.chosen.steps,
            offer=self.catalogue.trainer(training.chosen.trainer),
            archive=archive,
        )
        return await self.trainer.submit(order)


@dataclass(frozen=True, slots=True)
class RecordTrainingReport:
    """Take the trainer's word about a run, from the webhook or the poller."""

    begin: BeginUnitOfWork
    clock: Clock
    warden: Warden

    async def __call__(self, training: TrainingId, report: Report) -> None:
        """Record it; what is late, repeated or about another run changes nothing.  Raises TrainingNotFound."""
        await Handover(self.begin, self.clock, self.warden, TrainingKind()).record(training, report)


@dataclass(frozen=True, slots=True)
class PollTraining:
    """Ask the trainer, because webhooks get lost; end what is overdue or gone."""

    begin: BeginUnitOfWork
    clock: Clock
    trainer: Trainer
    warden: Warden

    async def __call__(self, training: TrainingId) -> None:
        """Ask and record.  Raises ProviderUnavailable and ProviderUnauthorized unless the deadline has passed."""
        await Handover(self.begin, self.clock, self.warden, TrainingKind()).poll(training, self.trainer.report)


@dataclass(frozen=True, slots=True)
class CancelTraining:
    """Stop a training because the customer wants it so: at the trainer first, then the stars go back.

    Where the trainer does not answer and never gave us a ticket, the stars go back all the same: StopTraining looks for
    the run afterwards.
    """

    begin: BeginUnitOfWork
    clock: Clock
    trainer: Trainer

    async def __call__(self, customer: CustomerId, training: TrainingId) -> Training:
        """Return the training as of now; one that has ended stays as it is.

        Raises TrainingNotFound (also for a draft, which is discarded instead), and ProviderUnavailable and
        ProviderUnauthorized for a run that is under way.
        """
        known = await self._wish(customer, training)
        if not known.run.status.final:
            await self._stop(known)
        return await self._cancel(training)

    @again
    async def _wish(self, customer: CustomerId, training: TrainingId) -> Training:
        """Commit what the customer wants before the trainer is told of it: its word may come back before ours."""
        async with self.begin() as work:
            known = _own(await work.dossier(OfTraining(training)), customer, training)
            if known.run.requested_at is None:
                raise TrainingNotFound
            run = known.run.to_be_stopped(at=self.clock.now())
            if run != known.run:
                work.save(replace(known, run=run))
                await work.commit()
        return known

    async def _stop(self, known: Training) -> None:
        if known.run.ticket:
            await self.trainer.cancel(known.run.ticket)
        elif known.run.uncertain:
            with suppress(ProviderUnavailable, ProviderUnauthorized):
                await _stop_lost(self.trainer, known.id)

    @again
    async def _cancel(self, training: TrainingId) -> Training:
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfTraining(training))
            known = dossier.training(training)
            if known.run.status.final:
                return known
            ended, wallet, news = canceled(dossier, known, at)
            work.save(ended, wallet)
            work.emit(news)
            await work.commit()
        return ended


async def _stop_lost(trainer: Trainer, training: TrainingId) -> bool:
    """Stop a run that we have no ticket of; return whether there was one."""
    found = await trainer.find(training)
    if found is not None:
        await trainer.cancel(found)
    return found is not None


@dataclass(frozen=True, slots=True)
class StopTraining:
    """Stop the run of a training that nobody waits for any more, so that the owner does not pay for it."""

    begin: BeginUnitOfWork
    clock: Clock
    trainer: Trainer

    async def __call__(self, training: TrainingId) -> None:
        """Stop it; again is harmless.  A run that may have been started is looked for until none can come any more.

        Raises ProviderUnavailable and ProviderUnauthorized when it has to be tried again later.
        """
        async with self.begin() as work:
            run = (await work.dossier(OfTraining(training))).training(training).run
        if not run.unwanted:
            return
        if run.ticket:
            await self.trainer.cancel(run.ticket)
        elif not await _stop_lost(self.trainer, training) and self._may_come_yet(run):
            raise ProviderUnavailable(reason="the run of an ended order may begin yet")

    def _may_come_yet(self, run: Run) -> bool:
        return run.ended_at is not None and self.clock.now() < run.ended_at + LATE_RUN_LIMIT


@dataclass(frozen=True, slots=True)
class DropFiles:
    """Delete a training's archive, and its photos too when it never was ordered."""

    begin: BeginUnitOfWork
    store: PhotoStore

    async def __call__(self, training: TrainingId) -> None:
        """Delete; again is harmless."""
        async with self.begin() as work:
            known = (await work.dossier(OfTraining(training))).training(training)
        if known.run.status.final:
            await self.store.delete(archive_of(training))
            if known.run.requested_at is None:
                await DeletePhotos(self.begin, self.store)(training)


@dataclass(frozen=True, slots=True)
class DeletePhotos:
    """Delete the photos of a training that has ended (domain page 3.7)."""

    begin: BeginUnitOfWork
    store: PhotoStore

    async def __call__(self, training: TrainingId) -> None:
        """Delete the files first and forget them afterwards, so that a crash leaves none behind unknown."""
        async with self.begin() as work:
            known = (await work.dossier(OfTraining(training))).training(training)
        if not known.run.status.final:
            return
        for photo in known.photos:
            await self.store.delete(photo.ref)
        await self._forget(training)

    @again
    async def _forget(self, training: TrainingId) -> None:
        async with self.begin() as work:
            known = (await work.dossier(OfTraining(training))).training(training)
            if known.photos:
                work.save(replace(known, photos=()))
                await work.commit()
