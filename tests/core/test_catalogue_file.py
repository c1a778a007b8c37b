"""The owner's catalogue file: every mistake is refused, and the complaint names the place."""

import pytest

from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import InvalidCatalogue
from avatar_core.ids import PackCode, StyleCode, TrainerCode
from avatar_core.money import Currency, Price, Stars
from avatar_core.plans import Feature
from avatar_core.pricing import PortraitOffer, StarPack, Style, TrainerOffer

SMALL = """\
[[plan]]
code = "basic"
titles = { ru = "Основа", en = "Basic" }
days = 7
prices = { XTR = 100, USD = "1.50" }
grants = "7.5"
features = ["training"]
for_sale = true
version = 3

[[pack]]
currency = "XTR"
price = 10
stars = 10

[[trainer]]
code = "one"
titles = { ru = "Один", en = "One" }
provider = "replicate"
model = "someone/trainer"
version = "abc"
steps = [2000, 1000, 1000]
price_per_step = "0.22"
minutes = 25
names = { images = "input_images", trigger = "trigger_word", steps = "steps" }
parameters = { batch_size = 1 }

[portraits]
price = "7.5"
formats = ["1:1"]
parameters = {}

[[style]]
code = "studio"
titles = { ru = "Студия", en = "Studio" }
template = "photo of {trigger}, a {person}"
"""


def test_a_good_file_is_read_as_it_says() -> None:
    catalogue = load_catalogue(SMALL)
    plan = catalogue.plan("basic")
    assert (plan.code, plan.days, plan.version, plan.rank) == ("BASIC", 7, 3, 0)
    assert plan.prices == {Currency.XTR: Price(100, Currency.XTR), Currency.USD: Price(150, Currency.USD)}
    assert (plan.grants, plan.features) == (Stars(750), frozenset({Feature.TRAINING}))
    assert catalogue.packs == {"xtr-10": StarPack(PackCode("xtr-10"), Price(10, Currency.XTR), Stars.of(10))}
    assert catalogue.portraits == PortraitOffer(Stars(750), ("1:1",), {})
    assert catalogue.styles == {
        "studio": Style(StyleCode("studio"), {"ru": "Студия", "en": "Studio"}, "photo of {trigger}, a {person}")
    }


def test_a_trainer_is_read_as_it_says() -> None:
    assert load_catalogue(SMALL).trainers == {
        "one": TrainerOffer(
            code=TrainerCode("one"),
            titles={"ru": "Один", "en": "One"},
            provider="replicate",
            model="someone/trainer",
            version="abc",
            steps=(1000, 2000),
            price_per_step=Stars(22),
            flat_price=None,
            parameters={"batch_size": 1},
            names={"images": "input_images", "trigger": "trigger_word", "steps": "steps"},
            minutes=25,
        )
    }


