"""Money: stars in hundredths and prices in minor units.  No floats anywhere."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Self

from avatar_core.errors import InvalidAmount

HUNDRED = 100
_HUNDREDTH = Decimal("0.01")
_AMOUNT = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,12}))?")
"""No exponents, no digits of other scripts, nothing so long that a database could not keep it in eight bytes."""


class Currency(StrEnum):
    """A currency money is paid in; its value is the ISO-like code the gateways use."""

    XTR = "XTR"
    RUB = "RUB"
    USD = "USD"
    USDT = "USDT"

    @property
    def decimals(self) -> int:
        """Digits behind the point of one unit (Telegram Stars have none)."""
        return {Currency.XTR: 0, Currency.RUB: 2, Currency.USD: 2, Currency.USDT: 6}[self]


def _whole(value: int, what: str) -> None:
    if type(value) is not int:  # bool is an int to isinstance, and must not pass for money
        raise InvalidAmount(what=what, value=repr(value))


def _exact(text: str, decimals: int, what: str) -> int:
    found = _AMOUNT.fullmatch(text)
    whole, fraction = found.groups("") if found else ("", "")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    if not found or len(fraction) > decimals:
        raise InvalidAmount(what=what, value=text)
    return int(whole + fraction)


def _plain(minor: int, decimals: int) -> str:
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


@dataclass(frozen=True, slots=True, order=True)
class Stars:
    """An amount of ⭐, the internal credit, in hundredths; may be negative only as a difference."""

    hundredths: int

    def __post_init__(self) -> None:
        """Refuse anything that is not a whole number of hundredths."""
        _whole(self.hundredths, "stars")

    @classmethod
    def of(cls, whole: int) -> Self:
        """Return whole stars."""
        _whole(whole, "stars")
        return cls(whole * HUNDRED)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``7.5`` exactly.  Raises InvalidAmount for NaN, words and more than two decimals."""
        return cls(_exact(text, 2, "stars"))

    @classmethod
    def rounded(cls, exact: Decimal) -> Self:
        """Round a computed amount half-up to hundredths: the only rounding there is (product page 1.3)."""
        try:
            return cls(int(exact.quantize(_HUNDREDTH, ROUND_HALF_UP).scaleb(2)))
        except (InvalidOperation, ValueError) as cause:  # infinite, not a number, or beyond any wallet
            raise InvalidAmount(what="stars", value=str(exact)) from cause

    def __add__(self, other: "Stars") -> "Stars":
        """Add."""
        return Stars(self.hundredths + other.hundredths)

    def __sub__(self, other: "Stars") -> "Stars":
        """Subtract."""
        return Stars(self.hundredths - other.hundredths)

    def __mul__(self, times: int) -> "Stars":
        """Multiply by a whole number."""
        _whole(times, "a count")
        return Stars(self.hundredths * times)

    def __neg__(self) -> "Stars":
        """Return the opposite amount."""
        return Stars(-self.hundredths)

    def __bool__(self) -> bool:
        """Return whether there is any amount at all."""
        return self.hundredths != 0

    def __str__(self) -> str:
        """Word it as people write it: ``7.5``, ``476``."""
        plain = _plain(self.hundredths, 2)
        return plain.rstrip("0").rstrip(".")


NO_STARS = Stars(0)


@dataclass(frozen=True, slots=True)
class Price:
    """A positive amount of outside money in the currency's minor units (kopecks, cents, whole Telegram Stars)."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        """Refuse fractions, zero and less: an unknown price is an error, never free."""
        _whole(self.minor, "a price")
        if self.minor <= 0:
            raise InvalidAmount(what="a price", value=str(self.minor))

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Self:
        """Read ``10.000000`` exactly.  Raises InvalidAmount."""
        return cls(_exact(text, currency.decimals, f"a price in {currency}"), currency)

    @property
    def plain(self) -> str:
        """The amount without its currency, as gateways write it: ``500.00``."""
        return _plain(self.minor, self.currency.decimals)

    def __str__(self) -> str:
        """Word it: ``476 XTR``, ``1110.00 RUB``."""
        return f"{self.plain} {self.currency}"
