"""Portraits: orders of one to four images of an avatar (domain page 3.5)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from avatar_core.errors import EmptyPrompt
from avatar_core.ids import AvatarId, BotId, CustomerId, NetworkId, PhotoRef, PortraitOrderId
from avatar_core.money import Stars
from avatar_core.pricing import Quote
from avatar_core.runs import Run, RunStatus

SERVICE = "portraits"


class ImageStatus(StrEnum):
    """How far one image of an order is."""

    ORDERED = "ORDERED"
    STORED = "STORED"
    DELIVERED = "DELIVERED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class Image:
    """One ordered image: its number within the order, where it is kept, how far it is."""

    number: int
    status: ImageStatus = ImageStatus.ORDERED
    ref: PhotoRef | None = None

    def stored(self, ref: PhotoRef) -> "Image":
        """Return the image once it is fetched and kept."""
        return replace(self, status=ImageStatus.STORED, ref=ref)

    def lost(self) -> "Image":
        """Return the image that cannot be fetched any more."""
        return replace(self, status=ImageStatus.LOST)

    def delivered(self) -> "Image":
        """Return the image as the customer has it; what was not stored stays as it is."""
        return replace(self, status=ImageStatus.DELIVERED) if self.status is ImageStatus.STORED else self


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be painted."""

    avatar: AvatarId
    prompt: str
    """The customer's words or a style's template; ``{trigger}`` and ``{person}`` are filled in when it is painted."""
    aspect: str
    count: int
    seed: int

    def __post_init__(self) -> None:
        """Raise EmptyPrompt when there is nothing to paint."""
        if not self.prompt.strip():
            raise EmptyPrompt


@dataclass(frozen=True, slots=True)
class PortraitOrder:
    """An order and what became of it; while its run is a DRAFT it is a quote that was shown."""

    id: PortraitOrderId
    customer: CustomerId
    network: NetworkId
    bot: BotId
    wish: Wish
    quote: Quote
    created_at: datetime
    run: Run = field(default_factory=Run)
    images: tuple[Image, ...] = ()
    sources: tuple[str, ...] = ()
    """Where the provider put the images, for about an hour."""
    version: int = 0

    @property
    def price_per_image(self) -> Stars:
        """What one delivered image costs in ⭐."""
        return Stars(self.quote.amount.hundredths // self.wish.count)

    def request(self, *, at: datetime) -> "PortraitOrder":
        """Order at the quoted price.  Raises QuoteExpired and IllegalMove."""
        self.quote.require_valid(at)
        images = tuple(Image(number) for number in range(1, self.wish.count + 1))
        return replace(self, run=self.run.request(at=at), images=images)

    def painted(self, sources: tuple[str, ...], *, at: datetime) -> "PortraitOrder":
        """Note where the images wait to be fetched; the same report again changes nothing."""
        if self.sources or self.run.status is not RunStatus.PROCESSING:
            return self
        run = self.run.noted(f"painted {len(sources)} images", at=at)
        return replace(self, sources=sources[: self.wish.count], run=run)

    def deliver(self, *, at: datetime) -> "PortraitOrder":
        """End with what is stored delivered; the rest is lost."""
        return replace(self, images=tuple(image.delivered() for image in self.images), run=self.run.succeed(at=at))

    @property
    def delivered(self) -> tuple[Image, ...]:
        """The images the customer got."""
        return tuple(image for image in self.images if image.status is ImageStatus.DELIVERED)
