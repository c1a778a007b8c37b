"""The owner's catalogue file: TOML, read strictly.

A wrong or unknown price is an error, never zero; prices are text (``"7.5"``) or whole numbers, for a float is not an
amount.  Every complaint names the place (product page 1.3).
"""

import re
import tomllib
from collections.abc import Iterable
from typing import Protocol, TypeVar

from avatar_core.catalogue import Catalogue
from avatar_core.errors import InvalidAmount, InvalidCatalogue
from avatar_core.ids import PackCode, PlanCode, StyleCode, TrainerCode
from avatar_core.money import Currency, Price, Stars
from avatar_core.plans import Feature, Plan
from avatar_core.pricing import PERSON, TRIGGER, PortraitOffer, StarPack, Style, TrainerOffer

LANGUAGES = {"ru", "en"}
LARGEST_NUMBER = 1_000_000
LARGEST_AMOUNT = 10**12 - 1
"""Twelve digits, as many as an amount has that is written as text."""
MOST_DAYS = 3_660
"""Ten years: periods are laid end to end, and the last one has to end on a day that the calendar has."""
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}")
"""What fits into a button's 64 bytes beside an id, and has nothing in it that separates."""
_FORMAT = re.compile(r"[1-9]\d?:[1-9]\d?")
EVERY_FEATURE = "all"

Kind = TypeVar("Kind")


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Item = TypeVar("Item", bound=_Coded)


def load_catalogue(text: str) -> Catalogue:
    """Read a catalogue.  Raises InvalidCatalogue, which says where and what."""
    try:
        document = Table("catalogue", tomllib.loads(text))
    except tomllib.TOMLDecodeError as cause:
        raise InvalidCatalogue(where="the file", problem=str(cause)) from cause
    except (RecursionError, ValueError) as cause:  # what tomllib lets through: endless brackets and digits
        raise InvalidCatalogue(where="the file", problem="a value is too long or too deep") from cause
    document.knows("plan", "pack", "trainer", "portraits", "style")
    return Catalogue(
        plans=_by_code(_plan(table, rank) for rank, table in enumerate(document.tables("plan"))),
        packs=_by_code(_pack(table) for table in document.tables("pack")),
        trainers=_by_code(_trainer(table) for table in document.tables("trainer")),
        portraits=_portraits(document.table("portraits")),
        styles=_by_code(_style(table) for table in document.tables("style")),
    )


