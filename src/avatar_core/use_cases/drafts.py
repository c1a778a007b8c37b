"""Preparing an avatar: the draft, its photos, and what the training will cost (product page 1.4)."""

from dataclasses import dataclass, replace

from avatar_core.avatars import Avatar, Gender
from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier, OfCustomer, OfTraining
from avatar_core.errors import AvatarError, DraftNotFound, StoreUnavailable, TrainingNotFound
from avatar_core.events import DraftDiscarded
from avatar_core.ids import AvatarId, BotId, CustomerId, PhotoRef, QuoteId, TrainerCode, TrainingId
from avatar_core.photos import Photo
from avatar_core.plans import Feature
from avatar_core.ports import BeginUnitOfWork, Clock, Names, PhotoInspector, PhotoStore
from avatar_core.pricing import quoted
from avatar_core.runs import RunStatus
from avatar_core.trainings import Training, TrainingPlan
from avatar_core.use_cases.again import again
from avatar_core.use_cases.rights import require


@dataclass(frozen=True, slots=True)
class Sitter:
    """Whose avatar it will be."""

    name: str
    gender: Gender


@dataclass(frozen=True, slots=True)
class StartDraft:
    """Begin to prepare an avatar, or rename the one that is being prepared: its photos stay."""

    begin: BeginUnitOfWork
    clock: Clock
    names: Names
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, bot: BotId, sitter: Sitter) -> Training:
        """Return the draft.  Raises FeatureLocked and InvalidName."""
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfCustomer(customer))
            require(dossier, self.catalogue, Feature.TRAINING, at)
            try:
                draft = dossier.draft
            except DraftNotFound:
                avatar = self._avatar(customer, sitter)
                draft = Training(
                    id=TrainingId(self.names.fresh()),
                    customer=customer,
                    network=dossier.customer.network,
                    bot=bot,
                    avatar=avatar.id,
                    created_at=at,
                )
                work.save(avatar, draft)
            else:
                avatar = replace(dossier.avatar(draft.avatar), name=sitter.name, gender=sitter.gender)
                work.save(avatar)
            await work.commit()
        return draft

    def _avatar(self, customer: CustomerId, sitter: Sitter) -> Avatar:
        return Avatar(
            id=AvatarId(self.names.fresh()),
            customer=customer,
            name=sitter.name,
            gender=sitter.gender,
            trigger=self.names.trigger(),
            created_at=self.clock.now(),
        )


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """Look at a photo and, if it is good, keep it in the draft."""

    begin: BeginUnitOfWork
    inspector: PhotoInspector
    store: PhotoStore

    async def __call__(self, customer: CustomerId, content: bytes) -> Training:
        """Return the draft with the photo.

        Raises PhotoRefused, TooManyPhotos and DraftNotFound, and then nothing of it is kept.  Raises StoreUnavailable,
        and then the photo may have got in all the same; if it has not, its file is swept later.
        """
        seen = await self.inspector.inspect(content)
        async with self.begin() as work:
            draft = (await work.dossier(OfCustomer(customer))).draft
        photo = Photo(PhotoRef(f"trainings/{draft.id}/{seen.sha256}{seen.suffix}"), seen)
        draft.add(photo)  # refuses before anything is stored
        await self.store.put(photo.ref, await self.inspector.prepared(content))
        try:
            return await self._keep(customer, draft.id, photo)
        except StoreUnavailable:  # whether it was kept is not known: a commit may still be under way
            raise
        except AvatarError:
            await self._forget(customer, photo)
            raise

    @again
    async def _keep(self, customer: CustomerId, draft: TrainingId, photo: Photo) -> Training:
        async with self.begin() as work:
            known = (await work.dossier(OfCustomer(customer))).draft
            if known.id != draft:  # it was given up meanwhile, and another one begun
                raise DraftNotFound
            work.save(kept := known.add(photo))
            await work.commit()
        return kept

    async def _forget(self, customer: CustomerId, photo: Photo) -> None:
        """Delete what was stored in vain, unless the very same photo has got in meanwhile."""
        async with self.begin() as work:
            trainings = (await work.dossier(OfCustomer(customer))).trainings.values()
        if not any(kept.ref == photo.ref for training in trainings for kept in training.photos):
            await self.store.delete(photo.ref)


@dataclass(frozen=True, slots=True)
class RemovePhoto:
    """Take a photo out of the draft."""

    begin: BeginUnitOfWork
    store: PhotoStore

    async def __call__(self, customer: CustomerId, ref: PhotoRef) -> Training:
        """Return the draft without it.  Raises PhotoNotFound and DraftNotFound."""
        draft = await self._remove(customer, ref)
        await self.store.delete(ref)
        return draft

    @again
    async def _remove(self, customer: CustomerId, ref: PhotoRef) -> Training:
        async with self.begin() as work:
            draft = (await work.dossier(OfCustomer(customer))).draft.remove(ref)
            work.save(draft)
            await work.commit()
        return draft


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Give up preparing an avatar; its photos are deleted."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, customer: CustomerId, draft: TrainingId) -> None:
        """Discard this draft, and no other one; one that is given up already stays so.

        Raises DraftNotFound for what was ordered, TrainingNotFound for what never was and for another customer's.
        """
        async with self.begin() as work:
            known = (await work.dossier(OfTraining(draft))).training(draft)
            if known.customer != customer:
                raise TrainingNotFound
            if known.run.requested_at is not None:
                raise DraftNotFound
            if not known.run.discarded:
                work.save(replace(known, run=known.run.cancel(at=self.clock.now())))
                work.emit(DraftDiscarded(customer=customer, training=draft))
                await work.commit()


@dataclass(frozen=True, slots=True)
class DiscardEmptyDraft:
    """Give up an avatar that nobody went on preparing; one with photos is kept for when the customer returns."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, training: TrainingId) -> None:
        """Discard it; one that has photos, or is no draft any more, stays as it is."""
        async with self.begin() as work:
            draft = (await work.dossier(OfTraining(training))).training(training)
            if draft.run.status is RunStatus.DRAFT and not draft.photos:
                work.save(replace(draft, run=draft.run.cancel(at=self.clock.now())))
                work.emit(DraftDiscarded(customer=draft.customer, training=training))
                await work.commit()


@dataclass(frozen=True, slots=True)
class QuoteTraining:
    """Say what a training costs; what is shown is what will be charged."""

    begin: BeginUnitOfWork
    clock: Clock
    names: Names
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, trainer: TrainerCode, steps: int) -> Dossier:
        """Return the dossier whose draft carries the quote.

        Raises UnknownTrainer, StepsNotOffered, TooFewPhotos and DraftNotFound.
        """
        price = self.catalogue.trainer(trainer).price(steps)
        quote = quoted(QuoteId(self.names.fresh()), price, self.clock.now())
        async with self.begin() as work:
            dossier = await work.dossier(OfCustomer(customer))
            draft = dossier.draft.quoted(TrainingPlan(trainer, steps, quote))
            work.save(draft)
            await work.commit()
        return replace(dossier, trainings={**dossier.trainings, draft.id: replace(draft, version=draft.version + 1)})
