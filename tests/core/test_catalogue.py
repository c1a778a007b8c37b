"""The catalogue: found by code, or refused."""

from dataclasses import replace

import pytest

from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import UnknownPack, UnknownPlan, UnknownStyle, UnknownTrainer
from avatar_core.ids import PackCode, PlanCode
from avatar_core.money import Currency, Price, Stars
from avatar_core.plans import Feature
from avatar_core.pricing import StarPack

CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)
CURRENCIES = set(Currency)
EMPTY = Catalogue({}, {}, {}, CATALOGUE.portraits, {})


@pytest.mark.parametrize(
    ("code", "days", "stars", "roubles", "grants"),
    [("NEUROPHOTO", 30, 476, 1110, 476), ("NEUROVIDEO", 30, 1303, 2999, 1303)],
)
def test_the_plans_on_sale_cost_what_the_product_page_says(
    code: str, days: int, stars: int, roubles: int, grants: int
) -> None:
    plan = CATALOGUE.plan(code)
    assert (plan.days, plan.grants) == (days, Stars.of(grants))
    assert plan.price_in(Currency.XTR) == Price(stars, Currency.XTR)
    assert plan.price_in(Currency.RUB) == Price(roubles * 100, Currency.RUB)


def test_the_other_plans_are_granted_not_sold() -> None:
    assert [plan.code for plan in CATALOGUE.plans_on_sale(Currency.XTR)] == ["NEUROPHOTO", "NEUROVIDEO"]
    assert CATALOGUE.plans_on_sale(Currency.USD) == []
    assert (CATALOGUE.plan("NEUROTESTER").days, CATALOGUE.plan("NEUROTESTER").grants) == (None, Stars(0))
    assert CATALOGUE.plan("NEUROBLOGGER").for_sale is False


@pytest.mark.parametrize("name", ["neurobase", "NEUROBASE", "NeuroVideo", "neurovideo"])
def test_former_names_and_any_case_find_the_plan(name: str) -> None:
    assert CATALOGUE.plan(name).code == "NEUROVIDEO"


def test_the_order_of_plans_knows_former_names_of_those_that_are_there() -> None:
    ranks = CATALOGUE.ranks
    assert {plan.code: plan.rank for plan in CATALOGUE.plans.values()}.items() <= ranks.items()
    assert ranks[PlanCode("NEUROBASE")] == CATALOGUE.plan("NEUROVIDEO").rank
    assert EMPTY.ranks == {}


@pytest.mark.parametrize("name", ["", "stars", "NEURO", "NEUROPHOTO "])
def test_an_unknown_plan_is_refused(name: str) -> None:
    with pytest.raises(UnknownPlan) as refused:
        CATALOGUE.plan(name)
    assert refused.value.name == name


def test_what_else_is_sold_is_found_by_its_code_or_refused() -> None:
    assert CATALOGUE.pack("rub-500.00").stars == Stars.of(217)
    assert CATALOGUE.trainer("fast-flux").price(1000) == Stars.of(250)
    assert "{trigger}" in CATALOGUE.style("studio").template
    with pytest.raises(UnknownPack) as pack:
        CATALOGUE.pack("rub-501.00")
    with pytest.raises(UnknownTrainer) as trainer:
        CATALOGUE.trainer("slow-flux")
    with pytest.raises(UnknownStyle) as style:
        CATALOGUE.style("baroque")
    assert (pack.value.name, trainer.value.name, style.value.name) == ("rub-501.00", "slow-flux", "baroque")


def test_every_star_pack_of_the_product_page_is_sold_smallest_first() -> None:
    stars = [10, 50, 100, 500, 1000, 2000, 5000, 10_000, 20_000, 44_000, 75_000]
    assert [(pack.price.minor, pack.stars) for pack in CATALOGUE.packs_in(Currency.XTR)] == [
        (each, Stars.of(each)) for each in stars
    ]
    roubles = {500: 217, 1000: 434, 2000: 869, 5000: 2173, 10_000: 4347}
    assert [(pack.price.minor, pack.stars) for pack in CATALOGUE.packs_in(Currency.RUB)] == [
        (price * 100, Stars.of(stars)) for price, stars in roubles.items()
    ]


@pytest.mark.parametrize(
    ("missing", "pack"),
    [("0.01", "xtr-10"), ("10", "xtr-10"), ("10.01", "xtr-50"), ("74999.99", "xtr-75000"), ("75000.01", None)],
)
def test_the_cheapest_pack_that_suffices_is_offered(missing: str, pack: str | None) -> None:
    found = CATALOGUE.sufficient_pack(Stars.parse(missing), Currency.XTR)
    assert (found and found.code) == pack


def test_a_larger_pack_that_costs_less_or_the_same_is_offered() -> None:
    def sold(code: str, price: int, stars: int) -> StarPack:
        return StarPack(PackCode(code), Price(price, Currency.XTR), Stars.of(stars))

    packs: dict[str, StarPack] = {
        pack.code: pack for pack in (sold("dear", 500, 500), sold("same", 400, 600), sold("much", 400, 700))
    }
    found = replace(CATALOGUE, packs=packs).sufficient_pack(Stars.of(450), Currency.XTR)
    assert found == packs["much"]


def test_the_lowest_plan_that_can_be_paid_for_is_offered() -> None:
    low = replace(CATALOGUE.plan("NEUROPHOTO"), prices={Currency.RUB: Price(100, Currency.RUB)})
    catalogue = replace(CATALOGUE, plans={**CATALOGUE.plans, "NEUROPHOTO": low})
    found = [catalogue.cheapest_plan_with(Feature.TRAINING, {each}) for each in (Currency.XTR, Currency.RUB)]
    assert [plan and plan.code for plan in found] == ["NEUROVIDEO", "NEUROPHOTO"]


def test_the_cheapest_plan_that_opens_a_feature_is_offered() -> None:
    for feature in Feature:
        plan = CATALOGUE.cheapest_plan_with(feature, CURRENCIES)
        assert plan is not None
        assert plan.code == "NEUROPHOTO"
    assert EMPTY.cheapest_plan_with(Feature.TRAINING, CURRENCIES) is None
    assert CATALOGUE.cheapest_plan_with(Feature.TRAINING, {Currency.USD}) is None


def test_no_plan_is_offered_that_is_not_sold_or_lacks_the_feature() -> None:
    low, high, granted = (CATALOGUE.plan(name) for name in ("NEUROPHOTO", "NEUROVIDEO", "NEUROTESTER"))
    assert (low.rank < high.rank, granted.for_sale) == (True, False)
    plans = {
        "LOW": replace(low, features=frozenset({Feature.PORTRAITS})),
        "HIGH": replace(high, features=frozenset({Feature.UPSCALE})),
        "GRANTED": replace(granted, rank=-1, features=frozenset(Feature)),
    }
    catalogue = replace(CATALOGUE, plans=plans)
    assert catalogue.cheapest_plan_with(Feature.UPSCALE, CURRENCIES) == plans["HIGH"]
    assert catalogue.cheapest_plan_with(Feature.TRAINING, CURRENCIES) is None


def test_a_training_costs_what_the_product_page_says() -> None:
    offer = CATALOGUE.trainer("flux-dev-lora")
    assert [offer.price(steps) for steps in (1000, 1500, 2000, 2500, 3000, 3500, 4000)] == [
        Stars.of(each) for each in (220, 330, 440, 550, 660, 770, 880)
    ]
    assert CATALOGUE.portraits.quote_for(1, "1:1") == Stars.parse("7.5")
