"""Deliberate bugs in what becomes of an order: how it ends, what is handed over for it, and to whom."""

from dataclasses import replace
from typing import Any

from avatar_core.customers import Address
from avatar_core.dossier import Dossier, OfTraining
from avatar_core.errors import ProviderUnavailable, RunVanished
from avatar_core.ids import PhotoRef, PortraitOrderId, TelegramId, TrainingId
from avatar_core.portraits import Image, ImageStatus, PortraitOrder
from avatar_core.ports import Messenger, PaintingOrder, TrainingOrder
from avatar_core.runs import FailureReason, Report, ReportStatus, Ticket
from avatar_core.trainings import Training
from avatar_core.use_cases.delivery import DeliverPortraits
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import Failure, TrainingKind, canceled
from avatar_core.use_cases.portraits import RecordPortraitReport, SubmitPortraits, filled
from avatar_core.use_cases.trainings import (
    PollTraining,
    RecordTrainingReport,
    SubmitTraining,
    archive_of,
)


def _failed(report: Report) -> Report:
    if report.status is not ReportStatus.SUCCEEDED:
        return report
    return replace(report, status=ReportStatus.FAILED, failure=FailureReason.PROVIDER_FAILED)


class NoTrainingSucceeds(RecordTrainingReport):
    """Takes a success for a failure."""

    async def __call__(self, training: TrainingId, report: Report) -> None:
        await super().__call__(training, _failed(report))


class NoPortraitSucceeds(RecordPortraitReport):
    """Takes a success for a failure."""

    async def __call__(self, order: PortraitOrderId, report: Report) -> None:
        await super().__call__(order, _failed(report))


class OutageIsTheEnd(PollTraining):
    """Gives up a training when its provider does not answer one question."""

    async def __call__(self, training: TrainingId) -> None:
        try:
            await super().__call__(training)
        except ProviderUnavailable:
            handover = Handover(self.begin, self.clock, self.warden, TrainingKind())
            await handover.fail(training, Failure(FailureReason.VANISHED))


class FailureIsAWish(RecordTrainingReport):
    """Cancels what has failed."""

    async def __call__(self, training: TrainingId, report: Report) -> None:
        if report.status is not ReportStatus.FAILED:
            await super().__call__(training, report)
            return
        async with self.begin() as work:
            dossier = await work.dossier(OfTraining(training))
            known = dossier.training(training)
            if known.run.status.unfinished:
                ended, wallet, news = canceled(dossier, known, self.clock.now())
                work.save(ended, wallet)
                work.emit(news)
                await work.commit()


class _ToTheFirst:
    """A messenger that sends all albums to the first customer."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    async def send_images(self, address: Address, order: PortraitOrderId, images: list[bytes]) -> None:
        await self._messenger.send_images(replace(address, telegram_id=TelegramId(7_000_000_001)), order, images)


class AlbumsToTheFirst(DeliverPortraits):
    """Sends all albums to one person."""

    async def __call__(self, order: PortraitOrderId) -> None:
        messenger: Any = _ToTheFirst(self.messenger)
        await DeliverPortraits.__call__(replace(self, messenger=messenger), order)


class SharedNames(DeliverPortraits):
    """Leaves the order's id out of its images' names, so that they lie over each other."""

    async def _fetch(self, order: PortraitOrderId, image: Image, source: str) -> Image:
        if image.status is not ImageStatus.ORDERED:
            return image
        ref = PhotoRef(f"portraits/{image.number}.jpg")
        try:
            await self.store.put(ref, await self.painter.fetch(source))
        except RunVanished:
            return image.lost()
        return image.stored(ref)


class FirstAvatar(SubmitPortraits):
    """Paints the customer's first avatar, whichever was chosen."""

    async def _give(self, dossier: Dossier, order: PortraitOrder) -> Ticket:
        found = await self.painter.find(order.id)
        if found is not None:
            return found
        avatar, wish = next(each for each in dossier.avatars.values() if each.trained), order.wish
        prompt = filled(wish.prompt, avatar)
        return await self.painter.submit(
            PaintingOrder(order.id, avatar.model(), prompt, wish.aspect, wish.count, wish.seed)
        )


class OnePhoto(SubmitTraining):
    """Trains with the first photo only."""

    async def _give(self, dossier: Dossier, training: Training) -> Ticket:
        return await super()._give(dossier, replace(training, photos=training.photos[:1]))


class OneStep(SubmitTraining):
    """Trains for one step."""

    async def _give(self, dossier: Dossier, training: Training) -> Ticket:
        found = await self.trainer.find(training.id)
        if found is not None:
            return found
        archive = archive_of(training.id)
        await self.store.pack(archive, [photo.ref for photo in training.photos])
        offer, trigger = self.catalogue.trainer(training.chosen.trainer), dossier.avatar(training.avatar).trigger
        return await self.trainer.submit(TrainingOrder(training.id, trigger, 1, offer, archive))
