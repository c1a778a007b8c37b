"""The bug museum, who gets what: plans that change hands, and who is in charge; one test a line."""

import ast
import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_core.ids import PlanCode
from avatar_core.money import Stars
from entrypoints.ground import bots_of
from entrypoints.settings import load_settings
from tests.use_cases.world import memory_world

SOURCES = Path(__file__).parents[2] / "src"
PLAYED = {"demo", "sandbox", "simulation", "testing"}
"""Where people are made up."""
HALF_DAY = timedelta(hours=12)
PLANS = st.sampled_from(["NEUROPHOTO", "NEUROVIDEO"])
PURCHASES = st.lists(st.tuples(PLANS, st.integers(0, 80)), min_size=1, max_size=8)
"""Which plan, and how many half days later."""


@settings(max_examples=40)
@given(PURCHASES)
def test_25_no_order_of_upgrades_and_downgrades_makes_stars_or_days(purchases: list[tuple[str, int]]) -> None:
    """Upgrade, spend, downgrade made free stars."""

    async def buy() -> None:
        world = memory_world()
        customer = (await world.customer()).id
        paid, days, spent = Stars.of(0), timedelta(), Stars.of(0)
        for number, (plan, gap) in enumerate(purchases):
            world.clock.advance(gap * HALF_DAY)
            sold = world.catalogue.plan(PlanCode(plan))
            assert sold.days is not None
            paid, days = paid + sold.grants, days + timedelta(days=sold.days)
            await world.bought(customer, plan, f"charge-{number}")
            if not number:
                await world.processing(customer)
                spent = Stars.of(220)
        terms = (await world.read(customer)).subscription.terms
        assert (await world.money(customer))[0] == paid - spent
        assert sum(((term.ends or term.starts) - term.starts for term in terms), timedelta()) == days
        assert all(one.ends is not None and one.ends <= two.starts for one, two in pairwise(terms))

    asyncio.run(buy())


def numbers_in(source: Path) -> Iterator[int]:
    """Yield the whole numbers that stand in a file, written as texts too."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and re.fullmatch(r"\d+", str(node.value)):
            yield int(str(node.value))


def test_58_owners_are_who_the_settings_name() -> None:
    """Forms of admin access were hard-coded ids."""
    bots = {"one_bot": {"token": "123456:ONE", "owners": [81]}, "two_bot": {"token": "654321:TWO", "owners": [82, 83]}}
    profiles = bots_of(load_settings(None, bots=bots))
    assert {bot: profile.owners for bot, profile in profiles.profiles.items()} == {
        "one_bot": (81,),
        "two_bot": (82, 83),
    }
    house = (path for path in SOURCES.rglob("*.py") if not PLAYED & set(path.parts))
    like_people = {(path.name, number) for path in house for number in numbers_in(path) if 10**8 < number < 2**40}
    assert like_people == set()
