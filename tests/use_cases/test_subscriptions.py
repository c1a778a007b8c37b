"""What happens to plans and stars without a payment."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from avatar_core.catalogue_file import load_catalogue
from avatar_core.customers import Level
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import FeatureLocked, InvalidAmount, UnknownPlan
from avatar_core.events import (
    StarsGranted,
    SubscriptionEnded,
    SubscriptionExpired,
    SubscriptionExpiring,
    SubscriptionStarted,
)
from avatar_core.ids import CustomerId, PlanCode
from avatar_core.money import NO_STARS, Stars
from avatar_core.plans import Feature
from avatar_core.testing.examples import DAY, HOUR, NOW, SECOND
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.use_cases.rights import may, require
from avatar_core.use_cases.subscriptions import Gift
from tests.use_cases.world import MemoryWorld

GIFT = Gift("g-1", "a good friend")
PHOTO = PlanCode("NEUROPHOTO")
ENDS = NOW + 30 * DAY


@pytest.mark.parametrize(
    ("left", "days"), [(3 * DAY, 3), (2 * DAY + SECOND, 3), (2 * DAY, 2), (DAY, 1), (DAY - SECOND, 1), (SECOND, 1)]
)
async def test_a_worker_that_stood_still_says_how_many_days_are_really_left(
    world: MemoryWorld, left: timedelta, days: int
) -> None:
    customer = (await world.customer()).id
    await world.grant_plan(customer, PHOTO, GIFT)
    world.clock.advance(30 * DAY - left)
    await world.announce(customer)
    assert world.happened()[2:] == [SubscriptionExpiring(customer=customer, plan=PHOTO, ends=ENDS, days=days)]


async def test_the_end_of_a_plan_is_announced_stage_by_stage_and_each_once(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    await world.grant_plan(customer, PHOTO, GIFT)
    for _ in range(40):
        await world.announce(customer)
        await world.announce(customer)
        world.clock.advance(DAY)
    assert world.happened()[2:] == [
        SubscriptionExpiring(customer=customer, plan=PHOTO, ends=ENDS, days=3),
        SubscriptionExpiring(customer=customer, plan=PHOTO, ends=ENDS, days=1),
        SubscriptionEnded(customer=customer, plan=PHOTO, grace_until=ENDS + 3 * DAY),
        SubscriptionExpired(customer=customer, plan=PHOTO),
    ]


async def test_many_announcers_at_once_say_it_once(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    await world.grant_plan(customer, PHOTO, GIFT)
    world.clock.advance(28 * DAY)
    await asyncio.gather(*(world.announce(customer) for _ in range(16)))
    assert len(world.named("subscription.expiring")) == 1


async def test_nothing_is_announced_to_whoever_has_no_plan(world: MemoryWorld, fate: Fate) -> None:
    customer = (await world.customer()).id
    commits = fate.commits
    await world.announce(customer)
    assert fate.commits == commits


async def test_an_expired_plan_takes_features_away_and_never_stars(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    for days, allowed in ((30, True), (3, False)):
        world.clock.advance(days * DAY)
        dossier = await world.read(customer)
        assert may(dossier, world.catalogue, Feature.TRAINING, world.clock.now()) is allowed
        assert dossier.wallet.available == Stars.of(500)
    with pytest.raises(FeatureLocked) as refused:
        require(await world.read(customer), world.catalogue, Feature.TRAINING, world.clock.now())
    assert refused.value.feature == "training"


async def test_whoever_never_had_a_plan_may_nothing(world: MemoryWorld) -> None:
    dossier = await world.read((await world.customer()).id)
    assert not any(may(dossier, world.catalogue, feature, NOW) for feature in Feature)


async def test_a_gift_of_stars_is_given_once_however_often_it_is_asked_for(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    assert await world.grant_stars(customer, Stars.of(5), GIFT) == Stars.of(5)
    assert await world.grant_stars(customer, Stars.of(5), GIFT) == Stars.of(5)
    assert await world.grant_stars(customer, Stars.of(2), Gift("g-2", "again")) == Stars.of(7)
    assert world.named("stars.granted")[0] == StarsGranted(
        customer=customer, stars=Stars.of(5), balance=Stars.of(5), reason="a good friend"
    )


async def test_a_gift_that_many_give_at_once_is_one_gift(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    balances = await asyncio.gather(*(world.grant_stars(customer, Stars.of(5), GIFT) for _ in range(64)))
    assert set(balances) == {Stars.of(5)}
    assert await world.broken_laws() == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_gift_whose_giver_died_is_given_once(world: MemoryWorld, fate: Fate, when: str) -> None:
    customer = (await world.customer()).id
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.grant_stars(customer, Stars.of(5), GIFT)
    await world.grant_stars(customer, Stars.of(5), GIFT)
    assert (await world.read(customer)).wallet.available == Stars.of(5)


@pytest.mark.parametrize("stars", [NO_STARS, Stars(-500)])
async def test_a_gift_is_more_than_nothing(world: MemoryWorld, stars: Stars) -> None:
    customer = (await world.customer()).id
    with pytest.raises(InvalidAmount) as refused:
        await world.grant_stars(customer, stars, GIFT)
    assert refused.value.what == "a gift"


async def test_a_gift_of_a_plan_is_one_period_and_no_stars(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    given = await world.grant_plan(customer, "neurophoto", GIFT)
    world.clock.advance(HOUR)
    assert (await world.grant_plan(customer, "neurophoto", GIFT)).ends == given.ends == ENDS
    assert (await world.read(customer)).wallet.available == NO_STARS
    assert world.named("subscription.started") == [SubscriptionStarted(customer=customer, plan=PHOTO, ends=ENDS)]


async def test_a_plan_without_end_is_given_for_ever(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    await world.grant_plan(customer, "NEUROTESTER", GIFT)
    world.clock.advance(3000 * DAY)
    assert may(await world.read(customer), world.catalogue, Feature.PORTRAITS, world.clock.now())


async def test_an_unknown_plan_cannot_be_given(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    with pytest.raises(UnknownPlan):
        await world.grant_plan(customer, "NEUROMANCER", GIFT)


async def test_whoever_starts_nothing_has_reached_no_level(world: MemoryWorld) -> None:
    assert (await world.customer()).level is Level.NEW


async def test_one_gift_for_everybody_is_given_to_each_of_them(world: MemoryWorld) -> None:
    """The first customer got the stars, and all others silently nothing."""
    first, second = (await world.customer(1)).id, (await world.customer(2)).id
    for customer in (first, second, first):
        assert await world.grant_stars(customer, Stars.of(5), GIFT) == Stars.of(5)


# --- plans are put in below the ones that are sold

CHEAPER = "".join(
    f"""
