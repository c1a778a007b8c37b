"""Delivering portraits: fetched, kept, sent, and only then charged, image by image (domain page 3.5)."""

from dataclasses import dataclass, replace
from itertools import starmap

from avatar_core.customers import Level
from avatar_core.dossier import OfPortraits
from avatar_core.errors import ImagesRefused, OutsideError, RecipientUnreachable, RunVanished
from avatar_core.events import PortraitsDelivered
from avatar_core.ids import PhotoRef, PortraitOrderId
from avatar_core.portraits import Image, ImageStatus, PortraitOrder
from avatar_core.ports import BeginUnitOfWork, Clock, Messenger, Painter, PhotoStore, Warden
from avatar_core.runs import FailureReason, RunStatus
from avatar_core.use_cases.again import again
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import Failure, PortraitKind


@dataclass(frozen=True, slots=True)
class DeliverPortraits:
    """Fetch the painted images, keep them, send them, and only then earn the price of each."""

    begin: BeginUnitOfWork
    clock: Clock
    painter: Painter
    store: PhotoStore
    messenger: Messenger
    warden: Warden

    async def __call__(self, order: PortraitOrderId) -> None:
        """Deliver; what was delivered or has ended stays as it is.

        Raises ProviderUnavailable, StoreUnavailable and MessengerUnavailable when it has to be tried again later.
        """
        async with self.begin() as work:
            dossier = await work.dossier(OfPortraits(order))
        known = dossier.order(order)
        if known.run.status is not RunStatus.PROCESSING or not known.sources:
            return
        if not dossier.customer.reachable:
            await self._fail(order, FailureReason.UNDELIVERABLE)
            return
        kept = await self._fetched(known)
        if kept.run.status.final:
            return
        refs = [image.ref for image in kept.images if image.ref]
        if not refs:
            await self._fail(order, FailureReason.VANISHED)
            return
        try:
            await self.messenger.send_images(
                dossier.customer.address, order, [await self.store.get(ref) for ref in refs]
            )
        except (RecipientUnreachable, ImagesRefused):
            await self._fail(order, FailureReason.UNDELIVERABLE)
        else:
            await self._charge(order)

    async def _fetched(self, order: PortraitOrder) -> PortraitOrder:
        """Fetch all images and note those that came, also when another cannot be had now: soon none can be."""
        missing = len(order.images) - len(order.sources)
        images: list[Image] = []
        troubles: list[OutsideError] = []
        for image, source in zip(order.images, (*order.sources, *[""] * missing), strict=True):
            try:
                images.append(await self._fetch(order.id, image, source))
            except OutsideError as trouble:
                images.append(image)
                troubles.append(trouble)
        kept = await self._keep(order.id, tuple(images))
        if troubles:
            raise troubles[0]
        return kept

    async def _fetch(self, order: PortraitOrderId, image: Image, source: str) -> Image:
        if image.status is not ImageStatus.ORDERED:
            return image
        if not source:
            return image.lost()
        try:
            content = await self.painter.fetch(source)
        except RunVanished:
            return image.lost()
        ref = PhotoRef(f"portraits/{order}/{image.number}.jpg")
        await self.store.put(ref, content)
        return image.stored(ref)

    @again
    async def _keep(self, order: PortraitOrderId, images: tuple[Image, ...]) -> PortraitOrder:
        async with self.begin() as work:
            known = (await work.dossier(OfPortraits(order))).order(order)
            kept = replace(known, images=tuple(starmap(_further, zip(known.images, images, strict=True))))
            if kept == known or known.run.status is not RunStatus.PROCESSING:
                return known
            work.save(kept)
            await work.commit()
        return kept

    async def _fail(self, order: PortraitOrderId, reason: FailureReason) -> None:
        """Release everything: what was not sent is not charged."""
        await Handover(self.begin, self.clock, self.warden, PortraitKind()).fail(order, Failure(reason))

    @again
    async def _charge(self, order: PortraitOrderId) -> None:
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfPortraits(order))
            known = dossier.order(order)
            if known.run.status.final:
                return
            done, wallet = known.deliver(at=at), dossier.wallet
            for image in done.delivered:
                wallet = wallet.capture(order, known.price_per_image, part=image.number, at=at)
            price = known.price_per_image * len(done.delivered)
            wallet, back = wallet.release(order, at=at), known.quote.amount - price
            work.save(done, wallet, dossier.customer.reached(Level.PORTRAYED))
            work.emit(
                PortraitsDelivered(
                    customer=known.customer,
                    order=order,
                    count=len(done.delivered),
                    price=price,
                    released=back,
                    balance=wallet.available,
                )
            )
            await work.commit()


def _further(noted: Image, found: Image) -> Image:
    """Return an image as it was noted first: two deliverers may have fetched different ones."""
    return found if noted.status is ImageStatus.ORDERED else noted
