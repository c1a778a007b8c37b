"""The tree of errors: each words its own facts, has a code of its own, and its facts can be worded elsewhere."""

import re
from dataclasses import fields
from string import Formatter

import pytest

from avatar_core import errors
from avatar_core.errors import (
    AvatarError,
    ConcurrentChange,
    InsufficientStars,
    InvalidCatalogue,
    NotFound,
    OutsideError,
    Refusal,
)
from avatar_core.money import Stars

EVERY = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, AvatarError) and not each.__name__.startswith("_")
]
ABSTRACT = {AvatarError, Refusal, NotFound, errors.LedgerError, OutsideError}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_an_error_words_facts_that_it_has(kind: type[AvatarError]) -> None:
    placeholders = {name for _, name, _, _ in Formatter().parse(kind.wording) if name}
    assert placeholders <= {field.name for field in fields(kind)}
    worded = str(kind(*(f"<{field.name}>" for field in fields(kind))))
    assert all(f"<{name}>" in worded for name in placeholders)


def test_every_error_that_is_raised_has_words_of_its_own() -> None:
    silent = {each for each in EVERY if "wording" not in vars(each)}
    assert silent == ABSTRACT - {AvatarError}


def test_codes_are_names_for_message_files_and_no_two_are_the_same() -> None:
    codes = [each.code() for each in EVERY]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert InsufficientStars.code() == "insufficient-stars"


def test_facts_keep_their_types() -> None:
    refused = InsufficientStars(needed=Stars.of(220), available=Stars(750), missing=Stars(21_250))
    assert refused.facts == {"needed": Stars.of(220), "available": Stars(750), "missing": Stars(21_250)}
    assert str(refused) == "220 ⭐ are needed, 7.5 ⭐ are available"


def test_a_fact_with_braces_in_it_is_worded_as_it_is() -> None:
    assert str(InvalidCatalogue(where="style[1]", problem="{name}")) == "catalogue, style[1]: {name}"


def test_the_tree_names_every_error_once_in_its_drawing() -> None:
    drawing = errors.__doc__ or ""
    for each in EVERY:
        assert len(re.findall(rf"\b{each.__name__}\b", drawing)) == 1, each.__name__


def test_errors_are_told_apart_by_what_can_be_done_about_them() -> None:
    for each in set(EVERY) - ABSTRACT - {ConcurrentChange, errors.TaskMakesNoSense}:
        assert sum(issubclass(each, kind) for kind in ABSTRACT - {AvatarError}) == 1, each.__name__
