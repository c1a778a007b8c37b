"""Runs whose start was never heard of: looked for, stopped, never paid by the owner for nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.memory import MemoryTrainer, Trouble
from avatar_core.errors import AvatarError, ProviderUnauthorized, ProviderUnavailable, StoreUnavailable
from avatar_core.ids import CustomerId, TrainingId
from avatar_core.ports import TrainingOrder
from avatar_core.runs import LATE_RUN_LIMIT, OUTAGE_PATIENCE, ReportStatus, RunStatus, Ticket
from avatar_core.tasks import of_each
from avatar_core.testing.examples import HOUR, MINUTE, SECOND
from avatar_core.testing.faults import Fate, Killed, die
from tests.use_cases.trainings import FREE, FUNDS
from tests.use_cases.world import MemoryWorld


async def being_submitted(world: MemoryWorld, customer: CustomerId, trouble: Trouble) -> TrainingId:
    """A training whose handing over was never answered."""
    training = await world.requested(customer)
    await world.store.outbox.claim("a worker that dies", world.clock.now(), of_each(100), 1)
    world.trainer.suffer(trouble, 1 if trouble is Trouble.ANSWER_LOST else 2)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    return training


async def ends(world: MemoryWorld, training: TrainingId) -> list[ReportStatus]:
    """How the provider's runs of a training stand; there is never more than one."""
    return [(await world.trainer.report(ticket)).status for ticket in world.trainer.runs_of(training)]


# --- cancelling while the outcome is unknown


async def test_a_run_that_was_started_unheard_is_found_and_stopped_before_the_stars_go_back(
    world: MemoryWorld,
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.ANSWER_LOST)
    canceled = await world.cancel_training(customer, training)
    assert (canceled.run.status, await world.money(customer)) == (RunStatus.CANCELED, FREE)
    assert await ends(world, training) == [ReportStatus.CANCELED]
    assert await world.broken_laws() == []


@pytest.mark.parametrize("silence", [Trouble.UNAVAILABLE, Trouble.UNAUTHORIZED])
async def test_while_the_provider_is_down_the_stars_come_back_at_once_and_the_run_is_stopped_later(
    world: MemoryWorld, silence: Trouble
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.ANSWER_LOST)
    world.trainer.suffer(silence)
    canceled = await world.cancel_training(customer, training)
    assert (canceled.run.status, await world.money(customer)) == (RunStatus.CANCELED, FREE)
    await world.work()
    world.trainer.recover()
    assert await ends(world, training) == [ReportStatus.WAITING]
    world.clock.advance(HOUR)
    await world.work()
    assert await ends(world, training) == [ReportStatus.CANCELED]


class SlowTrainer(MemoryTrainer):
    """A trainer that takes its time between hearing of an order and starting its run, which nobody lives to hear."""

    def __init__(self, meanwhile: Callable[[TrainingId], Awaitable[object]]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def submit(self, order: TrainingOrder) -> Ticket:
        await self.meanwhile(order.id)
        await super().submit(order)
        raise Killed


async def test_a_run_that_begins_after_its_order_was_cancelled_is_stopped_even_when_the_worker_dies(
    world: MemoryWorld,
) -> None:
    async def cancel(training: TrainingId) -> None:
        await slow.cancel_training((await slow.training(training)).customer, training)
        with pytest.raises(ProviderUnavailable):  # nothing to be found yet: it has to be looked for again
            await slow.stop_training(training)

    slow = replace(world, trainer=SlowTrainer(cancel))
    customer = await slow.with_stars(FUNDS)
    training = await slow.requested(customer)

    with pytest.raises(Killed):
        await slow.submit_training(training)
    await slow.stop_training(training)
    assert await ends(slow, training) == [ReportStatus.CANCELED]
    assert await slow.money(customer) == FREE


async def test_a_run_that_never_began_is_looked_for_until_none_can_come(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.UNAVAILABLE)
    world.trainer.recover()
    await world.cancel_training(customer, training)
    world.clock.advance(LATE_RUN_LIMIT - SECOND)
    with pytest.raises(ProviderUnavailable):
        await world.stop_training(training)
    world.clock.advance(SECOND)
    await world.stop_training(training)
    assert world.trainer.started == 0


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_cancelling_whose_process_dies_leaves_one_end(world: MemoryWorld, fate: Fate, when: str) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.ANSWER_LOST)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.cancel_training(customer, training)
    await world.cancel_training(customer, training)
    assert (await world.money(customer), await ends(world, training)) == (FREE, [ReportStatus.CANCELED])
    assert (len(world.named("training.canceled")), await world.broken_laws()) == (1, [])