MISTAKES = {
    "no TOML": ("[[plan]]", "[[plan", "the file"),
    "an unknown table": ("[portraits]", "[portrait]", "catalogue.portrait"),
    "no packs": ("[[pack]]", "[pack]", "catalogue.pack"),
    "an empty list": ("[[pack]]\ncurrency", "[[pack2]]\ncurrency", "catalogue.pack2"),
    "a misspelt price": ("price_per_step", "price_per_stop", "catalogue.trainer[1].price_per_stop"),
    "a price of words": ('"1.50"', '"cheap"', "catalogue.plan[1].prices.USD"),
    "a price that is NaN": ('"1.50"', '"NaN"', "catalogue.plan[1].prices.USD"),
    "a NaN": ('"1.50"', "nan", "catalogue.plan[1].prices.USD"),
    "a float": ('"1.50"', "1.5", "catalogue.plan[1].prices.USD"),
    "a price of nothing": ("XTR = 100", "XTR = 0", "catalogue.plan[1].prices.XTR"),
    "an unknown currency": ("USD =", "EUR =", "catalogue.plan[1].prices.EUR"),
    "a plan that is sold without a price": (
        'prices = { XTR = 100, USD = "1.50" }\n', "", "catalogue.plan[1].prices"
    ),
    "days that are no number": ("days = 7", 'days = "seven"', "catalogue.plan[1].days"),
    "days that are true": ("days = 7", "days = true", "catalogue.plan[1].days"),
    "more days than the calendar bears": ("days = 7", "days = 3661", "catalogue.plan[1].days"),
    "a code of two parts": ('code = "basic"', 'code = "basic:s"', "catalogue.plan[1].code"),
    "a trainer's code of words": ('code = "one"', 'code = "the one"', "catalogue.trainer[1].code"),
    "a style's code that no button holds": (
        'code = "studio"', f'code = "{"x" * 25}"', "catalogue.style[1].code"
    ),
    "a format that no painter knows": ('formats = ["1:1"]', 'formats = ["max"]', "catalogue.portraits.formats"),
    "no days at all": ("days = 7", "days = 0", "catalogue.plan[1].days"),
    "a grant below nothing": ('grants = "7.5"', "grants = -1", "catalogue.plan[1].grants"),
    "a grant of words": ('grants = "7.5"', 'grants = "many"', "catalogue.plan[1].grants"),
    "an unknown feature": ('["training"]', '["flying"]', "catalogue.plan[1].features"),
    "a feature that is no list": ('["training"]', '"training"', "catalogue.plan[1].features"),
    "a flag of words": ("for_sale = true", 'for_sale = "false"', "catalogue.plan[1].for_sale"),
    "an empty code": ('code = "basic"', 'code = " "', "catalogue.plan[1].code"),
    "one language only": ('{ ru = "Основа", en = "Basic" }', '{ en = "Basic" }', "catalogue.plan[1].titles"),
    "an unknown currency of a pack": ('currency = "XTR"', 'currency = "EUR"', "catalogue.pack[1].currency"),
    "a pack without stars": ("stars = 10", "stars = 0", "catalogue.pack[1].stars"),
    "two prices of a trainer": ("minutes = 25", "minutes = 25\nflat_price = 5", "catalogue.trainer[1].price_per_step"),
    "a training for nothing": ('price_per_step = "0.22"', "price_per_step = 0", "catalogue.trainer[1].steps"),
    "steps that are no list": ("steps = [2000, 1000, 1000]", "steps = 1000", "catalogue.trainer[1].steps"),
    "steps of nothing": ("steps = [2000, 1000, 1000]", "steps = []", "catalogue.trainer[1].steps"),
    "steps below nothing": ("steps = [2000, 1000, 1000]", "steps = [-5]", "catalogue.trainer[1].steps"),
    "an unknown name": ("images =", "pictures =", "catalogue.trainer[1].names.pictures"),
    "portraits for nothing": ('price = "7.5"', "price = 0", "catalogue.portraits.price"),
    "no formats": ('formats = ["1:1"]', "formats = []", "catalogue.portraits.formats"),
    "a format that is no text": ('formats = ["1:1"]', "formats = [1]", "catalogue.portraits.formats"),
    "a style without anybody in it": ("photo of {trigger}", "photo of somebody", "catalogue.style[1].template"),
    "an unknown placeholder": ("{person}", "{animal}", "catalogue.style[1].template"),
    "an attribute of a placeholder": ("{person}", "{person.name}", "catalogue.style[1].template"),
    "a placeholder within one": ("{person}", "{person[0]}", "catalogue.style[1].template"),
    "a conversion": ("{person}", "{person!r}", "catalogue.style[1].template"),
    "an open brace": ("{person}", "{", "catalogue.style[1].template"),
    "a closed brace": ("{person}", "}", "catalogue.style[1].template"),
}  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "where"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_refused_and_its_place_named(good: str, bad: str, where: str) -> None:
    assert good in SMALL
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace(good, bad))
    assert refused.value.where == where


COMPLAINTS = {
    "no packs": "{'currency': 'XTR', 'price': 10, 'stars': 10} is not of type list",
    "a misspelt price": "is not known here",
    "a price of words": "cheap is not an amount of a price in USD",
    "a float": "1.5 is not of type str",
    "a price of nothing": "0 is not an amount of a price",
    "a plan that is sold without a price": "a plan for sale needs a price",
    "no days at all": "is not a number from 1 to 3660",
    "a code of two parts": "is not made of 1 to 24 Latin letters, digits, hyphens and underscores",
    "a grant below nothing": "-1 is less than nothing",
    "a grant of words": "many is not an amount of stars",
    "an unknown feature": "'flying' is not a valid Feature",
    "an empty code": "is empty",
    "one language only": "both ru and en are needed",
    "an unknown currency of a pack": "'EUR' is not a valid Currency",
    "a pack without stars": "a pack without stars",
    "two prices of a trainer": "exactly one of price_per_step and flat_price is needed",
    "a training for nothing": "a training that costs nothing",
    "portraits for nothing": "portraits that cost nothing",
    "a format that is no text": 'is not a list of formats like "3:4"',
    "a style without anybody in it": "{trigger} is missing, so nobody would be in the picture",
    "an unknown placeholder": "unknown placeholder: only {trigger} and {person} are filled in",
}


@pytest.mark.parametrize(("mistake", "problem"), COMPLAINTS.items(), ids=COMPLAINTS.keys())
def test_an_owner_is_told_what_is_wrong(mistake: str, problem: str) -> None:
    good, bad, where = MISTAKES[mistake]
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace(good, bad))
    assert refused.value.facts == {"where": where, "problem": problem}


def test_an_owner_whose_file_is_no_toml_is_told_the_line() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace("[[pack]]", "[[pack"))
    assert f"line {SMALL.splitlines().index('[[pack]]') + 1}" in refused.value.problem


def test_a_list_of_something_else_than_tables_is_refused() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue('style = ["studio"]\n' + SMALL[: SMALL.index("[[style]]")])
    assert refused.value.facts == {"where": "catalogue.style", "problem": "is not a list of tables"}


