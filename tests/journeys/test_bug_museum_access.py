"""The bug museum, who gets what: plans that follow each other, people, who is in charge; one test a line."""

import ast
import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.robokassa import ROBOKASSA
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.errors import FeatureLocked
from avatar_core.ids import PlanCode, TelegramId
from avatar_core.money import NO_STARS, Stars
from avatar_core.plans import Feature
from avatar_core.subscriptions import AS_BOUGHT, Subscription, Term
from avatar_core.testing.examples import BOT, DAY, NOW
from avatar_core.testing.world import SITTER
from avatar_core.use_cases.customers import Visit
from avatar_core.use_cases.rights import may
from avatar_core.use_cases.subscriptions import Gift
from entrypoints.ground import bots_of
from entrypoints.settings import SettingsWrong, load_settings
from tests.use_cases.world import MemoryWorld, memory_world

SOURCES = Path(__file__).parents[2] / "src"
PLAYED = {"demo", "sandbox", "simulation", "testing"}
"""Where people are made up."""
PHOTO, VIDEO = PlanCode("NEUROPHOTO"), PlanCode("NEUROVIDEO")
HALF_DAY = timedelta(hours=12)
PLANS = st.sampled_from([PHOTO, VIDEO])
PURCHASES = st.lists(st.tuples(PLANS, st.integers(0, 80)), min_size=1, max_size=8)
"""Which plan, and how many half days later."""


async def test_21_buying_early_loses_no_day(world: MemoryWorld) -> None:
    """Buying early lost the remaining days."""
    customer = (await world.customer()).id
    await world.bought(customer, PHOTO, "charge-1")
    world.clock.advance(10 * DAY)
    await world.bought(customer, PHOTO, "charge-2")
    assert (await world.read(customer)).subscription.ends == NOW + 60 * DAY


async def test_22_a_cheaper_or_given_plan_does_not_hide_the_running_better_one(world: MemoryWorld) -> None:
    """A cheaper or promo row hid the running better plan."""
    customer = (await world.customer()).id
    await world.bought(customer, VIDEO, "charge-1")
    world.clock.advance(DAY)
    await world.bought(customer, PHOTO, "charge-2")
    await world.grant_plan(customer, PHOTO, Gift("promo", "a promo"))
    subscription = (await world.read(customer)).subscription
    for day in range(1, 30):
        term = subscription.term_at(NOW + day * DAY)
        assert term is not None
        assert term.plan == VIDEO
    assert subscription.ends == NOW + 90 * DAY


async def test_23_the_term_begins_when_it_is_paid(world: MemoryWorld) -> None:
    """The term began when the invoice was made, not when it was paid."""
    customer = (await world.customer()).id
    payment = await world.opened(customer, PHOTO)
    world.clock.advance(3 * DAY)
    await world.settle_payment((await world.noticed(payment)).id)
    (term,) = (await world.read(customer)).subscription.terms
    assert (term.starts, term.ends) == (NOW + 3 * DAY, NOW + 33 * DAY)


async def test_24_whoever_types_the_label_without_the_plan_gets_nothing(world: MemoryWorld) -> None:
    """The tier was only which buttons were drawn: typing the label gave the feature."""
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    world.clock.advance(33 * DAY)
    with pytest.raises(FeatureLocked):
        await world.start_draft(customer, BOT, SITTER)
    quote = await world.portraits_quoted(customer, avatar)
    with pytest.raises(FeatureLocked):
        await world.request_portraits(customer, quote.id)
    assert await world.money(customer) == (Stars.of(280), NO_STARS)


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


@pytest.mark.parametrize("name", ["neurobase", "NEUROBASE", "neurovideo"])
async def test_26_whoever_holds_a_plan_by_its_old_name_keeps_access(world: MemoryWorld, name: str) -> None:
    """Old plan names lost access."""
    customer = (await world.customer()).id
    await world.grant_plan(customer, name, Gift("old", "from the old system"))
    kept = Subscription(customer, (await world.customer()).network)
    imported = kept.add(Term(PlanCode(name), 1, 1, NOW, NOW + 30 * DAY), "import", AS_BOUGHT)
    for subscription in ((await world.read(customer)).subscription, imported):
        dossier = replace(await world.read(customer), subscription=subscription)
        assert may(dossier, world.catalogue, Feature.PROMPT_FROM_PHOTO, NOW)


@pytest.mark.parametrize(("written", "is_on"), [("false", False), ("0", False), ("no", False), ("true", True)])
def test_34_a_boolean_written_as_a_word_is_read_as_what_it_says(
    monkeypatch: pytest.MonkeyPatch, written: str, *, is_on: bool
) -> None:
    """`is_ru="false"` was truthy."""
    shop = {"robokassa_login": "shop", "robokassa_password_1": "first", "robokassa_password_2": "second"}
    monkeypatch.setenv("AVATAR_BOTS__SHOP_BOT__TOKEN", "123456:SHOP")
    monkeypatch.setenv("AVATAR_BOTS__SHOP_BOT__ALLOW_EXTERNAL_GATEWAYS", written)
    monkeypatch.setenv("AVATAR_ROBOKASSA_TEST", written)
    monkeypatch.setenv("AVATAR_DATABASE_PREPARED_STATEMENTS", written)
    settings = load_settings(None, **shop)
    (profile,) = bots_of(settings).profiles.values()
    assert profile.gateways == ((TELEGRAM_STARS, ROBOKASSA) if is_on else (TELEGRAM_STARS,))
    assert settings.robokassa_test is settings.database_prepared_statements is is_on
    monkeypatch.setenv("AVATAR_ROBOKASSA_TEST", "perhaps")
    with pytest.raises(SettingsWrong, match="AVATAR_ROBOKASSA_TEST"):
        load_settings(None, **shop)


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


async def test_60_identity_is_the_numeric_telegram_id(world: MemoryWorld) -> None:
    """A deleted or renamed username inherited another's account: identity is the numeric Telegram id."""
    first = (await world.welcome(Visit(BOT, TelegramId(1), "famous_name"))).customer
    await world.grant_stars(first.id, Stars.of(500), Gift("g-1", "a friend"))
    renamed = (await world.welcome(Visit(BOT, TelegramId(1), "other_name"))).customer
    heir = (await world.welcome(Visit(BOT, TelegramId(2), "famous_name"))).customer
    assert renamed.id == first.id != heir.id
    assert (await world.read(renamed.id)).wallet.available == Stars.of(500)
    assert (await world.read(heir.id)).wallet.available == NO_STARS