async def test_cancelling_twice_and_by_two_at_once_gives_the_stars_back_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.ANSWER_LOST)
    await asyncio.gather(*(world.cancel_training(customer, training) for _ in range(8)))
    await world.cancel_training(customer, training)
    assert (await world.money(customer), len(world.named("training.canceled"))) == (FREE, 1)


async def test_handing_over_and_cancelling_at_once_leave_no_run_behind(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    await asyncio.gather(world.submit_training(training), world.cancel_training(customer, training))
    await world.work()
    assert ReportStatus.WAITING not in await ends(world, training)
    assert (await world.money(customer), await world.broken_laws()) == (FREE, [])


async def test_an_order_that_never_went_to_the_provider_has_nothing_to_stop(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    await world.cancel_training(customer, training)
    await world.stop_training(training)
    assert await world.money(customer) == FREE


async def test_a_training_that_ended_by_the_providers_word_is_not_stopped(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    await world.record_training(training, world.trainer.fail(training))
    world.trainer.suffer(Trouble.UNAVAILABLE)
    await world.stop_training(training)


# --- the deadline


async def test_a_run_whose_order_ran_out_of_time_during_an_outage_is_stopped_once_the_provider_is_back(
    world: MemoryWorld,
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    world.clock.advance(3 * HOUR)
    await world.poll_training(training)
    assert await world.money(customer) == FREE
    await world.work()
    world.trainer.recover()
    assert await ends(world, training) == [ReportStatus.WAITING]
    world.clock.advance(MINUTE)
    await world.work()
    assert await ends(world, training) == [ReportStatus.CANCELED]


async def test_a_lost_run_is_found_and_stopped_after_the_deadline(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await being_submitted(world, customer, Trouble.ANSWER_LOST)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    world.clock.advance(3 * HOUR)
    await world.poll_training(training)
    world.trainer.recover()
    await world.work()
    assert (await ends(world, training), await world.money(customer)) == ([ReportStatus.CANCELED], FREE)


# --- an outage


async def outage(world: MemoryWorld, training: TrainingId, trouble: Trouble = Trouble.UNAVAILABLE) -> None:
    """One more try of the worker, in vain."""
    world.trainer.suffer(trouble)
    with pytest.raises((ProviderUnavailable, ProviderUnauthorized)):
        await world.submit_training(training)


async def test_a_customer_who_waits_for_a_provider_that_does_not_answer_is_told_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)
    world.clock.advance(OUTAGE_PATIENCE - SECOND)
    await outage(world, training)
    assert world.named("training.delayed") == []
    world.clock.advance(SECOND)
    for _ in range(3):
        await outage(world, training)
        world.clock.advance(10 * MINUTE)
    await outage(world, training, Trouble.UNAUTHORIZED)
    assert len(world.named("training.delayed")) == 1
    world.trainer.recover()
    await world.submit_training(training)
    assert (await world.training(training)).run.status is RunStatus.PROCESSING
    assert len(world.named("training.delayed")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_delay_whose_teller_dies_is_told_once(world: MemoryWorld, fate: Fate, when: str) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.clock.advance(OUTAGE_PATIENCE)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    getattr(fate, when)[:] = [None, die]
    with pytest.raises(Killed):
        await world.submit_training(training)
    await outage(world, training)
    assert len(world.named("training.delayed")) == 1


async def test_two_workers_tell_a_delay_once(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.clock.advance(OUTAGE_PATIENCE)
    world.trainer.suffer(Trouble.UNAVAILABLE)
    results = await asyncio.gather(*(world.submit_training(training) for _ in range(8)), return_exceptions=True)
    assert all(isinstance(each, AvatarError) for each in results)
    assert len(world.named("training.delayed")) == 1


async def test_who_waits_for_room_on_our_disk_is_told_too(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.clock.advance(OUTAGE_PATIENCE)
    world.photos.full = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await world.submit_training(training)
    assert len(world.named("training.delayed")) == 1
    world.photos.full = False
    await world.submit_training(training)
    assert (await world.training(training)).run.status is RunStatus.PROCESSING


async def test_who_waits_for_a_portrait_is_told_too(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    order = await world.portraits_requested(customer, await world.trained(customer))
    world.clock.advance(OUTAGE_PATIENCE)
    world.painter.suffer(Trouble.UNAVAILABLE)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            await world.submit_portraits(order)
    assert len(world.named("portraits.delayed")) == 1