@pytest.mark.parametrize(("start", "code"), [("[[plan]]", "BASIC"), ("[[pack]]", "xtr-10"), ("[[style]]", "studio")])
def test_the_same_code_twice_is_refused(start: str, code: str) -> None:
    table = SMALL[SMALL.index(start) :].split("\n\n", maxsplit=1)[0]
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(f"{SMALL}\n{table}\n")
    assert refused.value.facts == {"where": code, "problem": "is there twice"}


def test_a_plan_may_be_endless_unpriced_and_open_everything() -> None:
    free = '[[plan]]\ncode = "gift"\ntitles = { ru = "Д", en = "G" }\ngrants = 0\nfeatures = "all"\n'
    plan = load_catalogue(f"{SMALL}\n{free}").plan("gift")
    assert (plan.days, dict(plan.prices), plan.features, plan.for_sale) == (None, {}, frozenset(Feature), False)
    assert (plan.rank, plan.version, plan.opens_later) == (1, 1, True)
    assert not load_catalogue(SMALL).plan("basic").opens_later


def test_a_plan_may_last_a_day_and_a_training_may_have_one_step() -> None:
    short = SMALL.replace("days = 7", "days = 1").replace("[2000, 1000, 1000]", "[1]")
    assert (load_catalogue(short).plan("basic").days, load_catalogue(short).trainer("one").steps) == (1, (1,))


def test_steps_of_nothing_are_refused_for_what_they_are() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace("[2000, 1000, 1000]", "[0]"))
    assert refused.value.problem == "is not a list of whole numbers from 1 to 1000000"


def test_numbers_are_taken_up_to_a_million() -> None:
    large = (
        SMALL.replace("days = 7", "days = 3660")
        .replace("minutes = 25", "minutes = 1000000")
        .replace("[2000, 1000, 1000]", "[1000000]")
    )
    catalogue = load_catalogue(large)
    assert (catalogue.plan("basic").days, catalogue.trainer("one").steps) == (3_660, (1_000_000,))


@pytest.mark.parametrize("largest", ["999999999999", '"999999999999"'])
def test_amounts_have_at_most_twelve_digits_as_numbers_and_as_text(largest: str) -> None:
    catalogue = load_catalogue(SMALL.replace("stars = 10", f"stars = {largest}"))
    assert catalogue.pack("xtr-10").stars == Stars.of(999_999_999_999)


@pytest.mark.parametrize("beyond", ["1000000000000", "-1000000000000", "0x" + "f" * 5_000])
def test_an_amount_beyond_all_is_refused_as_too_large_and_not_as_no_text(beyond: str) -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace("stars = 10", f"stars = {beyond}"))
    assert refused.value.facts == {"where": "catalogue.pack[1].stars", "problem": "is not a number up to 999999999999"}


def test_an_owner_is_told_of_brackets_without_end() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue("deep = " + "[" * 100_000)
    assert refused.value.facts == {"where": "the file", "problem": "a value is too long or too deep"}


def test_a_number_too_long_to_be_written_down_is_told_as_one() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace('code = "basic"', f"code = 0x{'f' * 5000}"))
    assert refused.value.facts == {
        "where": "catalogue.plan[1].code",
        "problem": "a very long number is not of type str",
    }


def test_a_trainer_may_have_one_price_for_all_steps() -> None:
    offer = load_catalogue(SMALL.replace('price_per_step = "0.22"', "flat_price = 250")).trainer("one")
    assert {offer.price(steps) for steps in offer.steps} == {Stars.of(250)}


@pytest.mark.parametrize(
    ("start", "where"),
    [
        ("[[plan]]", "catalogue.plan[1]"),
        ("[[pack]]", "catalogue.pack[1]"),
        ("[[trainer]]", "catalogue.trainer[1]"),
        ("[portraits]", "catalogue.portraits"),
        ("[[style]]", "catalogue.style[1]"),
    ],
)
def test_a_key_that_nobody_reads_is_refused_in_every_table(start: str, where: str) -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(SMALL.replace(start, f"{start}\nprise = 1"))
    assert refused.value.facts == {"where": f"{where}.prise", "problem": "is not known here"}


@pytest.mark.parametrize(
    "toml",
    [
        "plan = " + "[" * 100_000,
        "plan = " + "9" * 5_000,
        "plan = 0x" + "f" * 5_000,
        DEFAULT_CATALOGUE.replace("days = 30", "days = 1000001"),
        DEFAULT_CATALOGUE.replace("days = 30", "days = 0x" + "f" * 5_000),
        DEFAULT_CATALOGUE.replace("price_per_step", "price_per_step = 0x" + "f" * 5_000 + " #"),
    ],
    ids=lambda toml: toml[:20],
)
def test_what_is_too_long_or_too_deep_is_a_complaint_too(toml: str) -> None:
    """Python's own limits came through: a term of too many days would have broken the settlement that is paid for."""
    with pytest.raises(InvalidCatalogue):
        load_catalogue(toml)
