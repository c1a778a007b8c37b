"""Portraits: ordered once, painted once, charged by the image that arrived."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import MemoryPainter, Trouble
from avatar_core.avatars import Gender
from avatar_core.customers import Level
from avatar_core.errors import (
    AvatarNotFound,
    AvatarNotReady,
    EmptyPrompt,
    FeatureLocked,
    ImagesNotOffered,
    InsufficientStars,
    MessengerUnavailable,
    PortraitOrderNotFound,
    ProviderUnauthorized,
    ProviderUnavailable,
    QuoteExpired,
    StoreUnavailable,
    UnknownFormat,
)
from avatar_core.events import (
    PortraitsDelayed,
    PortraitsDelivered,
    PortraitsFailed,
    PortraitsPainted,
    PortraitsRequested,
)
from avatar_core.ids import CustomerId, PortraitOrderId, ProviderRunId
from avatar_core.money import NO_STARS, Stars
from avatar_core.portraits import ImageStatus
from avatar_core.ports import PaintingOrder
from avatar_core.runs import HOLD_LIMIT, FailureReason, Report, ReportStatus, RunStatus
from avatar_core.testing.examples import BOT, DAY, HOUR, MINUTE, SECOND, a_customer, an_avatar
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.use_cases.portraits import Idea, filled
from tests.use_cases.world import MemoryWorld

PRICE = Stars.of(15)
START = Stars.of(280)
"""What is left of 500 ⭐ after the avatar's training."""
FREE, HELD, SPENT = (START, NO_STARS), (START - PRICE, PRICE), (START - PRICE, NO_STARS)


async def status(world: MemoryWorld, order: PortraitOrderId) -> RunStatus:
    return (await world.order(order)).run.status


async def an_order(world: MemoryWorld, stage: str, images: int = 2) -> tuple[CustomerId, PortraitOrderId]:
    """A customer with an avatar, and an order at a stage: requested, painting, painted."""
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    ways = {"requested": world.portraits_requested, "painting": world.painting, "painted": world.painted}
    return customer, await ways[stage](customer, avatar, images)


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


# --- hearing back


async def test_painted_images_are_noted_once_and_charged_only_when_they_arrive(world: MemoryWorld, fate: Fate) -> None:
    customer, order = await an_order(world, "painting")
    report = world.painter.finish(order)
    await asyncio.gather(*(world.record_portraits(order, report) for _ in range(8)))
    assert world.named("portraits.painted") == [PortraitsPainted(customer=customer, order=order)]
    assert (await world.order(order)).sources == report.images
    assert await world.money(customer) == HELD
    commits = fate.commits
    await world.record_portraits(order, replace(report, images=("memory://another",)))
    assert fate.commits == commits


async def test_a_run_that_goes_on_says_nothing(world: MemoryWorld, fate: Fate) -> None:
    _, order = await an_order(world, "painting")
    commits = fate.commits
    await world.record_portraits(order, world.painter.advance(order, 50))
    assert fate.commits == commits


