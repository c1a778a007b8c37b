"""Portraits: ordered once and handed over once."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import Trouble
from avatar_core.avatars import Gender
from avatar_core.errors import (
    AvatarNotFound,
    AvatarNotReady,
    EmptyPrompt,
    FeatureLocked,
    ImagesNotOffered,
    InsufficientStars,
    PortraitOrderNotFound,
    ProviderUnauthorized,
    ProviderUnavailable,
    QuoteExpired,
    UnknownFormat,
)
from avatar_core.events import PortraitsDelayed, PortraitsFailed, PortraitsRequested
from avatar_core.ids import PortraitOrderId
from avatar_core.money import NO_STARS, Stars
from avatar_core.ports import PaintingOrder
from avatar_core.runs import HOLD_LIMIT, FailureReason, RunStatus
from avatar_core.testing.examples import BOT, DAY, MINUTE, a_customer, an_avatar
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.use_cases.portraits import Idea, filled
from tests.use_cases.portraits import FREE, HELD, PRICE, START, an_order, status
from tests.use_cases.world import MemoryWorld

# --- quoting and ordering


async def test_a_quote_is_stored_before_it_is_shown_and_holds_nothing(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    quote = await world.portraits_quoted(customer, avatar, 3)
    assert await world.order(quote.id) == quote
    assert (quote.quote.amount, quote.run.status) == (Stars.parse("22.5"), RunStatus.DRAFT)
    assert await world.money(customer) == FREE


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        ({"prompt": " "}, EmptyPrompt),
        ({"count": 5}, ImagesNotOffered),
        ({"count": 0}, ImagesNotOffered),
        ({"aspect": "21:9"}, UnknownFormat),
    ],
)
async def test_what_cannot_be_painted_has_no_quote(
    world: MemoryWorld, odd: dict[str, object], error: type[Exception]
) -> None:
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    with pytest.raises(error):
        await world.quote_portraits(customer, BOT, replace(Idea(avatar.id, "me", "1:1", 1), **odd))  # type: ignore[arg-type]


async def test_an_avatar_of_somebody_else_or_one_that_is_not_ready_paints_nothing(world: MemoryWorld) -> None:
    customer, stranger = await world.with_stars(500), await world.with_stars(500, number=2)
    avatar = await world.trained(customer)
    with pytest.raises(AvatarNotFound):
        await world.quote_portraits(stranger, BOT, Idea(avatar.id, "them", "1:1", 1))
    draft = await world.drafted(stranger)
    with pytest.raises(AvatarNotReady):
        await world.quote_portraits(stranger, BOT, Idea(draft.avatar, "me", "1:1", 1))


async def test_an_order_holds_what_was_quoted_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    quote = await world.portraits_quoted(customer, await world.trained(customer))
    await asyncio.gather(*(world.request_portraits(customer, quote.id) for _ in range(64)))
    assert (await status(world, quote.id), await world.money(customer)) == (RunStatus.PENDING, HELD)
    assert (await world.read(customer)).wallet.holds[quote.id].deadline == world.clock.now() + HOLD_LIMIT
    assert world.named("portraits.requested") == [
        PortraitsRequested(customer=customer, order=quote.id, count=2, price=PRICE)
    ]


async def test_orders_that_the_balance_covers_once_make_one_hold(world: MemoryWorld) -> None:
    customer = await world.with_stars(Stars.of(220) + PRICE)
    avatar = await world.trained(customer)
    quotes = [await world.portraits_quoted(customer, avatar) for _ in range(64)]
    orders = (world.request_portraits(customer, quote.id) for quote in quotes)
    answers = await asyncio.gather(*orders, return_exceptions=True)
    assert [type(answer) for answer in answers].count(InsufficientStars) == 63
    assert await world.money(customer) == (NO_STARS, PRICE)


async def test_a_refused_order_changes_nothing(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(220)
    stranger = await world.with_stars(500, number=2)
    quote = await world.portraits_quoted(customer, await world.trained(customer))
    commits = fate.commits
    with pytest.raises(PortraitOrderNotFound):
        await world.request_portraits(stranger, quote.id)
    with pytest.raises(PortraitOrderNotFound):
        await world.request_portraits(customer, PortraitOrderId("unknown"))
    with pytest.raises(InsufficientStars):
        await world.request_portraits(customer, quote.id)
    world.clock.advance(15 * MINUTE)
    with pytest.raises(QuoteExpired):
        await world.request_portraits(customer, quote.id)
    world.clock.advance(33 * DAY)
    with pytest.raises(FeatureLocked):
        await world.request_portraits(customer, quote.id)
    assert fate.commits == commits


# --- handing over


def test_a_prompt_is_filled_with_the_avatar() -> None:
    avatar = replace(an_avatar(a_customer()), trigger="TOK_QWERTY", gender=Gender.MALE)
    assert filled("portrait of {trigger}, a {person}", avatar) == "portrait of TOK_QWERTY, a man"
    assert filled("in the rain", avatar) == "photo of TOK_QWERTY, a man: in the rain"
    assert filled("{trigger} says {hello}", avatar) == "TOK_QWERTY says {hello}"


async def test_an_order_is_painted_with_the_customers_own_model(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    order = await world.painting(customer, avatar)
    wish = (await world.order(order)).wish
    assert world.painter.orders == [
        PaintingOrder(order, avatar.model(), f"photo of {avatar.trigger}, a woman", "2:3", 2, wish.seed)
    ]
    assert (await status(world, order), await world.money(customer)) == (RunStatus.PROCESSING, HELD)


@pytest.mark.parametrize("commit", [0, 1])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_that_dies_while_handing_over_starts_no_second_run(
    world: MemoryWorld, fate: Fate, when: str, commit: int
) -> None:
    _, order = await an_order(world, "requested")
    getattr(fate, when).extend([None] * commit + [die])
    with pytest.raises(Killed):
        await world.submit_portraits(order)
    await world.submit_portraits(order)
    await world.submit_portraits(order)
    assert (world.painter.started, await status(world, order)) == (1, RunStatus.PROCESSING)


async def test_an_answer_that_got_lost_starts_no_second_run(world: MemoryWorld) -> None:
    _, order = await an_order(world, "requested")
    world.painter.suffer(Trouble.ANSWER_LOST, 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_portraits(order)
    world.painter.recover()
    await world.submit_portraits(order)
    assert (world.painter.started, await status(world, order)) == (1, RunStatus.PROCESSING)


async def test_a_refusal_is_told_in_words_and_gives_the_stars_back(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "requested")
    world.painter.suffer(Trouble.REFUSED)
    await world.submit_portraits(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.FAILED, FREE)
    (failed,) = world.named("portraits.failed")
    assert isinstance(failed, PortraitsFailed)
    assert (failed.reason, failed.released, failed.balance) == (FailureReason.PROVIDER_REFUSED, PRICE, START)


async def test_while_the_credential_is_rejected_the_order_waits(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "requested")
    world.painter.suffer(Trouble.UNAUTHORIZED)
    for _ in range(3):
        with pytest.raises(ProviderUnauthorized):
            await world.submit_portraits(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.PENDING, HELD)
    assert world.named("portraits.delayed") == [PortraitsDelayed(customer=customer, order=order)]
    assert len(world.named("provider.unauthorized")) == 1
    world.painter.recover()
    await world.submit_portraits(order)
    assert await status(world, order) is RunStatus.PROCESSING


async def test_every_order_of_a_customer_waits_for_the_credential_by_itself(world: MemoryWorld) -> None:
    """Only the first one was ever tried: the others ended after three hours, unheard of."""
    customer = await world.with_stars(START)
    avatar = await world.trained(customer)
    world.painter.suffer(Trouble.UNAUTHORIZED)
    orders = [await world.portraits_requested(customer, avatar) for _ in range(3)]
    for _ in range(8):
        await world.work()
        world.clock.advance(30 * MINUTE)
        for order in await world.store.worklists.portraits_to_poll(world.clock.now(), 9):
            await world.poll_portraits(order)
    assert [await status(world, order) for order in orders] == 3 * [RunStatus.PENDING]
    assert len(world.named("portraits.delayed")) == 3
    world.painter.recover()
    await world.work()
    assert [await status(world, order) for order in orders] == 3 * [RunStatus.PROCESSING]
