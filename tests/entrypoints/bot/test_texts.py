"""Both languages have every message, every placeholder, and a word for everything the core can say."""

import re
import typing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from avatar_core import errors
from avatar_core.avatars import Gender
from avatar_core.customers import Language
from avatar_core.errors import AvatarError, NotFound, OutsideError, PaymentNotFound, PhotoRefused, Refusal
from avatar_core.events import Event
from avatar_core.ledger import TransferKind
from avatar_core.money import Currency, Price, Stars
from avatar_core.photos import PhotoProblem
from avatar_core.plans import Feature
from avatar_core.runs import FailureReason, RunStatus
from avatar_core.tasks import _FOLLOWING, Reaction
from avatar_core.use_cases.settlement import MISMATCHES
from entrypoints.bot import texts
from entrypoints.bot.commands import commands_in
from entrypoints.bot.routes import COMMANDS, GUIDANCE
from entrypoints.bot.talk import Place
from entrypoints.bot.texts import Unworded, source, words_in

BOT = Path(texts.__file__).parent
BUILT = (
    "operation-",
    "failure-",
    "quarantine-",
    "photo-",
    "error-",
    "news-",
    "owner-",
    "command-",
    "feature-",
    "gender-",
)
BUILT_TOO = ("training-now-", "guide-", "resume-", "price-training")
"""Beginnings of keys that are put together in the code."""


class Placeholders(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's protocol
        self.names.add(node.id.name)


@cache
def messages(language: Language) -> dict[str, set[str]]:
    parsed = FluentParser().parse(source(language))
    found: dict[str, set[str]] = {}
    for entry in parsed.body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            seen = Placeholders()
            seen.visit(entry)
            found[entry.id.name] = seen.names
    return found


def all_of(kind: type[AvatarError]) -> list[type[AvatarError]]:
    children = [each for child in kind.__subclasses__() for each in all_of(child)]
    return [kind, *children]


WORDED = sorted(
    {
        each
        for kind in (Refusal, NotFound, OutsideError)
        for each in all_of(kind)
        if each.__module__ == errors.__name__
        and each not in {Refusal, NotFound, OutsideError}
        and each.__name__[0] != "_"
    },
    key=lambda each: each.__name__,
)
LANGUAGES = list(Language)


def test_both_languages_have_the_same_messages_with_the_same_placeholders() -> None:
    assert messages(Language.RU) == messages(Language.EN)


@pytest.mark.parametrize("error", WORDED, ids=lambda each: each.__name__)
def test_every_error_a_customer_can_meet_is_worded_by_its_own_facts(error: type[AvatarError]) -> None:
    facts = set(typing.get_type_hints(error)) - {"wording"}
    assert messages(Language.EN)[f"error-{error.code()}"] <= facts


@pytest.mark.parametrize("kind", typing.get_args(Event), ids=lambda each: each.__name__)
@pytest.mark.parametrize(("reaction", "prefix"), [(Reaction.TELL_CUSTOMER, "news"), (Reaction.TELL_OWNER, "owner")])
def test_every_event_that_is_told_has_a_text_for_its_role(kind: type[Event], reaction: Reaction, prefix: str) -> None:
    is_told = reaction in _FOLLOWING[kind]
    assert (f"{prefix}-{kind.name.replace('.', '-')}" in messages(Language.EN)) is is_told


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("failure", list(FailureReason)),
        ("photo", list(PhotoProblem)),
        ("feature", list(Feature)),
        ("gender", list(Gender)),
        ("operation", [kind.lower().replace("_", "-") for kind in TransferKind]),
        ("command", ["start", *COMMANDS]),
        ("training-now", [each.lower() for each in RunStatus if each.final]),
        ("quarantine", [each.code() for each in (*MISMATCHES, PaymentNotFound)]),
    ],
)
def test_every_word_of_the_core_has_a_wording(prefix: str, names: list[str]) -> None:
    assert {f"{prefix}-{name}" for name in names} <= messages(Language.EN).keys()


def test_every_place_of_a_conversation_has_guidance() -> None:
    assert GUIDANCE.keys() == set(Place)
    assert set(GUIDANCE.values()) <= messages(Language.EN).keys()


