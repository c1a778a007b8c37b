"""Trainings handed over: once, whatever dies in between, and waiting while the credential is rejected."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import Trouble
from avatar_core.errors import ProviderUnauthorized, ProviderUnavailable
from avatar_core.events import ProviderUnauthorized as Unauthorized
from avatar_core.events import TrainingDelayed, TrainingFailed, TrainingSubmitted
from avatar_core.ids import ProviderRunId
from avatar_core.ports import TrainingOrder
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus
from avatar_core.testing.examples import BOT, HOUR, MINUTE, SECOND
from avatar_core.testing.faults import Fate, Killed, die, lose
from avatar_core.testing.world import CATALOGUE, TRAINER
from avatar_core.use_cases.trainings import archive_of
from tests.use_cases.trainings import FREE, FUNDS, HELD, PRICE, status
from tests.use_cases.world import MemoryWorld

# --- handing over


async def test_an_order_is_handed_over_with_its_photos_and_its_choice(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    avatar = (await world.read(customer)).avatar((await world.training(training)).avatar)
    assert world.trainer.orders == [
        TrainingOrder(training, avatar.trigger, 1000, CATALOGUE.trainer(TRAINER), archive_of(training))
    ]
    assert archive_of(training) in world.photos.kept
    known = await world.training(training)
    assert (known.run.status, known.run.attempt) == (RunStatus.PROCESSING, 1)
    assert [known.run.ticket] == world.trainer.runs_of(training)
    assert world.happened()[-1] == TrainingSubmitted(customer=customer, training=training)


async def test_handing_over_again_starts_nothing(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    await world.submit_training(training)
    await asyncio.gather(*(world.submit_training(training) for _ in range(8)))
    assert world.trainer.started == 1
    assert len(world.named("training.submitted")) == 1


@pytest.mark.parametrize("commit", [0, 1])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_that_dies_while_handing_over_starts_no_second_run(
    world: MemoryWorld, fate: Fate, when: str, commit: int
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    getattr(fate, when).extend([None] * commit + [die])
    with pytest.raises(Killed):
        await world.submit_training(training)
    fate.before.clear()
    fate.after.clear()
    await world.submit_training(training)
    assert world.trainer.started == 1
    assert [(await world.training(training)).run.ticket] == world.trainer.runs_of(training)
    assert len(world.named("training.submitted")) == 1


async def test_an_answer_that_got_lost_starts_no_second_run(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.ANSWER_LOST, 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    assert await status(world, training) is RunStatus.SUBMITTING
    world.trainer.recover()
    await world.submit_training(training)
    assert (world.trainer.started, await status(world, training)) == (1, RunStatus.PROCESSING)
    assert (await world.training(training)).run.attempt == 2


async def test_a_provider_that_does_not_answer_is_asked_again_later(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    assert (await world.money(customer), world.trainer.started) == (HELD, 0)


async def test_a_refused_order_gives_the_stars_back_and_tells_why(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.REFUSED)
    await world.submit_training(training)
    assert await world.money(customer) == FREE
    (failed,) = world.named("training.failed")
    assert isinstance(failed, TrainingFailed)
    assert (failed.reason, failed.released, failed.balance) == (FailureReason.PROVIDER_REFUSED, PRICE, FUNDS)
    assert failed.detail


async def test_an_order_whose_photos_are_gone_gives_the_stars_back(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.photos.kept.clear()
    await world.submit_training(training)
    assert await world.money(customer) == FREE
    assert (await world.training(training)).run.failure is FailureReason.PHOTOS_LOST
    (failed,) = world.named("training.failed")
    assert isinstance(failed, TrainingFailed)
    assert (failed.reason, failed.detail) == (FailureReason.PHOTOS_LOST, "")
    assert world.trainer.started == 0


async def test_an_order_whose_deadline_has_passed_is_not_handed_over_any_more(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.clock.advance(30 * HOUR)
    await world.submit_training(training)
    assert world.trainer.started == 0
    await world.poll_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)


# --- the credential is rejected


async def test_while_the_credential_is_rejected_the_order_waits_and_both_are_told_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    for _ in range(6):
        with pytest.raises(ProviderUnauthorized):
            await world.submit_training(training)
        world.clock.advance(5 * MINUTE)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.PENDING, HELD)
    assert world.named("training.delayed") == [TrainingDelayed(customer=customer, training=training, avatar="Fan")]
    assert world.named("provider.unauthorized") == [Unauthorized(bot=BOT, setting="MEMORY_API_TOKEN")]
    world.trainer.recover()
    await world.submit_training(training)
    assert (await status(world, training), world.trainer.started) == (RunStatus.PROCESSING, 1)


async def test_an_order_whose_trainer_was_taken_out_of_the_catalogue_ends_at_once_and_the_owner_hears_why(
    world: MemoryWorld,
) -> None:
    """It was tried five times, put aside, and ended hours later as if it had taken too long."""
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    await replace(world.submit_training, catalogue=replace(CATALOGUE, trainers={}))(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    (failed,) = world.named("training.failed")
    assert isinstance(failed, TrainingFailed)
    assert (failed.reason, failed.detail) == (FailureReason.PROVIDER_REFUSED, f"there is no trainer {TRAINER}")


async def test_the_owner_is_told_again_after_an_hour(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    for _ in range(3):
        with pytest.raises(ProviderUnauthorized):
            await world.submit_training(training)
        world.clock.advance(HOUR)
    assert len(world.named("provider.unauthorized")) == 3


async def test_a_delay_is_told_even_when_something_else_went_wrong_before(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.UNAVAILABLE, 1)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    with pytest.raises(ProviderUnauthorized):
        await world.submit_training(training)
    assert len(world.named("training.delayed")) == 1


async def test_the_owners_notice_is_not_lost_in_a_race(world: MemoryWorld, fate: Fate) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    fate.before[:] = [None, lose]
    with pytest.raises(ProviderUnauthorized):
        await world.submit_training(training)
    assert len(world.named("provider.unauthorized")) == 1


async def test_an_order_that_ended_meanwhile_does_not_wait_and_the_owner_is_told_all_the_same(
    world: MemoryWorld, fate: Fate
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAUTHORIZED)

    async def succeed() -> None:
        ready = Report(ProviderRunId("run-1"), ReportStatus.FAILED)
        await world.record_training(training, ready)

    fate.before[:] = [None, succeed]
    with pytest.raises(ProviderUnauthorized):
        await world.submit_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    assert (world.named("training.delayed"), len(world.named("provider.unauthorized"))) == ([], 1)


async def test_nobody_waits_longer_than_a_day_for_a_credential(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    for _ in range(24):
        assert await world.money(customer) == HELD
        with pytest.raises(ProviderUnauthorized):
            await world.submit_training(training)
        world.clock.advance(HOUR)
        assert training not in await world.store.worklists.trainings_to_poll(world.clock.now() - SECOND, 10)
    assert await world.store.worklists.trainings_to_poll(world.clock.now(), 10) == [training]
    await world.poll_training(training)
    assert (await world.money(customer), await world.broken_laws()) == (FREE, [])
