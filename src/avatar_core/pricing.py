"""What things cost in ⭐ and what stars cost in money; quotes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from avatar_core.errors import ImagesNotOffered, QuoteExpired, StepsNotOffered, UnknownFormat
from avatar_core.ids import PackCode, QuoteId, StyleCode, TrainerCode
from avatar_core.money import Price, Stars

QUOTE_LIFE = timedelta(minutes=15)
"""What is shown is what is charged, for so long."""
MAX_IMAGES = 4


@dataclass(frozen=True, slots=True)
class StarPack:
    """A top-up on sale."""

    code: PackCode
    price: Price
    stars: Stars


@dataclass(frozen=True, slots=True)
class TrainerOffer:
    """A trainer of the catalogue: data, because versions, parameters and prices change (protocols page 4.3)."""

    code: TrainerCode
    titles: Mapping[str, str]
    provider: str
    model: str
    """``owner/name`` at the provider."""
    version: str
    steps: tuple[int, ...]
    price_per_step: Stars | None
    flat_price: Stars | None
    parameters: Mapping[str, object]
    """What else the provider is given, by the provider's own names."""
    names: Mapping[str, str]
    """The provider's names for ``images``, ``trigger`` and ``steps``."""
    minutes: int
    """About how long a run takes in the middle of the offer."""

    def price(self, steps: int) -> Stars:
        """Return the price in ⭐.  Raises StepsNotOffered for anything outside the offer."""
        if type(steps) is not int or steps not in self.steps:
            raise StepsNotOffered(steps=steps)
        if self.flat_price is not None:
            return self.flat_price
        if self.price_per_step is None:
            raise StepsNotOffered(steps=steps)
        return self.price_per_step * steps

    def minutes_for(self, steps: int) -> int:
        """Return about how long so many steps take: at least a minute, in proportion to the middle of the offer."""
        middle_twice = min(self.steps) + max(self.steps)
        return max(1, (4 * self.minutes * steps + middle_twice) // (2 * middle_twice))


@dataclass(frozen=True, slots=True)
class PortraitOffer:
    """What portraits cost and which formats there are."""

    price: Stars
    """Per image."""
    formats: tuple[str, ...]
    parameters: Mapping[str, object]

    def quote_for(self, count: int, aspect: str) -> Stars:
        """Return the price of so many images in ⭐.  Raises ImagesNotOffered and UnknownFormat."""
        if type(count) is not int or not 1 <= count <= MAX_IMAGES:
            raise ImagesNotOffered(count=count)
        if aspect not in self.formats:
            raise UnknownFormat(name=aspect)
        return self.price * count


TRIGGER, PERSON = "{trigger}", "{person}"
"""What is put in a prompt's place: the avatar's own word, which every template has, and what the avatar shows."""


@dataclass(frozen=True, slots=True)
class Style:
    """A ready prompt: a template with ``{trigger}`` and ``{person}`` in it."""

    code: StyleCode
    titles: Mapping[str, str]
    template: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that was shown, and until when it holds."""

    id: QuoteId
    amount: Stars
    expires_at: datetime

    def require_valid(self, at: datetime) -> None:
        """Raise QuoteExpired when it was shown too long ago."""
        if at >= self.expires_at:
            raise QuoteExpired


def quoted(quote: QuoteId, amount: Stars, at: datetime) -> Quote:
    """Make a quote that holds for QUOTE_LIFE."""
    return Quote(quote, amount, at + QUOTE_LIFE)