class Table:
    """One table of the file, which knows its place."""

    def __init__(self, where: str, values: dict[str, object]) -> None:
        """Name the place and take the values."""
        self.where, self.values = where, values

    def wrong(self, name: str, problem: str) -> InvalidCatalogue:
        """Return the complaint about one key."""
        return InvalidCatalogue(where=f"{self.where}.{name}", problem=problem)

    def knows(self, *names: str) -> None:
        """Refuse keys that nobody reads: a misspelt price must not be passed over."""
        for name in sorted(self.values.keys() - set(names)):
            raise self.wrong(name, "is not known here")

    def get(self, name: str, kind: type[Kind]) -> Kind:
        """Return a value of exactly this type."""
        value = self.values.get(name)
        if type(value) is not kind:
            raise self.wrong(name, f"{_shown(value)} is not of type {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        """Return words."""
        value = self.get(name, str).strip()
        if not value:
            raise self.wrong(name, "is empty")
        return value

    def code(self) -> str:
        """Return the code by which the thing is known, on buttons too."""
        value = self.text("code")
        if not _CODE.fullmatch(value):
            raise self.wrong("code", "is not made of 1 to 24 Latin letters, digits, hyphens and underscores")
        return value

    def whole(self, name: str, most: int = LARGEST_NUMBER) -> int:
        """Return a positive whole number, of a size that days, minutes and versions can have."""
        value = self.get(name, int)
        if not 0 < value <= most:
            raise self.wrong(name, f"is not a number from 1 to {most}")
        return value

    def flag(self, name: str) -> bool:
        """Return a switch, off when it is not there."""
        return name in self.values and self.get(name, bool)

    def stars(self, name: str) -> Stars:
        """Return an amount of ⭐, zero or more."""
        try:
            stars = Stars.parse(self._amount(name))
        except InvalidAmount as cause:
            raise self.wrong(name, str(cause)) from cause
        if stars.hundredths < 0:
            raise self.wrong(name, f"{stars} is less than nothing")
        return stars

    def price(self, name: str, currency: Currency) -> Price:
        """Return a price in a currency, more than zero."""
        try:
            return Price.parse(self._amount(name), currency)
        except InvalidAmount as cause:
            raise self.wrong(name, str(cause)) from cause

    def table(self, name: str) -> "Table":
        """Return a table within this one."""
        return Table(f"{self.where}.{name}", self.get(name, dict))

    def tables(self, name: str) -> "list[Table]":
        """Return a list of tables, at least one."""
        found = self.get(name, list)
        if not found or any(type(each) is not dict for each in found):
            raise self.wrong(name, "is not a list of tables")
        return [Table(f"{self.where}.{name}[{place}]", each) for place, each in enumerate(found, start=1)]

    def titles(self) -> dict[str, str]:
        """Return a title in every language the product speaks."""
        table = self.table("titles")
        titles = {language: table.text(language) for language in table.values}
        if not titles.keys() >= LANGUAGES:
            raise self.wrong("titles", "both ru and en are needed")
        return titles

    def _amount(self, name: str) -> str:
        value = self.values.get(name)
        if type(value) is not int:
            return self.text(name)
        if abs(value) > LARGEST_AMOUNT:
            raise self.wrong(name, f"is not a number up to {LARGEST_AMOUNT}")
        return str(value)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # more digits than Python writes down
        return "a very long number"


def _by_code(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if item.code in found:
            raise InvalidCatalogue(where=item.code, problem="is there twice")
        found[item.code] = item
    return found


def _plan(table: Table, rank: int) -> Plan:
    table.knows("code", "titles", "days", "prices", "grants", "features", "for_sale", "version")
    code, prices = PlanCode(table.code().upper()), _prices(table)
    plan = Plan(
        code=code,
        titles=table.titles(),
        days=table.whole("days", MOST_DAYS) if "days" in table.values else None,
        prices=prices,
        grants=table.stars("grants"),
        features=_features(table),
        rank=rank,
        for_sale=table.flag("for_sale"),
        version=table.whole("version") if "version" in table.values else 1,
        opens_later=table.values.get("features") == EVERY_FEATURE,
    )
    if plan.for_sale and not prices:
        raise table.wrong("prices", "a plan for sale needs a price")
    return plan


def _prices(table: Table) -> dict[Currency, Price]:
    if "prices" not in table.values:
        return {}
    prices = table.table("prices")
    prices.knows(*Currency)
    return {Currency(code): prices.price(code, Currency(code)) for code in prices.values}


def _features(table: Table) -> frozenset[Feature]:
    if table.values.get("features") == EVERY_FEATURE:
        return frozenset(Feature)
    names = table.get("features", list)
    try:
        return frozenset(Feature(name) for name in names)
    except ValueError as cause:
        raise table.wrong("features", str(cause)) from cause


def _pack(table: Table) -> StarPack:
    table.knows("currency", "price", "stars")
    try:
        currency = Currency(table.text("currency"))
    except ValueError as cause:
        raise table.wrong("currency", str(cause)) from cause
    price, stars = table.price("price", currency), table.stars("stars")
    if not stars:
        raise table.wrong("stars", "a pack without stars")
    return StarPack(PackCode(f"{currency}-{price.plain}".lower()), price, stars)


def _trainer(table: Table) -> TrainerOffer:
    table.knows(
        "code", "titles", "provider", "model", "version", "steps", "price_per_step", "flat_price", "minutes",
        "parameters", "names",
    )  # fmt: skip
    if ("price_per_step" in table.values) == ("flat_price" in table.values):
        raise table.wrong("price_per_step", "exactly one of price_per_step and flat_price is needed")
    names = table.table("names")
    names.knows("images", "trigger", "steps")
    offer = TrainerOffer(
        code=TrainerCode(table.code()),
        titles=table.titles(),
        provider=table.text("provider"),
        model=table.text("model"),
        version=table.text("version"),
        steps=_steps(table),
        price_per_step=table.stars("price_per_step") if "price_per_step" in table.values else None,
        flat_price=table.stars("flat_price") if "flat_price" in table.values else None,
        parameters=table.table("parameters").values,
        names={name: names.text(name) for name in ("images", "trigger", "steps")},
        minutes=table.whole("minutes"),
    )
    if not all(offer.price(steps) for steps in offer.steps):
        raise table.wrong("steps", "a training that costs nothing")
    return offer


def _steps(table: Table) -> tuple[int, ...]:
    steps = table.get("steps", list)
    if not steps or any(type(each) is not int or not 0 < each <= LARGEST_NUMBER for each in steps):
        raise table.wrong("steps", f"is not a list of whole numbers from 1 to {LARGEST_NUMBER}")
    return tuple(sorted(set(steps)))


def _portraits(table: Table) -> PortraitOffer:
    table.knows("price", "formats", "parameters")
    price, formats = table.stars("price"), table.get("formats", list)
    if not price:
        raise table.wrong("price", "portraits that cost nothing")
    if not formats or any(type(each) is not str or not _FORMAT.fullmatch(each) for each in formats):
        raise table.wrong("formats", 'is not a list of formats like "3:4"')
    return PortraitOffer(price, tuple(formats), table.table("parameters").values)


def _style(table: Table) -> Style:
    table.knows("code", "titles", "template")
    template = table.text("template")
    if TRIGGER not in template:
        raise table.wrong("template", f"{TRIGGER} is missing, so nobody would be in the picture")
    words = template.replace(TRIGGER, "").replace(PERSON, "")
    if "{" in words or "}" in words:
        raise table.wrong("template", f"unknown placeholder: only {TRIGGER} and {PERSON} are filled in")
    return Style(StyleCode(table.code()), table.titles(), template)
