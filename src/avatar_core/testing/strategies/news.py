"""Events and happenings."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import NoneType
from typing import Any, get_args

from hypothesis import strategies as st

from avatar_core.events import Event
from avatar_core.ids import EventId
from avatar_core.money import Price, Stars
from avatar_core.tasks import Happening
from avatar_core.testing.strategies.values import (
    LARGEST_STARS,
    moments,
    prices,
    texts,
    uids,
)

_FACTS: Mapping[Any, st.SearchStrategy[Any]] = {
    str: texts(),
    int: st.integers(-(2**31), 2**31 - 1),
    Stars: st.integers(-LARGEST_STARS, LARGEST_STARS).map(Stars),
    Price: prices(),
    datetime: moments(),
}


def _fact(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  an annotation can be anything
    if kinds := get_args(annotation):
        return st.one_of(*(st.none() if kind is NoneType else _fact(kind) for kind in kinds))
    return _FACTS[getattr(annotation, "__supertype__", annotation)]


def events() -> st.SearchStrategy[Event]:
    """Any event with any facts; a new kind of event is among them by itself."""
    kinds: tuple[type[Any], ...] = get_args(Event)
    return st.one_of(*(st.builds(kind, **{each.name: _fact(each.type) for each in fields(kind)}) for kind in kinds))


def happenings() -> st.SearchStrategy[Happening]:
    """Any event as it was written."""
    return st.builds(Happening, uids().map(EventId), events(), moments())
