"""What a provider's word comes to: what the customer and the owner are told, to the letter and to the minute."""

import pytest

from adapters.memory import RecordingMessenger, Trouble
from avatar_core.bots import BotProfile, Bots
from avatar_core.customers import Address, Language
from avatar_core.errors import MessengerUnavailable, ProviderUnauthorized, ProviderUnavailable
from avatar_core.events import (
    Event,
    PortraitsFailed,
    ProviderPuzzling,
    StarsGranted,
    TrainingFailed,
    TrainingProgressed,
    TrainingSubmitted,
)
from avatar_core.events import ProviderUnauthorized as Unauthorized
from avatar_core.ids import BotId, CustomerId, MessageId, PortraitOrderId, TelegramId, TrainingId
from avatar_core.money import Stars
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus, Ticket
from avatar_core.testing.examples import BOT, NETWORK, SECOND
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import TrainingKind
from avatar_core.use_cases.portraits import Idea
from tests.use_cases.trainings import FUNDS, PRICE
from tests.use_cases.world import MemoryWorld

DETAIL = "the provider's own words"
OTHER_BOT, OWNER = BotId("other_bot"), TelegramId(42)


async def a_painting(world: MemoryWorld) -> tuple[CustomerId, PortraitOrderId, Ticket]:
    customer = await world.with_stars(FUNDS)
    order = await world.painting(customer, await world.trained(customer))
    return customer, order, world.painter.runs_of(order)[0]


async def a_training(world: MemoryWorld) -> tuple[CustomerId, TrainingId, Ticket]:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    return customer, training, world.trainer.runs_of(training)[0]


# --- how a training goes on


@pytest.mark.parametrize(
    ("after_s", "percent", "minutes_left"),
    [(600, 20, 40), (601, 20, 41), (3600, 50, 60), (90, 5, 29), (7200, 100, 0)],
)
async def test_what_is_left_follows_from_what_is_done_in_minutes_begun(
    world: MemoryWorld, after_s: int, percent: int, minutes_left: int
) -> None:
    customer, training, _ = await a_training(world)
    world.clock.advance(after_s * SECOND)
    await world.record_training(training, world.trainer.advance(training, percent))
    assert world.happened()[-1] == TrainingProgressed(
        customer=customer, training=training, avatar="Fan", percent=percent, minutes_left=minutes_left
    )


