"""What a business needs every day, whether anybody asks for it or not."""

from dataclasses import dataclass
from datetime import date, datetime

from avatar_core.dossier import OfTraining
from avatar_core.errors import TrainingNotFound
from avatar_core.ids import PhotoRef, TrainingId
from avatar_core.ledger import Seal
from avatar_core.ports import BeginUnitOfWork, Books, Inbox, PhotoStore
from avatar_core.use_cases.trainings import archive_of


@dataclass(frozen=True, slots=True)
class SealDays:
    """Close the books of the days that are over: one hash over each day's transfers (domain page 3.1)."""

    books: Books

    async def __call__(self, until: date) -> list[Seal]:
        """Seal every day up to this one; again, and by several at once, is harmless.  Raises ConcurrentChange."""
        return await self.books.seal(until)


@dataclass(frozen=True, slots=True)
class ForgetArrivals:
    """Forget what came in and was dealt with long ago: people's words are kept no longer than they are of use."""

    inbox: Inbox

    async def __call__(self, before: datetime) -> int:
        """Forget what came before a moment; return how much it was.  Raises StoreUnavailable."""
        return await self.inbox.forget(before)


@dataclass(frozen=True, slots=True)
class SweepPhotos:
    """Delete what a training does not know of its files: a process died between writing one and noting it.

    Files of a training that nobody knows stay: a training is there before its first file, and for ever, so that these
    belong to another database than the one that is asked.
    """

    begin: BeginUnitOfWork
    store: PhotoStore

    async def __call__(self, before: datetime) -> int:
        """Delete what was written before a moment and is not known; return how many files.  Raises StoreUnavailable."""
        known: dict[TrainingId, frozenset[PhotoRef] | None] = {}
        swept = 0
        for folder in ("trainings", "archives"):
            async for ref in self.store.written(folder, before):
                training = TrainingId(ref.split("/")[1].removesuffix(".zip"))
                if training not in known:
                    known[training] = await self._known(training)
                needed = known[training]
                if needed is not None and ref not in needed:
                    await self.store.delete(ref)
                    swept += 1
        return swept

    async def _known(self, training: TrainingId) -> frozenset[PhotoRef] | None:
        """Return the files that a training needs: its photos, and its archive until it has ended; None: no training."""
        try:
            async with self.begin() as work:
                needed = (await work.dossier(OfTraining(training))).training(training)
        except TrainingNotFound:
            return None
        archive = () if needed.run.status.final else (archive_of(training),)
        return frozenset((*(photo.ref for photo in needed.photos), *archive))
