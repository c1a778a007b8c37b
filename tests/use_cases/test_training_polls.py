"""Trainings the provider is asked about: what the webhook lost, deadlines, and runs nobody wants any more."""

import asyncio

import pytest

from adapters.memory import Trouble
from avatar_core.errors import ProviderUnauthorized, ProviderUnavailable
from avatar_core.events import ProviderUnauthorized as Unauthorized
from avatar_core.ids import ProviderRunId
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus, Ticket
from avatar_core.testing.examples import BOT, HOUR, SECOND
from avatar_core.testing.faults import Fate
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import TrainingKind
from tests.use_cases.trainings import FREE, FUNDS, HELD, SPENT, status
from tests.use_cases.world import MemoryWorld


async def test_the_poller_hears_what_the_webhook_lost(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.finish(training)
    await world.poll_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)
    await world.poll_training(training)


async def test_a_run_that_the_provider_lost_is_over(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.vanish(training)
    await world.poll_training(training)
    assert (await world.training(training)).run.failure is FailureReason.VANISHED
    assert await world.money(customer) == FREE


@pytest.mark.parametrize("trouble", [Trouble.UNAVAILABLE, Trouble.UNAUTHORIZED])
async def test_a_provider_that_does_not_answer_the_poller_ends_nothing_before_the_deadline(
    world: MemoryWorld, trouble: Trouble
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.suffer(trouble)
    world.clock.advance(3 * HOUR - SECOND)
    with pytest.raises((ProviderUnavailable, ProviderUnauthorized)):
        await world.poll_training(training)
    assert await world.money(customer) == HELD
    world.clock.advance(SECOND)
    await world.poll_training(training)
    assert await world.money(customer) == FREE
    assert (await world.training(training)).run.failure is FailureReason.DEADLINE


async def test_the_owner_hears_of_a_credential_that_is_rejected_while_a_training_runs(
    world: MemoryWorld, fate: Fate
) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    commits = fate.commits
    for _ in range(3):
        with pytest.raises(ProviderUnauthorized):
            await world.poll_training(training)
    assert world.named("provider.unauthorized") == [Unauthorized(bot=BOT, setting="MEMORY_API_TOKEN")]
    assert fate.commits == commits + 1


async def test_a_training_that_nobody_reports_on_ends_at_its_deadline_and_its_run_is_stopped(
    world: MemoryWorld,
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.advance(training, 30)
    world.clock.advance(3 * HOUR)
    await world.poll_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    await world.work()
    (ticket,) = world.trainer.runs_of(training)
    assert (await world.trainer.report(ticket)).status is ReportStatus.CANCELED


async def test_the_deadline_ends_a_training_even_when_the_providers_answer_breaks_us(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.clock.advance(3 * HOUR)

    async def garbage(_: Ticket) -> Report:
        raise UnicodeError

    handover = Handover(world.begin, world.clock, world.poll_training.warden, TrainingKind())
    with pytest.raises(UnicodeError):
        await handover.poll(training, garbage)
    ended = await world.training(training)
    assert (ended.run.failure, await world.money(customer)) == (FailureReason.DEADLINE, FREE)


async def test_a_poll_that_is_broken_off_leaves_the_deadline_to_the_next_one(world: MemoryWorld) -> None:
    """A worker that was stopped while it asked about trainings of an outage failed those that had succeeded."""
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.finish(training)
    world.clock.advance(4 * HOUR)

    async def asked_at_a_stop(_: Ticket) -> Report:
        raise asyncio.CancelledError

    handover = Handover(world.begin, world.clock, world.poll_training.warden, TrainingKind())
    with pytest.raises(asyncio.CancelledError):
        await handover.poll(training, asked_at_a_stop)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.PROCESSING, HELD)
    await world.poll_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


async def test_a_success_that_is_heard_of_at_the_deadline_counts(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.finish(training)
    world.clock.advance(3 * HOUR)
    await world.poll_training(training)
    assert world.named("training.failed") == []
    assert (await status(world, training), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


@pytest.mark.parametrize("lost", [True, False])
async def test_an_order_that_could_not_be_handed_over_ends_and_a_run_that_was_started_all_the_same_is_stopped(
    world: MemoryWorld, *, lost: bool
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.ANSWER_LOST if lost else Trouble.UNAVAILABLE, 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    world.trainer.recover()
    world.clock.advance(3 * HOUR)
    await world.poll_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    await world.work()
    stopped = [(await world.trainer.report(ticket)).status for ticket in world.trainer.runs_of(training)]
    assert stopped == ([ReportStatus.CANCELED] if lost else [])


async def test_a_run_that_is_started_after_the_order_ended_is_stopped(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)

    async def end() -> None:
        world.clock.advance(3 * HOUR)
        await world.poll_training(training)

    fate.before[:] = [None, end]
    await world.submit_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    (ticket,) = world.trainer.runs_of(training)
    assert (await world.trainer.report(ticket)).status is ReportStatus.CANCELED


async def test_a_second_run_that_was_started_by_mishap_is_stopped(world: MemoryWorld, fate: Fate) -> None:
    training = await world.requested(await world.with_stars(FUNDS))

    async def hear_of_the_first() -> None:
        await world.record_training(training, Report(ProviderRunId("first"), ReportStatus.RUNNING, percent=10))

    fate.before[:] = [None, hear_of_the_first]
    await world.submit_training(training)
    assert (await world.training(training)).run.ticket == Ticket(ProviderRunId("first"))
    (ticket,) = world.trainer.runs_of(training)
    assert (await world.trainer.report(ticket)).status is ReportStatus.CANCELED
