"""What is written down says whose it is, when it was, what for, and by which name it is found again."""

import pytest

from avatar_core.avatars import Gender
from avatar_core.errors import InvalidAmount, UnknownPrice
from avatar_core.ids import CustomerId, PlanCode
from avatar_core.ledger import AccountName, Cause, Transfer
from avatar_core.money import Currency, Stars
from avatar_core.payments import PaymentStatus
from avatar_core.portraits import ImageStatus
from avatar_core.subscriptions import Term
from avatar_core.testing.examples import BOT, DAY, MINUTE, NETWORK, NOW, ROUBLE_GATEWAY
from avatar_core.use_cases.drafts import Sitter
from avatar_core.use_cases.subscriptions import Gift
from tests.use_cases.world import MemoryWorld

SITTER = Sitter("Fan", Gender.FEMALE)
LATER = NOW + 10 * MINUTE


def transfer(world: MemoryWorld, key: str) -> Transfer:
    return world.database.transfers[key].transfer


async def terms(world: MemoryWorld, customer: CustomerId) -> tuple[Term, ...]:
    return (await world.read(customer)).subscription.terms


# --- money


async def test_a_settled_payment_dates_its_money_its_stars_and_itself_and_names_its_cause(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    payment = await world.opened(customer, "NEUROVIDEO")
    world.clock.advance(10 * MINUTE)
    await world.settle_payment((await world.noticed(payment)).id)
    settled = await world.payment(payment.id)
    assert (settled.status, settled.charge, settled.settled_at) == (PaymentStatus.COMPLETED, "charge-1", LATER)
    for part in ("money", "credit"):
        moved = transfer(world, f"payment:telegram-stars:charge-1:{part}")
        assert (moved.cause, moved.at) == (Cause("payment", payment.id), LATER)
    video = world.catalogue.plan("NEUROVIDEO")
    assert await terms(world, customer) == (Term(video.code, video.version, video.rank, LATER, LATER + 30 * DAY),)


async def test_a_pack_that_has_no_price_in_a_currency_is_named_with_it(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    with pytest.raises(UnknownPrice) as refused:
        await world.opened(customer, "xtr-500", gateway=ROUBLE_GATEWAY, currency=Currency.RUB)
    assert refused.value.name == "xtr-500 in RUB"


async def test_given_stars_come_from_the_grants_and_name_their_gift(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    assert await world.grant_stars(customer, Stars(1), Gift("g-1", "a good friend")) == Stars(1)
    given = transfer(world, f"grant:g-1:{customer}")
    assert (given.source, given.cause) == (AccountName(f"{NETWORK}/bonus/grant"), Cause("grant", "g-1"))


async def test_a_gift_of_nothing_is_refused_in_stars(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    with pytest.raises(InvalidAmount) as refused:
        await world.grant_stars(customer, Stars(-50), Gift("g-1", "a good friend"))
    assert refused.value.facts == {"what": "a gift", "value": "-0.5"}


async def test_two_gifts_of_a_plan_are_two_periods_as_the_catalogue_has_them(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    video = world.catalogue.plan("NEUROVIDEO")
    for gift in ("g-1", "g-2"):
        await world.grant_plan(customer, "NEUROVIDEO", Gift(gift, "a good friend"))
    assert (await world.read(customer)).subscription.causes == ("grant:g-1", "grant:g-2")
    assert await terms(world, customer) == (
        Term(PlanCode("NEUROVIDEO"), video.version, video.rank, NOW, NOW + 60 * DAY),
    )


async def test_the_service_of_each_hold_is_what_its_stars_are_earned_by(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    order = await world.portraits_requested(customer, avatar)
    (training,) = [given.id for given in world.trainer.orders]
    holds = world.database.holds
    assert (holds[training].service, holds[order].service) == ("training", "portraits")


# --- drafts and orders


async def test_a_draft_and_its_avatar_are_their_customers_and_dated(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.start_draft(customer, BOT, SITTER)
    avatar = (await world.read(customer)).avatar(draft.avatar)
    assert (draft.customer, draft.network, draft.bot, draft.created_at) == (customer, NETWORK, BOT, NOW)
    assert (avatar.customer, avatar.created_at) == (customer, NOW)


async def test_a_draft_that_is_given_up_is_dated(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.start_draft(customer, BOT, SITTER)
    world.clock.advance(10 * MINUTE)
    await world.discard_draft(customer, draft.id)
    assert (await world.training(draft.id)).run.ended_at == LATER


async def test_a_quote_for_portraits_is_its_customers_dated_and_has_a_name_and_a_seed_of_its_own(
    world: MemoryWorld,
) -> None:
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    first, second = [await world.portraits_quoted(customer, avatar) for _ in range(2)]
    assert (first.customer, first.network, first.bot, first.created_at) == (customer, NETWORK, BOT, NOW)
    assert len({first.id, second.id, first.quote.id, second.quote.id, "None"}) == 5
    assert {type(first.wish.seed), type(second.wish.seed)} == {int}
    assert first.wish.seed != second.wish.seed


async def test_every_step_of_a_training_is_dated_when_it_was_taken(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    world.clock.advance(MINUTE)
    await world.submit_training(training)
    world.clock.advance(MINUTE)
    await world.record_training(training, world.trainer.advance(training, 20))
    assert (await world.training(training)).progressed_at == NOW + 2 * MINUTE
    world.clock.advance(MINUTE)
    await world.record_training(training, world.trainer.finish(training))
    run = (await world.training(training)).run
    taken = [(remark.at - NOW) / MINUTE for remark in run.diary]
    assert (taken, run.ended_at) == ([0, 1, 1, 3], NOW + 3 * MINUTE)


async def test_every_step_of_a_portrait_order_is_dated_when_it_was_taken(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    order = await world.painting(customer, await world.trained(customer))
    world.clock.advance(MINUTE)
    await world.record_portraits(order, world.painter.finish(order))
    world.clock.advance(MINUTE)
    await world.deliver(order)
    run = (await world.order(order)).run
    taken = [(remark.at - NOW) / MINUTE for remark in run.diary]
    assert (taken, run.ended_at) == ([0, 0, 0, 1, 2], NOW + 2 * MINUTE)


async def test_a_training_that_failed_ended_when_it_was_heard_of(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(500))
    world.clock.advance(10 * MINUTE)
    await world.record_training(training, world.trainer.fail(training))
    assert (await world.training(training)).run.ended_at == LATER


async def test_a_portrait_order_that_failed_ended_when_it_was_heard_of(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    order = await world.painting(customer, await world.trained(customer))
    world.clock.advance(10 * MINUTE)
    await world.record_portraits(order, world.painter.fail(order))
    assert (await world.order(order)).run.ended_at == LATER


# --- files


async def test_a_trainings_archive_is_named_after_it(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(500))
    assert [ref for ref in world.photos.kept if ref.startswith("archives/")] == [f"archives/{training}.zip"]


async def test_delivered_images_are_kept_under_their_order_and_number(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    order = await world.painted(customer, await world.trained(customer))
    await world.deliver(order)
    images = (await world.order(order)).images
    assert [(image.status, image.ref) for image in images] == [
        (ImageStatus.DELIVERED, f"portraits/{order}/1.jpg"),
        (ImageStatus.DELIVERED, f"portraits/{order}/2.jpg"),
    ]
