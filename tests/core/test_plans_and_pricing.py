"""Plans, packs, trainers, portraits and quotes: an unknown thing is refused, never free."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from avatar_core.errors import (
    ImagesNotOffered,
    NotForSale,
    QuoteExpired,
    StepsNotOffered,
    UnknownFormat,
    UnknownPrice,
)
from avatar_core.ids import PlanCode, QuoteId
from avatar_core.money import Currency, Price, Stars
from avatar_core.plans import Feature, Plan
from avatar_core.pricing import PortraitOffer, quoted
from avatar_core.testing.examples import MINUTE, NOW, SECOND, an_offer

PLAN = Plan(
    code=PlanCode("NEUROPHOTO"),
    titles={},
    days=30,
    prices={Currency.XTR: Price(476, Currency.XTR)},
    grants=Stars.of(476),
    features=frozenset({Feature.TRAINING}),
    rank=0,
    for_sale=True,
)
PORTRAITS = PortraitOffer(Stars.parse("7.5"), ("1:1", "2:3"), {})


def test_a_plan_is_sold_for_the_currencies_it_has_a_price_in() -> None:
    assert PLAN.price_in(Currency.XTR) == Price(476, Currency.XTR)
    with pytest.raises(UnknownPrice) as refused:
        PLAN.price_in(Currency.RUB)
    assert refused.value.name == "NEUROPHOTO in RUB"


def test_a_plan_that_is_not_for_sale_has_no_price_for_anybody() -> None:
    with pytest.raises(NotForSale) as refused:
        replace(PLAN, for_sale=False).price_in(Currency.XTR)
    assert refused.value.name == "NEUROPHOTO"


def test_a_plan_of_which_nothing_more_is_said_is_not_sold_and_opens_what_it_names_alone() -> None:
    """What nobody decided is given to nobody: neither sold, nor opening what is added later."""
    silent = Plan(PLAN.code, PLAN.titles, PLAN.days, PLAN.prices, PLAN.grants, PLAN.features, PLAN.rank)
    with pytest.raises(NotForSale):
        silent.price_in(Currency.XTR)
    assert (silent.for_sale, silent.version, silent.opens_later) == (False, 1, False)


def test_a_period_is_as_long_as_its_days_and_may_be_endless() -> None:
    assert PLAN.period == timedelta(days=30)
    assert replace(PLAN, days=None).period is None


def test_a_training_costs_its_steps() -> None:
    assert an_offer().price(1000) == Stars.of(220)
    assert an_offer().price(2000) == Stars.of(440)


@pytest.mark.parametrize("steps", [0, -5, 1, 999, 1001, 1_000_000, True, 1000.0, "1000", None, float("nan")])
def test_steps_outside_the_offer_are_refused(steps: object) -> None:
    with pytest.raises(StepsNotOffered) as refused:
        an_offer().price(cast("int", steps))
    assert refused.value.facts["steps"] is steps


def test_a_flat_price_is_the_same_for_all_steps() -> None:
    offer = replace(an_offer(), price_per_step=None, flat_price=Stars.of(250))
    assert {offer.price(steps) for steps in offer.steps} == {Stars.of(250)}


@pytest.mark.parametrize(("steps", "minutes"), [(1000, 10), (1500, 15), (2500, 25), (4000, 40), (30, 1), (1, 1)])
def test_more_steps_take_longer(steps: int, minutes: int) -> None:
    assert replace(an_offer(), steps=(4000, 1000), minutes=25).minutes_for(steps) == minutes


def test_a_training_of_one_length_takes_what_the_catalogue_says() -> None:
    assert replace(an_offer(), steps=(1000,), minutes=2).minutes_for(1000) == 2


def test_a_trainer_without_any_price_trains_nobody() -> None:
    with pytest.raises(StepsNotOffered) as refused:
        replace(an_offer(), price_per_step=None).price(1000)
    assert refused.value.steps == 1000


@pytest.mark.parametrize(("count", "price"), [(1, "7.5"), (2, "15"), (3, "22.5"), (4, "30")])
def test_portraits_cost_their_number(count: int, price: str) -> None:
    assert PORTRAITS.quote_for(count, "2:3") == Stars.parse(price)


@pytest.mark.parametrize("count", [0, -1, 5, 1_000_000, True, 2.0, "2", None])
def test_a_number_of_images_outside_one_to_four_is_refused(count: object) -> None:
    with pytest.raises(ImagesNotOffered) as refused:
        PORTRAITS.quote_for(cast("int", count), "1:1")
    assert refused.value.facts["count"] is count


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnknownFormat) as refused:
        PORTRAITS.quote_for(1, "21:9")
    assert refused.value.name == "21:9"


def test_a_quote_holds_for_a_quarter_of_an_hour() -> None:
    quote = quoted(QuoteId("q"), Stars.of(220), NOW)
    quote.require_valid(NOW)
    quote.require_valid(NOW + 15 * MINUTE - SECOND)
    with pytest.raises(QuoteExpired):
        quote.require_valid(NOW + 15 * MINUTE)