def test_the_code_uses_no_key_that_is_not_there_and_no_key_is_unused() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.glob("*.py"))
    quoted = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', code))
    asked = set(
        re.findall(
            r'(?:words|plain|show|say|screen|menu_screen|button|_button)\(\s*(?:\w+, )?"([a-z]+(?:-[a-z]+)*)"', code
        )
    )
    known = messages(Language.EN).keys()
    assert asked - known == set()
    assert {key for key in known - quoted if not key.startswith((*BUILT, *BUILT_TOO))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_worded(language: Language) -> None:
    for key, names in messages(language).items():
        for number in (0, 1, 2, 5, 21):
            facts: dict[str, object] = dict.fromkeys(names, number)
            assert words_in(language)(key, **facts).strip()


@pytest.mark.parametrize(
    ("days", "russian"), [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (21, "21 день"), (30, "30 дней")]
)
def test_russian_counts_as_russians_do(days: int, russian: str) -> None:
    facts = {"plan": "П", "price": "1 ⭐", "stars": "1", "features": ""}
    assert russian in words_in(Language.RU)("plan-card", days=days, **facts)


@pytest.mark.parametrize(("length", "told"), [(1001, "символ,"), (1002, "символа,"), (1005, "символов,")])
def test_a_description_that_is_too_long_is_counted_as_russians_do(length: int, told: str) -> None:
    assert told in words_in(Language.RU)("prompt-too-long", length=length, longest=1000)


def test_a_plan_in_its_grace_is_called_a_plan_once() -> None:
    words = words_in(Language.RU)
    plan = words.plain("plan-grace", plan="П", ends="21 ноября 2026")
    assert words("balance", available="1", held="0", plan=plan).lower().count("подписка") == 1


def test_a_photo_and_a_file_are_refused_for_reasons_of_no_gender() -> None:
    for problem in PhotoProblem:
        why = words_in(Language.RU).refusal(PhotoRefused(reason=problem))
        assert not {"оно", "нём", "он", "она"} & set(re.findall(r"\w+", why.lower()))


@pytest.mark.parametrize(
    ("language", "endless"), [(Language.EN, "without an end"), (Language.RU, "без ограничения срока")]
)
def test_a_plan_for_ever_is_not_sold_as_one_of_no_days(language: Language, endless: str) -> None:
    facts = {"plan": "P", "price": "1 ⭐", "stars": "1", "features": ""}
    for key in ("plan-card", "invoice-plan"):
        told = words_in(language).plain(key, days=0, **facts)
        assert endless in told.lower()
        assert "0" not in told


def test_facts_are_escaped_in_html_and_plain_elsewhere() -> None:
    words = words_in(Language.EN)
    assert "&lt;b&gt; &amp; co" in words("avatar-ready", name="<b> & co")
    assert "<b> & co" in words.plain("avatar-ready", name="<b> & co")


def test_days_and_prices_are_written_as_people_write_them() -> None:
    christmas = datetime(2026, 12, 25, 23, 59, tzinfo=UTC)
    assert words_in(Language.RU)("until", at=christmas) == "до 25 декабря 2026"
    assert words_in(Language.EN)("until", at=christmas) == "until 25 December 2026"
    prices = [Price(111_000, Currency.RUB), Price(111_050, Currency.RUB), Price(476, Currency.XTR)]
    assert [words_in(Language.EN)("button-pay", price=price) for price in prices] == [
        "Pay 1110 ₽",
        "Pay 1110.50 ₽",
        "Pay 476 ⭐",
    ]


def test_amounts_are_written_as_people_of_the_language_do() -> None:
    assert words_in(Language.RU).plain("button-paint", price=Stars.parse("7.5")) == "🎨 Нарисовать за 7,5 ⭐"
    assert words_in(Language.EN).plain("button-paint", price=Stars.parse("7.5")) == "🎨 Paint for 7.5 ⭐"
    assert words_in(Language.RU).plain("button-pay", price=Price(111_050, Currency.RUB)) == "Оплатить 1110,50 ₽"
    assert words_in(Language.EN).number(Stars.of(-5)) == "−5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_photo_is_refused_in_words(language: Language) -> None:
    for problem in PhotoProblem:
        why = words_in(language).refusal(PhotoRefused(reason=problem))
        assert why not in {problem, ""}


def test_what_has_no_words_is_a_defect() -> None:
    with pytest.raises(Unworded, match="no-such-key"):
        words_in(Language.EN)("no-such-key")
    with pytest.raises(Unworded, match="balance"):
        words_in(Language.EN)("menu")


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_are_described_within_telegrams_limits(language: Language) -> None:
    commands = commands_in(language)
    assert [each.command for each in commands] == ["start", *COMMANDS]
    assert all(3 <= len(each.description) <= 256 for each in commands)


def test_invoices_keep_within_telegrams_limits() -> None:
    for language in LANGUAGES:
        words = words_in(language)
        assert len(words.plain("invoice-pack-title", stars="75000")) <= 32
        assert len(words.plain("invoice-plan", plan="x" * 32, days=30, stars="75000")) <= 255


@pytest.mark.parametrize("character", ["a", "&", "<"])
def test_a_text_of_any_length_can_be_passed_on(character: str) -> None:
    words = words_in(Language.EN)
    told = words("owner-broken", trace="x", what=character * 6_000)
    assert len(told) < 4_096
    assert "…" not in words("owner-broken", trace="x", what=character * 400)
    assert "…" in told
