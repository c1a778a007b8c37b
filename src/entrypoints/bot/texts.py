"""The bot's words: one Fluent file a language, every message and every placeholder in both (a test holds it).

Facts are escaped for Telegram's HTML, except in labels, alerts and invoices, which are plain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

from babel.dates import format_date
from fluent.runtime import FluentBundle, FluentResource

from avatar_core.customers import Language
from avatar_core.errors import AvatarError
from avatar_core.money import Currency, Price, Stars

LOCALES = Path(__file__).parent / "locales"
CURRENCIES = {Currency.XTR: "⭐", Currency.RUB: "₽", Currency.USD: "$", Currency.USDT: "USDT"}

LONGEST_FACT = 2_400
"""Fluent refuses a fact of more than 2,500 characters; two of them do not fit into a message."""


class Unworded(LookupError):
    """A message or one of its facts is missing: a defect that the tests of the locales find."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: Language
    bundle: FluentBundle
    _constants: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Messages without facts, which most labels are: worded once."""

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return a message as HTML; texts among the facts are escaped."""
        return self._worded(key, {name: _as_html(self._plain(fact)) for name, fact in facts.items()})

    def plain(self, key: str, /, **facts: object) -> str:
        """Return a message as plain text, for labels, alerts and invoices."""
        return self._worded(key, {name: self._plain(fact) for name, fact in facts.items()})

    def knows(self, key: str) -> bool:
        """Return whether there is such a message."""
        return self.bundle.has_message(key)

    def title(self, titles: Mapping[str, str]) -> str:
        """Return what the catalogue calls a thing in this language."""
        return titles[self.language]

    def number(self, fact: Stars | str) -> str:
        """Write a number as people of this language do; a minus is a real one."""
        text = str(fact).replace("-", "−")
        return text.replace(".", ",") if self.language is Language.RU else text

    def refusal(self, error: AvatarError) -> str:
        """Return a refusal in plain words."""
        facts = {name: self._reason(fact) if name == "reason" else fact for name, fact in error.facts.items()}
        return self.plain(f"error-{error.code()}", **facts)

    def _reason(self, reason: object) -> object:
        return self.plain(f"photo-{reason}") if self.knows(f"photo-{reason}") else reason

    def _plain(self, fact: object) -> object:
        match fact:
            case Stars():
                return self.number(fact)
            case Price(currency=currency):
                return f"{self.number(fact.plain.removesuffix('.00'))} {CURRENCIES[currency]}"
            case datetime():
                return format_date(fact, "d MMMM y", locale=self.language.value)
            case bool() | int():
                return int(fact)
            case _:
                return _fitting(str(fact))

    def _worded(self, key: str, facts: dict[str, object]) -> str:
        if facts:
            return self._formatted(key, facts)
        if key not in self._constants:
            self._constants[key] = self._formatted(key, facts)
        return self._constants[key]

    def _formatted(self, key: str, facts: dict[str, object]) -> str:
        if not self.bundle.has_message(key):
            raise Unworded(f"{self.language}: {key}")
        pattern = self.bundle.get_message(key).value
        text, errors = self.bundle.format_pattern(pattern, facts) if pattern else ("", [LookupError("no value")])
        if errors:
            raise Unworded(f"{self.language}: {key}: {errors[0]}")
        return str(text)


def in_parts(text: str) -> Iterator[str]:
    """Give the text in parts that a message takes whole, cut where words end if it can be."""
    while text:
        kept = _beginning(text)
        if len(kept) < len(text) and (space := max(kept.rfind(" "), kept.rfind("\n"))) > 0:
            kept = kept[: space + 1]
        yield kept
        text = text[len(kept) :]


def _fitting(text: str) -> str:
    """Cut a text so that Fluent takes it."""
    kept = _beginning(text)
    return text if kept == text else f"{kept}…"


def _beginning(text: str) -> str:
    """Return as much of a text as Fluent takes, escaped or not."""
    kept = text[:LONGEST_FACT]
    while _length(kept) > LONGEST_FACT:
        kept = kept[: len(kept) * 9 // 10]
    return kept


def _length(text: str) -> int:
    """Count as Telegram does, in UTF-16: an emoji is two."""
    return len(escape(text, quote=False).encode("utf-16-le", "surrogatepass")) // 2


def _as_html(fact: object) -> object:
    return escape(fact, quote=False) if isinstance(fact, str) else fact


def source(language: Language) -> str:
    """Return the text of a language's file."""
    return (LOCALES / f"{language}.ftl").read_text(encoding="utf-8")


@cache
def words_in(language: Language) -> Words:
    """Return the words of a language; its file is read once."""
    bundle = FluentBundle([language.value], use_isolating=False)
    bundle.add_resource(FluentResource(source(language)))
    return Words(language, bundle)