[[plan]]
code = "{code}"
titles = {{ ru = "{code}", en = "{code}" }}
days = {days}
prices = {{ XTR = 15, RUB = "34.90" }}
grants = 12
features = ["portraits"]
for_sale = true
"""
    for code, days in (("DAY", 1), ("WEEK", 7))
)


@pytest.fixture
async def holder(world: MemoryWorld) -> CustomerId:
    """A customer with a plan that opens trainings, before two cheaper ones are put into the catalogue."""
    customer = (await world.customer()).id
    await world.grant_plan(customer, PHOTO, GIFT)
    first = DEFAULT_CATALOGUE.index("[[plan]]")
    world.catalogue = load_catalogue(DEFAULT_CATALOGUE[:first] + CHEAPER + DEFAULT_CATALOGUE[first:])
    world.__post_init__()
    return customer


async def test_a_cheap_plan_that_is_bought_hides_no_better_one(world: MemoryWorld, holder: CustomerId) -> None:
    """Paid features vanished for a week because the customer had bought more (bug museum 22)."""
    await world.bought(holder, "WEEK", "charge-1")
    assert may(await world.read(holder), world.catalogue, Feature.TRAINING, NOW)


async def test_a_paid_plan_that_was_taken_out_of_the_catalogue_keeps_its_rank(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    await world.grant_plan(customer, PHOTO, GIFT)
    payment = await world.opened(customer, "NEUROVIDEO")
    left = {code: plan for code, plan in world.catalogue.plans.items() if code != "NEUROVIDEO"}
    world.catalogue = replace(world.catalogue, plans=left)
    world.__post_init__()
    await world.settle_payment((await world.noticed(payment)).id)
    running = (await world.read(customer)).subscription.term_at(NOW)
    assert running
    assert running.plan == "NEUROVIDEO"


async def test_a_cheap_plan_that_is_given_hides_no_better_one(world: MemoryWorld, holder: CustomerId) -> None:
    await world.grant_plan(holder, "WEEK", Gift("g-2", "a good friend"))
    assert may(await world.read(holder), world.catalogue, Feature.TRAINING, NOW)


async def test_of_plans_that_run_side_by_side_the_one_that_is_higher_now_counts(
    world: MemoryWorld, holder: CustomerId
) -> None:
    plans = dict(world.catalogue.plans)
    plans["WEEK"] = replace(plans["WEEK"], days=None)
    world.catalogue = replace(world.catalogue, plans=plans)
    world.__post_init__()
    await world.grant_plan(holder, "WEEK", Gift("g-2", "a good friend"))
    raised = replace(world.catalogue, plans={**plans, "WEEK": replace(plans["WEEK"], rank=99)})
    customer = await world.read(holder)
    assert may(customer, world.catalogue, Feature.TRAINING, NOW)
    assert not may(customer, raised, Feature.TRAINING, NOW)
