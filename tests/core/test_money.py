"""Stars and prices: exact, whole, and never made of floats."""

from decimal import Decimal
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_core.errors import InvalidAmount
from avatar_core.money import NO_STARS, Currency, Price, Stars

NOT_WHOLE = [True, 1.0, float("nan"), "1", None, Decimal(1)]
NOT_EXACT = ["", " ", "-", ".", "1.", ".5", "7,5", "7.505", "NaN", "sNaN", "Infinity", "1e3", "1E+999999", "1_000",
             " 5", "5 ", "+5", "٥", "five", "1" * 13, "1.0000000000001", "0x10"]  # fmt: skip
HUNDREDTHS = st.integers(-(10**13), 10**13)


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_stars_are_made_of_whole_hundredths_only(value: object) -> None:
    with pytest.raises(InvalidAmount) as in_hundredths:
        Stars(cast("int", value))
    with pytest.raises(InvalidAmount) as in_whole:
        Stars.of(cast("int", value))
    with pytest.raises(InvalidAmount) as times:
        Stars(1) * cast("int", value)
    assert in_hundredths.value.facts == in_whole.value.facts == {"what": "stars", "value": repr(value)}
    assert times.value.facts == {"what": "a count", "value": repr(value)}


@pytest.mark.parametrize("text", NOT_EXACT)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount) as refused:
        Stars.parse(text)
    assert refused.value.facts == {"what": "stars", "value": text}
    with pytest.raises(InvalidAmount) as refused:
        Price.parse(text, Currency.RUB)
    assert refused.value.facts == {"what": "a price in RUB", "value": text}


@pytest.mark.parametrize(
    ("text", "hundredths"), [("7.5", 750), ("7.50", 750), ("0", 0), ("-0.01", -1), ("476", 47600), ("1.000000", 100)]
)
def test_stars_are_read_exactly(text: str, hundredths: int) -> None:
    assert Stars.parse(text) == Stars(hundredths)


@pytest.mark.parametrize(("hundredths", "text"), [(750, "7.5"), (47600, "476"), (1, "0.01"), (-50, "-0.5"), (0, "0")])
def test_stars_are_worded_as_people_write_them(hundredths: int, text: str) -> None:
    assert str(Stars(hundredths)) == text


@given(HUNDREDTHS)
def test_words_and_amounts_go_both_ways(hundredths: int) -> None:
    assert Stars.parse(str(Stars(hundredths))) == Stars(hundredths)


@given(HUNDREDTHS, HUNDREDTHS, st.integers(-1000, 1000))
def test_stars_are_reckoned_with_like_whole_numbers(one: int, other: int, times: int) -> None:
    assert Stars(one) + Stars(other) == Stars(one + other)
    assert Stars(one) - Stars(other) == Stars(one - other)
    assert Stars(one) * times == Stars(one * times)
    assert -Stars(one) == Stars(-one)
    assert (Stars(one) < Stars(other)) is (one < other)
    assert bool(Stars(one)) is (one != 0)


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=9))
def test_what_is_computed_is_rounded_half_away_from_zero_once(exact: Decimal) -> None:
    twice = 2 * 100 * abs(Fraction(exact))
    expected = (twice.numerator // twice.denominator + 1) // 2
    assert Stars.rounded(exact) == Stars(expected if exact >= 0 else -expected)


@pytest.mark.parametrize(("exact", "hundredths"), [("0.005", 1), ("0.015", 2), ("0.025", 3), ("-0.005", -1)])
def test_exactly_half_a_hundredth_goes_away_from_zero_whether_its_neighbour_is_even_or_odd(
    exact: str, hundredths: int
) -> None:
    assert Stars.rounded(Decimal(exact)) == Stars(hundredths)


def test_an_amount_of_many_digits_is_rounded_once_not_twice() -> None:
    assert Stars.rounded(Decimal("0.00499999999999999999999999999999999999")) == NO_STARS


@pytest.mark.parametrize("exact", ["NaN", "sNaN", "Infinity", "-Infinity", "1e40"])
def test_what_is_no_amount_cannot_be_rounded(exact: str) -> None:
    with pytest.raises(InvalidAmount) as refused:
        Stars.rounded(Decimal(exact))
    assert refused.value.facts == {"what": "stars", "value": str(Decimal(exact))}


@pytest.mark.parametrize("minor", [0, -1, *NOT_WHOLE])
def test_a_price_is_more_than_nothing(minor: object) -> None:
    with pytest.raises(InvalidAmount) as refused:
        Price(cast("int", minor), Currency.XTR)
    assert refused.value.facts == {"what": "a price", "value": repr(minor)}


@pytest.mark.parametrize(
    ("text", "currency", "minor", "plain"),
    [
        ("476", Currency.XTR, 476, "476"),
        ("500.000000", Currency.RUB, 50_000, "500.00"),
        ("1110", Currency.RUB, 111_000, "1110.00"),
        ("0.05", Currency.USD, 5, "0.05"),
        ("10.000001", Currency.USDT, 10_000_001, "10.000001"),
    ],
)
def test_a_price_is_read_and_written_as_gateways_do(text: str, currency: Currency, minor: int, plain: str) -> None:
    price = Price.parse(text, currency)
    assert price == Price(minor, currency)
    assert price.plain == plain
    assert str(price) == f"{plain} {currency.value}"


@pytest.mark.parametrize(("text", "currency"), [("0.5", Currency.XTR), ("1.001", Currency.RUB), ("-1", Currency.RUB)])
def test_a_fraction_that_the_currency_does_not_have_is_refused(text: str, currency: Currency) -> None:
    with pytest.raises(InvalidAmount):
        Price.parse(text, currency)