async def test_a_webhook_that_is_faster_than_our_own_note_is_not_lost(world: MemoryWorld, fate: Fate) -> None:
    customer, order = await an_order(world, "requested")
    fate.before[:] = [None, lambda: world.record_portraits(order, world.painter.finish(order))]
    await world.submit_portraits(order)
    await world.deliver(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


@pytest.mark.parametrize(
    ("report_status", "failure", "reason"),
    [
        (ReportStatus.FAILED, FailureReason.MODERATION, FailureReason.MODERATION),
        (ReportStatus.CANCELED, None, FailureReason.PROVIDER_CANCELED),
        (ReportStatus.SUCCEEDED, None, FailureReason.PROVIDER_FAILED),
    ],
)
async def test_whatever_ends_without_images_gives_the_stars_back(
    world: MemoryWorld, report_status: ReportStatus, failure: FailureReason | None, reason: FailureReason
) -> None:
    customer, order = await an_order(world, "painting")
    (ticket,) = world.painter.runs_of(order)
    report = Report(ticket.run, report_status, failure=failure)
    await world.record_portraits(order, report)
    await world.record_portraits(order, report)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (reason, FREE)
    assert len(world.named("portraits.failed")) == 1


async def test_an_unknown_word_keeps_the_state(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painting")
    (ticket,) = world.painter.runs_of(order)
    for _ in range(2):
        await world.record_portraits(order, Report(ticket.run, ReportStatus.UNKNOWN, detail="paused"))
    assert (await status(world, order), await world.money(customer)) == (RunStatus.PROCESSING, HELD)
    assert len(world.named("provider.puzzling")) == 1


async def test_the_poller_hears_what_the_webhook_lost_and_ends_what_is_overdue(world: MemoryWorld) -> None:
    _, order = await an_order(world, "painting")
    world.painter.finish(order)
    await world.poll_portraits(order)
    assert len(world.named("portraits.painted")) == 1
    world.clock.advance(3 * HOUR)
    await world.poll_portraits(order)
    assert (await world.order(order)).run.failure is FailureReason.DEADLINE


async def test_a_report_about_nothing_we_know_is_refused(world: MemoryWorld) -> None:
    with pytest.raises(PortraitOrderNotFound):
        await world.record_portraits(PortraitOrderId("unknown"), Report(ProviderRunId("run"), ReportStatus.RUNNING))


# --- delivering


async def test_what_arrived_is_charged_and_told(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.deliver(order)
    known = await world.order(order)
    assert (known.run.status, [image.status for image in known.images]) == (
        RunStatus.SUCCEEDED,
        [ImageStatus.DELIVERED] * 2,
    )
    assert await world.money(customer) == SPENT
    (album,) = world.messenger.albums
    refs = [image.ref for image in known.images if image.ref]
    assert (album.order, album.images) == (order, tuple(world.photos.kept[ref] for ref in refs))
    assert len(set(album.images)) == len(refs) == 2
    assert (await world.read(customer)).customer.level is Level.PORTRAYED
    assert world.happened()[-1] == PortraitsDelivered(
        customer=customer, order=order, count=2, price=PRICE, released=NO_STARS, balance=START - PRICE
    )
    captures = [posting.transfer.key for posting in await world.store.books.postings(customer)][-2:]
    assert captures == [f"{order}:capture:1", f"{order}:capture:2"]
    assert await world.broken_laws() == []


async def test_delivering_again_sends_and_charges_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.deliver(order)
    await world.deliver(order)
    assert (len(world.messenger.albums), await world.money(customer)) == (1, SPENT)


async def test_several_deliverers_at_once_charge_once(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await asyncio.gather(*(world.deliver(order) for _ in range(4)))
    assert (await world.money(customer), len(world.named("portraits.delivered"))) == (SPENT, 1)
    assert await world.broken_laws() == []


async def test_an_order_that_is_not_painted_yet_is_not_delivered(world: MemoryWorld) -> None:
    _, order = await an_order(world, "painting")
    await world.deliver(order)
    assert (await status(world, order), world.messenger.albums) == (RunStatus.PROCESSING, [])


async def test_a_lost_image_is_given_back_and_the_others_are_charged(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted", images=4)
    world.painter.delete_image((await world.order(order)).sources[1])
    await world.deliver(order)
    assert [image.status.value for image in (await world.order(order)).images] == [
        "DELIVERED",
        "LOST",
        "DELIVERED",
        "DELIVERED",
    ]
    price = Stars.parse("22.5")
    assert await world.money(customer) == (START - price, NO_STARS)
    assert world.happened()[-1] == PortraitsDelivered(
        customer=customer,
        order=order,
        count=3,
        price=price,
        released=Stars.parse("7.5"),
        balance=START - price,
    )
    assert len(world.messenger.albums[0].images) == 3
    assert await world.broken_laws() == []


class AskedPainter(MemoryPainter):
    """Remembers which images it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def fetch(self, image: str) -> bytes:
        self.asked.append(image)
        return await super().fetch(image)


async def test_images_that_were_never_painted_are_not_asked_for_and_given_back(world: MemoryWorld) -> None:
    world.painter = painter = AskedPainter()
    world.__post_init__()
    customer, order = await an_order(world, "painting", images=4)
    report = world.painter.finish(order)
    await world.record_portraits(order, replace(report, images=report.images[:1]))
    await world.deliver(order)
    assert painter.asked == list(report.images[:1])
    assert await world.money(customer) == (START - Stars.parse("7.5"), NO_STARS)


async def test_an_order_whose_images_are_all_lost_costs_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    for source in (await world.order(order)).sources:
        world.painter.delete_image(source)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.VANISHED, FREE)
    assert (world.messenger.albums, await world.broken_laws()) == ([], [])


async def test_whoever_blocked_the_bot_pays_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.blocked_by.add((await world.read(customer)).customer.telegram_id)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)


async def test_images_that_the_messenger_never_takes_cost_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.refuses_images = True
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)


async def test_whoever_is_known_to_have_blocked_the_bot_is_sent_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.note_unreachable(customer)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)
    assert world.messenger.albums == []


@pytest.mark.parametrize("trouble", ["painter", "messenger", "disk"])
async def test_what_cannot_be_delivered_now_is_delivered_later_and_charged_once(
    world: MemoryWorld, trouble: str
) -> None:
    customer, order = await an_order(world, "painted")
    match trouble:
        case "painter":
            world.painter.suffer(Trouble.UNAVAILABLE, 1)
        case "messenger":
            world.messenger.busy_s = 5.0
        case _:
            world.photos.full = True
    with pytest.raises((ProviderUnavailable, MessengerUnavailable, StoreUnavailable)):
        await world.deliver(order)
    assert await world.money(customer) == HELD
    world.messenger.busy_s, world.photos.full = None, False
    world.clock.advance(SECOND)
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums)) == (SPENT, 1)


async def test_images_that_are_kept_already_are_not_fetched_again(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.busy_s = 5.0
    with pytest.raises(MessengerUnavailable):
        await world.deliver(order)
    for source in (await world.order(order)).sources:
        world.painter.delete_image(source)
    world.messenger.busy_s = None
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums[0].images)) == (SPENT, 2)


@pytest.mark.parametrize(("when", "commit", "albums"), [
    ("before", 0, 1),
    ("after", 0, 1),
    ("before", 1, 2),
    ("after", 1, 1),
])  # fmt: skip
async def test_a_delivery_that_died_is_charged_once_and_at_worst_sent_again(
    world: MemoryWorld, fate: Fate, when: str, commit: int, albums: int
) -> None:
    customer, order = await an_order(world, "painted")
    getattr(fate, when).extend([None] * commit + [die])
    with pytest.raises(Killed):
        await world.deliver(order)
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums)) == (SPENT, albums)
    assert await world.broken_laws() == []


async def test_an_order_that_ended_while_its_images_were_fetched_is_not_charged(world: MemoryWorld, fate: Fate) -> None:
    customer, order = await an_order(world, "painted")

    async def end() -> None:
        world.clock.advance(3 * HOUR)
        await world.poll_portraits(order)

    fate.before[:] = [end]
    await world.deliver(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.FAILED, FREE)
    assert await world.broken_laws() == []
