"""What the provider says of portraits: noted once, and whatever ends without images is given back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.memory import MemoryPainter, Trouble
from avatar_core.errors import PortraitOrderNotFound, RunVanished
from avatar_core.events import PortraitsPainted
from avatar_core.ids import PortraitOrderId, ProviderRunId
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus, Ticket
from avatar_core.testing.examples import HOUR, SECOND
from avatar_core.testing.faults import Fate
from tests.use_cases.portraits import FREE, HELD, SPENT, an_order, status
from tests.use_cases.world import MemoryWorld


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


async def test_a_painted_order_outlives_the_providers_memory_until_its_deadline(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.painter.vanish(order)
    world.clock.advance(3 * HOUR - SECOND)
    await world.poll_portraits(order)
    world.painter.suffer(Trouble.UNAVAILABLE)  # whoever asked now would hear of it
    await world.poll_portraits(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.PROCESSING, HELD)
    world.clock.advance(SECOND)
    await world.poll_portraits(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.DEADLINE, FREE)


class ForgetfulPainter(MemoryPainter):
    """Knows nothing of a run whose webhook comes while it is asked."""

    meanwhile: Callable[[], Awaitable[None]]

    async def report(self, ticket: Ticket) -> Report:
        await self.meanwhile()
        raise RunVanished


async def test_a_run_that_is_painted_while_the_provider_denies_it_is_not_given_up(world: MemoryWorld) -> None:
    forgetful = ForgetfulPainter()
    over = replace(world, painter=forgetful)
    customer, order = await an_order(over, "painting")
    forgetful.meanwhile = lambda: over.record_portraits(order, forgetful.finish(order))
    await over.poll_portraits(order)
    await over.deliver(order)
    assert (await status(over, order), await over.money(customer)) == (RunStatus.SUCCEEDED, SPENT)


async def test_whatever_the_provider_says_after_the_images_changes_nothing(world: MemoryWorld, fate: Fate) -> None:
    customer, order = await an_order(world, "painted")
    commits = fate.commits
    for report in (world.painter.fail(order), world.painter.stop(order), world.painter.advance(order, 50)):
        await world.record_portraits(order, report)
    assert (fate.commits, await world.money(customer)) == (commits, HELD)


async def test_a_report_about_nothing_we_know_is_refused(world: MemoryWorld) -> None:
    with pytest.raises(PortraitOrderNotFound):
        await world.record_portraits(PortraitOrderId("unknown"), Report(ProviderRunId("run"), ReportStatus.RUNNING))
