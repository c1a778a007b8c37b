"""One example of every event, and one without whatever may be missing; a new event is in it by itself."""

from dataclasses import fields
from datetime import datetime
from types import NoneType
from typing import Any, get_args

from avatar_core.events import Event
from avatar_core.money import Currency, Price, Stars
from avatar_core.testing.examples import NOW, a_customer

VALUES: dict[Any, object] = {
    str: "Ёж 🦔 \"'\\ {name}\n",
    int: 3,
    Stars: Stars(-75_050),
    Price: Price(111_001, Currency.RUB),
    datetime: NOW,
}


def a_value(kind: Any, *, bare: bool) -> object:  # noqa: ANN401  an annotation can be anything
    """Return a value that fits an annotation; ``bare`` chooses None where that fits."""
    if kinds := get_args(kind):
        full = next(each for each in kinds if each is not NoneType)
        return None if bare else a_value(full, bare=bare)
    return VALUES[getattr(kind, "__supertype__", kind)]


def an_event(kind: type[Any], *, bare: bool, **known: object) -> Event:
    """Return an event of a kind; it is about the first customer, if about any, unless its facts are known better."""
    facts = {field.name: a_value(field.type, bare=bare) for field in fields(kind)}
    about = {"customer": a_customer().id} if "customer" in facts else {}
    event: Event = kind(**{**facts, **about, **known})
    return event


EVERY_EVENT: list[Event] = list(
    dict.fromkeys(an_event(kind, bare=bare) for kind in get_args(Event) for bare in (False, True))
)
