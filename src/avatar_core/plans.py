"""Plans: what a customer may do, for how long, and at what price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from avatar_core.errors import NotForSale, UnknownPrice
from avatar_core.ids import PlanCode
from avatar_core.money import Currency, Price, Stars


class Feature(StrEnum):
    """Something paid that a plan opens."""

    TRAINING = "training"
    PORTRAITS = "portraits"
    UPSCALE = "upscale"
    PROMPT_FROM_PHOTO = "prompt-from-photo"


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan of the catalogue."""

    code: PlanCode
    titles: Mapping[str, str]
    """By language code."""
    days: int | None
    """The length of one paid period; None never ends."""
    prices: Mapping[Currency, Price]
    grants: Stars
    """Credited at each paid period."""
    features: frozenset[Feature]
    rank: int
    """Its place in the catalogue: while a higher one runs, a lower one waits."""
    for_sale: bool = False
    version: int = 1
    opens_later: bool = False
    """Whether it opens whatever is added later, too."""

    @property
    def period(self) -> timedelta | None:
        """The length of one paid period."""
        return None if self.days is None else timedelta(days=self.days)

    def price_in(self, currency: Currency) -> Price:
        """Return the price.  Raises NotForSale and UnknownPrice; there is no default."""
        if not self.for_sale:
            raise NotForSale(name=self.code)
        if currency not in self.prices:
            raise UnknownPrice(name=f"{self.code} in {currency}")
        return self.prices[currency]