async def test_a_first_report_without_progress_is_the_ticket_that_was_never_heard_of(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.ANSWER_LOST, 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    (ticket,) = world.trainer.runs_of(training)
    await world.record_training(training, Report(ticket.run, ReportStatus.RUNNING))
    known = await world.training(training)
    assert (known.run.status, known.run.ticket, known.percent) == (RunStatus.PROCESSING, ticket, 0)
    assert world.happened()[-1] == TrainingSubmitted(customer=customer, training=training)


async def test_the_ticket_of_an_ended_order_does_not_count_any_more(world: MemoryWorld) -> None:
    customer, training, ticket = await a_training(world)
    await world.cancel_training(customer, training)
    handover = Handover(world.begin, world.clock, world.store.warden, TrainingKind())
    assert await handover.accept(training, ticket) is None


async def test_whoever_looks_after_the_worker_reads_why_a_stopped_order_is_tried_again(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE, 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    world.trainer.recover()
    await world.cancel_training(customer, training)
    with pytest.raises(ProviderUnavailable) as tried:
        await world.stop_training(training)
    assert tried.value.reason == "the run of an ended order may begin yet"


# --- how it ends


@pytest.mark.parametrize(
    ("report_status", "detail", "reason", "told"),
    [
        (ReportStatus.FAILED, DETAIL, FailureReason.PROVIDER_FAILED, DETAIL),
        (ReportStatus.CANCELED, DETAIL, FailureReason.PROVIDER_CANCELED, DETAIL),
        (ReportStatus.SUCCEEDED, "", FailureReason.PROVIDER_FAILED, "no model in the output"),
    ],
)
async def test_a_failed_training_is_told_with_all_that_is_known(
    world: MemoryWorld, report_status: ReportStatus, detail: str, reason: FailureReason, told: str
) -> None:
    customer, training, ticket = await a_training(world)
    await world.record_training(training, Report(ticket.run, report_status, detail=detail))
    assert world.happened()[-1] == TrainingFailed(
        customer=customer,
        training=training,
        avatar="Fan",
        released=PRICE,
        balance=FUNDS,
        reason=reason,
        detail=told,
    )


@pytest.mark.parametrize(
    ("report_status", "detail", "reason", "told"),
    [
        (ReportStatus.FAILED, DETAIL, FailureReason.PROVIDER_FAILED, DETAIL),
        (ReportStatus.CANCELED, DETAIL, FailureReason.PROVIDER_CANCELED, DETAIL),
        (ReportStatus.SUCCEEDED, "", FailureReason.PROVIDER_FAILED, "no images in the output"),
    ],
)
async def test_a_failed_portrait_order_is_told_with_all_that_is_known(
    world: MemoryWorld, report_status: ReportStatus, detail: str, reason: FailureReason, told: str
) -> None:
    customer, order, ticket = await a_painting(world)
    await world.record_portraits(order, Report(ticket.run, report_status, detail=detail))
    assert world.happened()[-1] == PortraitsFailed(
        customer=customer,
        order=order,
        released=Stars.of(15),
        balance=FUNDS - PRICE,
        reason=reason,
        detail=told,
    )


# --- what the owner hears


async def test_each_strange_word_is_told_to_the_owner_of_its_bot(world: MemoryWorld) -> None:
    _, training, ticket = await a_training(world)
    for word in ("aborted", "paused", "aborted"):
        await world.record_training(training, Report(ticket.run, ReportStatus.UNKNOWN, detail=word))
    assert world.named("provider.puzzling") == [
        ProviderPuzzling(bot=BOT, detail="aborted"),
        ProviderPuzzling(bot=BOT, detail="paused"),
    ]


async def test_the_owner_of_each_bot_hears_of_a_rejected_credential(world: MemoryWorld) -> None:
    world.bots = Bots({name: BotProfile(name, NETWORK, (OWNER,)) for name in (BOT, OTHER_BOT)})
    world.__post_init__()
    orders = []
    for number, bot in enumerate((BOT, OTHER_BOT), start=1):
        customer = await world.with_stars(FUNDS, number)
        avatar = await world.trained(customer)
        _, quote = await world.quote_portraits(customer, bot, Idea(avatar.id, "in the rain", "2:3", 1))
        orders.append((await world.request_portraits(customer, quote.id)).id)
    world.painter.suffer(Trouble.UNAUTHORIZED)
    for order in orders:
        with pytest.raises(ProviderUnauthorized):
            await world.submit_portraits(order)
    assert world.named("provider.unauthorized") == [
        Unauthorized(bot=BOT, setting="MEMORY_API_TOKEN"),
        Unauthorized(bot=OTHER_BOT, setting="MEMORY_API_TOKEN"),
    ]


async def test_the_owner_hears_of_a_credential_that_is_rejected_while_portraits_are_painted(
    world: MemoryWorld,
) -> None:
    _, order, _ = await a_painting(world)
    world.painter.suffer(Trouble.UNAUTHORIZED)
    for _ in range(3):
        with pytest.raises(ProviderUnauthorized):
            await world.poll_portraits(order)
    assert world.named("provider.unauthorized") == [Unauthorized(bot=BOT, setting="MEMORY_API_TOKEN")]


async def test_an_owner_who_speaks_russian_is_told_in_russian(world: MemoryWorld) -> None:
    world.bots = Bots({BOT: BotProfile(BOT, NETWORK, (OWNER,), owner_language="ru")})
    world.__post_init__()
    customer = (await world.customer()).id
    await world.tell_owner(StarsGranted(customer=customer, stars=Stars(1), balance=Stars(1), reason=""))
    assert [told.address.language for told in world.messenger.told] == [Language.RU]


# --- how the end is told


async def ended(world: MemoryWorld) -> tuple[CustomerId, TrainingId]:
    """A training whose end waits to be told; its progress message is shown."""
    customer, training, _ = await a_training(world)
    await world.work()
    await world.record_training(training, world.trainer.finish(training))
    return customer, training


async def test_a_closed_progress_message_says_that_nothing_is_left(world: MemoryWorld) -> None:
    customer, training = await ended(world)
    await world.work()
    shown = [told.shown for told in world.messenger.told if told.news.name == "training.requested"]
    assert shown == [
        TrainingProgressed(customer=customer, training=training, avatar="Fan", percent=100, minutes_left=0)
    ]


async def test_the_end_is_told_although_the_progress_message_was_deleted(world: MemoryWorld) -> None:
    _, training = await ended(world)
    message = (await world.training(training)).message
    assert message is not None
    world.messenger.deleted.add(message)
    await world.work()
    assert world.messenger.told[-1].news.name == "training.succeeded"


class NoEdits(RecordingMessenger):
    """A messenger that takes new messages only."""

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        raise MessengerUnavailable(retry_after_s=1.0)


async def test_the_end_is_told_although_nothing_can_be_edited_now(world: MemoryWorld) -> None:
    await ended(world)
    world.messenger = NoEdits(told=world.messenger.told)
    world.__post_init__()
    await world.work()
    assert world.messenger.told[-1].news.name == "training.succeeded"
