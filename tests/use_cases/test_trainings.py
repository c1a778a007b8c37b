"""Trainings as their customer sees them: ordered once, and stopped."""

import asyncio

import pytest

from adapters.memory import Trouble
from avatar_core.customers import Level
from avatar_core.errors import (
    FeatureLocked,
    IllegalMove,
    InsufficientStars,
    ProviderUnavailable,
    QuoteExpired,
    TooFewPhotos,
    TrainingNotFound,
    TrainingUnfinished,
)
from avatar_core.events import TrainingCanceled, TrainingRequested
from avatar_core.ids import QuoteId, TrainingId
from avatar_core.money import Stars
from avatar_core.runs import HOLD_LIMIT, ReportStatus, RunStatus
from avatar_core.testing.examples import DAY, MINUTE
from avatar_core.testing.faults import Act, Fate, Killed, die
from avatar_core.testing.world import TRAINER
from tests.use_cases.trainings import FREE, FUNDS, HELD, PRICE, SPENT, status
from tests.use_cases.world import MemoryWorld

# --- ordering


async def test_an_ordered_training_holds_what_was_quoted(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    dossier = await world.read(customer)
    assert await world.money(customer) == HELD
    assert dossier.wallet.holds[training].deadline == world.clock.now() + HOLD_LIMIT
    assert (dossier.customer.level, await status(world, training)) == (Level.TRAINING, RunStatus.PENDING)
    assert world.happened()[-1] == TrainingRequested(
        customer=customer, training=training, avatar="Fan", price=PRICE, minutes=10
    )


async def test_ordering_by_the_same_quote_again_changes_nothing(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.quoted(customer)
    orders = (world.request_training(customer, draft.id, draft.chosen.quote.id) for _ in range(64))
    assert {order.run.status for order in await asyncio.gather(*orders)} == {RunStatus.PENDING}
    assert await world.money(customer) == HELD
    assert len(world.named("training.requested")) == 1


async def test_another_quote_than_the_last_one_shown_is_refused(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    first = await world.quoted(customer)
    await world.quote_training(customer, TRAINER, 4000)
    for quote in (first.chosen.quote.id, QuoteId("made up")):
        with pytest.raises(QuoteExpired):
            await world.request_training(customer, first.id, quote)
    assert await world.money(customer) == FREE


async def test_a_refused_order_changes_nothing(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(PRICE - Stars(1))
    draft = await world.quoted(customer)
    commits, before = fate.commits, await world.read(customer)
    with pytest.raises(InsufficientStars) as refused:
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    assert refused.value.missing == Stars(1)
    world.clock.advance(15 * MINUTE)
    with pytest.raises(QuoteExpired):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    world.clock.advance(33 * DAY)
    with pytest.raises(FeatureLocked):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    assert (fate.commits, await world.read(customer)) == (commits, before)


async def test_a_draft_without_a_quote_cannot_be_ordered(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.drafted(customer)
    with pytest.raises(IllegalMove):
        await world.request_training(customer, draft.id, QuoteId("made up"))


async def test_a_draft_that_lost_a_photo_has_to_be_quoted_again(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.quoted(customer)
    await world.remove_photo(customer, draft.photos[0].ref)
    with pytest.raises(IllegalMove):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    with pytest.raises(TooFewPhotos):
        await world.quote_training(customer, TRAINER, 1000)


async def test_one_training_runs_at_a_time(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    await world.requested(customer)
    draft = await world.quoted(customer)
    with pytest.raises(TrainingUnfinished):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    assert await world.money(customer) == HELD


async def test_somebody_elses_training_is_not_found(world: MemoryWorld) -> None:
    customer, stranger = await world.with_stars(FUNDS), await world.with_stars(FUNDS, number=2)
    draft = await world.quoted(customer)
    with pytest.raises(TrainingNotFound):
        await world.request_training(stranger, draft.id, draft.chosen.quote.id)
    with pytest.raises(TrainingNotFound):
        await world.cancel_training(stranger, draft.id)
    with pytest.raises(TrainingNotFound):
        await world.request_training(customer, TrainingId("unknown"), draft.chosen.quote.id)


# --- stopping


async def test_a_cancelled_training_is_stopped_at_the_provider_and_gives_the_stars_back(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    canceled = await world.cancel_training(customer, training)
    (ticket,) = world.trainer.runs_of(training)
    assert (await world.trainer.report(ticket)).status is ReportStatus.CANCELED
    assert (canceled.run.status, await world.money(customer)) == (RunStatus.CANCELED, FREE)
    assert world.happened()[-1] == TrainingCanceled(
        customer=customer, training=training, avatar="Fan", released=PRICE, balance=FUNDS
    )
    assert (await world.cancel_training(customer, training)).run == canceled.run
    assert len(world.named("training.canceled")) == 1


async def test_an_order_that_waits_is_cancelled_without_the_provider(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    await world.cancel_training(customer, training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.CANCELED, FREE)
    world.trainer.recover()
    await world.submit_training(training)
    assert world.trainer.started == 0


async def test_what_cannot_be_stopped_at_the_provider_is_not_cancelled(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    with pytest.raises(ProviderUnavailable):
        await world.cancel_training(customer, training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.PROCESSING, HELD)


async def test_the_diary_says_when_a_customer_wanted_to_stop(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.clock.advance(MINUTE)
    await world.cancel_training(customer, training)
    wish, end = (await world.training(training)).run.diary[-2:]
    assert (wish.text, wish.at, end.at) == ("PROCESSING: be stopped", world.clock.now(), world.clock.now())


@pytest.mark.parametrize(("when", "acts"), [("after", [die]), ("before", [None, die])])
async def test_a_wish_to_stop_outlives_the_process_whoever_tells_first(
    world: MemoryWorld, fate: Fate, when: str, acts: list[Act | None]
) -> None:
    """It dies before the trainer is told, or after that and before the end is committed."""
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    getattr(fate, when).extend(acts)
    with pytest.raises(Killed):
        await world.cancel_training(customer, training)
    fate.before.clear()
    fate.after.clear()
    (ticket,) = world.trainer.runs_of(training)
    await world.trainer.cancel(ticket)
    await world.record_training(training, await world.trainer.report(ticket))
    assert (await status(world, training), await world.money(customer)) == (RunStatus.CANCELED, FREE)
    assert (await world.cancel_training(customer, training)).run.status is RunStatus.CANCELED
    assert (len(world.named("training.canceled")), len(world.named("training.failed"))) == (1, 0)


async def test_a_run_that_finishes_although_it_was_to_be_stopped_is_paid(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    with pytest.raises(ProviderUnavailable):
        await world.cancel_training(customer, training)
    world.trainer.recover()
    await world.record_training(training, world.trainer.finish(training))
    assert (await status(world, training), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


async def test_a_draft_is_discarded_not_cancelled(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.drafted(customer)
    with pytest.raises(TrainingNotFound):
        await world.cancel_training(customer, draft.id)
    assert await status(world, draft.id) is RunStatus.DRAFT


async def test_a_success_that_is_faster_than_the_cancelling_counts(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    report = world.trainer.finish(training)
    fate.before[:] = [lambda: world.record_training(training, report)]
    known = await world.cancel_training(customer, training)
    assert (known.run.status, await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


async def test_a_training_that_is_cancelled_and_ends_at_once_moves_its_stars_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    report = world.trainer.finish(training)
    await asyncio.gather(
        *(world.cancel_training(customer, training) for _ in range(4)),
        *(world.record_training(training, report) for _ in range(4)),
    )
    ended = await status(world, training)
    assert await world.money(customer) == {RunStatus.SUCCEEDED: SPENT, RunStatus.CANCELED: FREE}[ended]
    assert len(world.named("training.succeeded")) + len(world.named("training.canceled")) == 1
    assert await world.broken_laws() == []
