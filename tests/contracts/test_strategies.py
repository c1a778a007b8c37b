"""Whatever crosses a port has a strategy, and what the strategies draw is what they say."""

import inspect
from collections.abc import Iterator
from datetime import UTC
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import Phase, find, given, settings

from avatar_core import ports
from avatar_core.customers import Address
from avatar_core.events import Event
from avatar_core.runs import FailureReason, Report
from avatar_core.testing import strategies
from avatar_core.testing.examples import an_offer
from avatar_core.testing.suites import SUITES

WHAT_IS_ASKED_FOR = {"Reaction"}
"""Kinds of work: a claim names those that there is room for."""
MADE_BY_THE_STORE = {"DeadLetter", "Dossier", "Posting", "Seal", "StatementLine", "Task", "Violation"}
"""What only comes out of a store: its suites and the machines say what must be in it."""
A_NAME = {"OfCustomer", "OfEvidence", "OfPayment", "OfPerson", "OfPortraits", "OfTraining"}
"""Ids with a kind; each suite makes them from the ids that it drew."""
MADE_OF_OTHERS = {"Checkout", "Ticket"}
"""A payment with a link, a run's id: drawn within payments and reports."""
ANY_ONE = settings(phases=[Phase.generate], max_examples=2_000, deadline=None)
"""The first that fits will do; it need not be the smallest."""


def parts(annotation: Any) -> Iterator[str]:  # noqa: ANN401  (an annotation can be anything)
    """Name the classes of the core in an annotation; an event is one thing."""
    if annotation == Event:
        yield "Event"
    elif inner := get_args(annotation):
        for each in inner:
            yield from parts(each)
    elif inspect.isclass(annotation) and annotation.__module__.startswith("avatar_core"):
        yield annotation.__name__


def crossing() -> set[str]:
    """Name every value that a port takes or gives."""
    methods = [each for name in SUITES for each in vars(vars(ports)[name]).values() if inspect.isfunction(each)]
    named = {part for each in methods for hint in get_type_hints(each).values() for part in parts(hint)}
    return named - set(SUITES)


def drawn() -> set[str]:
    """Name what the strategies draw."""
    functions = [each for name in strategies.__all__ if callable(each := vars(strategies)[name])]
    return {part for each in functions for part in parts(get_type_hints(each)["return"])}


def test_whatever_crosses_a_port_has_a_strategy() -> None:
    assert crossing() - MADE_BY_THE_STORE - A_NAME - MADE_OF_OTHERS - WHAT_IS_ASKED_FOR <= drawn()


@given(text=strategies.texts())
def test_a_text_can_be_kept(text: str) -> None:
    assert "\x00" not in text
    assert text.encode().decode() == text


@given(text=strategies.unkeepable_texts())
def test_an_unkeepable_text_cannot(text: str) -> None:
    assert "\x00" in text or text.encode(errors="replace").decode() != text


@given(address=strategies.addresses(), report=strategies.reports(), moment=strategies.moments())
def test_values_are_what_the_core_could_have_made(address: Address, report: Report, moment: Any) -> None:  # noqa: ANN401
    assert address.telegram_id > 0
    assert report.percent is None or 0 <= report.percent <= 100
    assert report.failure in {None, *FailureReason}
    assert moment.tzinfo is UTC


@given(painting=strategies.painting_orders(), training=strategies.training_orders(an_offer()))
def test_an_order_to_a_provider_is_within_its_offer(
    painting: ports.PaintingOrder, training: ports.TrainingOrder
) -> None:
    assert 1 <= painting.count <= 4
    assert training.offer.price(training.steps)
    assert training.id in training.archive


@pytest.mark.parametrize("kind", get_args(Event))
def test_every_kind_of_event_is_among_the_events(kind: type[Any]) -> None:
    assert find(strategies.events(), lambda event: isinstance(event, kind), settings=ANY_ONE).name == kind.name
