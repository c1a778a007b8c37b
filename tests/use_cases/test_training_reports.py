"""What the provider says of a training: ended once, charged or given back, and its files go."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import Trouble
from avatar_core.errors import ProviderUnavailable, TrainingNotFound
from avatar_core.events import ProviderPuzzling as Puzzling
from avatar_core.events import TrainingFailed, TrainingProgressed, TrainingSucceeded
from avatar_core.ids import ProviderRunId, TrainingId
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus
from avatar_core.testing.examples import BOT, HOUR, MINUTE
from avatar_core.testing.faults import Fate, Killed, die, lose
from avatar_core.use_cases.trainings import archive_of
from tests.use_cases.trainings import FREE, FUNDS, HELD, PRICE, SPENT, status
from tests.use_cases.world import MemoryWorld

# --- hearing back


async def test_progress_is_told_with_what_is_left(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.clock.advance(10 * MINUTE)
    await world.record_training(training, world.trainer.advance(training, 40))
    assert world.happened()[-1] == TrainingProgressed(
        customer=customer, training=training, avatar="Fan", percent=40, minutes_left=15
    )


async def test_what_is_left_is_reckoned_without_the_wait_for_the_provider(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.clock.advance(2 * HOUR)
    await world.submit_training(training)
    world.clock.advance(2 * MINUTE)
    await world.record_training(training, world.trainer.advance(training, 10))
    told = world.happened()[-1]
    assert isinstance(told, TrainingProgressed)
    assert told.minutes_left == 18


async def test_progress_that_says_nothing_new_writes_nothing(world: MemoryWorld, fate: Fate) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    commits = fate.commits
    (ticket,) = world.trainer.runs_of(training)
    for report in (
        Report(ticket.run, ReportStatus.WAITING),
        Report(ticket.run, ReportStatus.RUNNING, percent=3),
        Report(ticket.run, ReportStatus.RUNNING, percent=0),
    ):
        await world.record_training(training, report)
    assert fate.commits == commits


async def test_a_success_is_charged_and_the_avatar_is_ready(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    report = world.trainer.finish(training)
    await world.record_training(training, report)
    known, dossier = await world.training(training), await world.read(customer)
    assert (await world.money(customer), known.run.status, known.percent) == (SPENT, RunStatus.SUCCEEDED, 100)
    assert dossier.avatar(known.avatar).trained == report.model
    assert world.happened()[-1] == TrainingSucceeded(
        customer=customer,
        training=training,
        avatar_id=known.avatar,
        avatar="Fan",
        price=PRICE,
        balance=FUNDS - PRICE,
    )
    assert await world.broken_laws() == []


@pytest.mark.parametrize(
    ("report_status", "failure", "reason"),
    [
        (ReportStatus.FAILED, FailureReason.MODERATION, FailureReason.MODERATION),
        (ReportStatus.FAILED, None, FailureReason.PROVIDER_FAILED),
        (ReportStatus.CANCELED, None, FailureReason.PROVIDER_CANCELED),
        (ReportStatus.SUCCEEDED, None, FailureReason.PROVIDER_FAILED),
    ],
)
async def test_whatever_ends_without_a_model_gives_the_stars_back(
    world: MemoryWorld, report_status: ReportStatus, failure: FailureReason | None, reason: FailureReason
) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    (ticket,) = world.trainer.runs_of(training)
    await world.record_training(training, Report(ticket.run, report_status, failure=failure))
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)
    assert (await world.training(training)).run.failure is reason
    (failed,) = world.named("training.failed")
    assert isinstance(failed, TrainingFailed)
    assert (failed.reason, failed.released, failed.balance) == (reason, PRICE, FUNDS)


async def test_the_same_end_again_and_an_older_word_after_it_change_nothing(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    older = world.trainer.advance(training, 50)
    report = world.trainer.finish(training)
    await asyncio.gather(*(world.record_training(training, report) for _ in range(64)))
    events = world.happened()
    for late in (report, older, replace(report, status=ReportStatus.FAILED), world.trainer.fail(training)):
        await world.record_training(training, late)
    assert (world.happened(), await world.money(customer)) == (events, SPENT)


async def test_a_report_about_another_run_changes_nothing(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    foreign = replace(world.trainer.finish(training), run=ProviderRunId("somebody else's"))
    await world.record_training(training, foreign)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.PROCESSING, HELD)


async def test_a_webhook_that_is_faster_than_our_own_note_is_not_lost(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.requested(customer)

    async def hear() -> None:
        await world.record_training(training, world.trainer.advance(training, 10))
        await world.record_training(training, world.trainer.finish(training))

    fate.before[:] = [None, hear]
    await world.submit_training(training)
    assert (await status(world, training), await world.money(customer)) == (RunStatus.SUCCEEDED, SPENT)
    assert len(world.named("training.submitted")) == 1
    assert world.trainer.started == 1


async def test_an_unknown_training_has_no_report(world: MemoryWorld) -> None:
    with pytest.raises(TrainingNotFound):
        await world.record_training(TrainingId("unknown"), Report(ProviderRunId("run"), ReportStatus.RUNNING))


async def test_an_unknown_word_keeps_the_state_and_the_owner_is_told_once_an_hour(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    (ticket,) = world.trainer.runs_of(training)
    strange = Report(ticket.run, ReportStatus.UNKNOWN, detail="aborted")
    for _ in range(3):
        await world.record_training(training, strange)
    assert world.named("provider.puzzling") == [Puzzling(bot=BOT, detail="aborted")]
    assert (await status(world, training), await world.money(customer)) == (RunStatus.PROCESSING, HELD)
    world.clock.advance(HOUR)
    await world.record_training(training, strange)
    assert len(world.named("provider.puzzling")) == 2


async def test_an_unknown_word_that_meets_a_concurrent_change_is_told_all_the_same(
    world: MemoryWorld, fate: Fate
) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    (ticket,) = world.trainer.runs_of(training)
    fate.before[:] = [lose]
    await world.record_training(training, Report(ticket.run, ReportStatus.UNKNOWN, detail="aborted"))
    assert world.named("provider.puzzling") == [Puzzling(bot=BOT, detail="aborted")]


async def test_an_unknown_word_that_is_the_first_one_says_that_the_run_was_taken(world: MemoryWorld) -> None:
    training = await world.requested(await world.with_stars(FUNDS))
    world.trainer.suffer(Trouble.ANSWER_LOST, 1)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    (ticket,) = world.trainer.runs_of(training)
    assert await status(world, training) is RunStatus.SUBMITTING
    await world.record_training(training, Report(ticket.run, ReportStatus.UNKNOWN, detail="aborted"))
    known = await world.training(training)
    assert (known.run.status, known.run.ticket) == (RunStatus.PROCESSING, ticket)


async def test_a_report_about_what_was_never_ordered_changes_nothing(world: MemoryWorld) -> None:
    draft = await world.quoted(await world.with_stars(FUNDS))
    for word in ReportStatus:
        await world.record_training(draft.id, Report(ProviderRunId("run"), word))
    assert (await status(world, draft.id), world.named("provider.puzzling")) == (RunStatus.DRAFT, [])


async def test_an_unknown_word_that_does_not_count_uses_nothing_up(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    (ticket,) = world.trainer.runs_of(training)
    strange = Report(ticket.run, ReportStatus.UNKNOWN, detail="aborted")
    await world.record_training(training, replace(strange, run=ProviderRunId("somebody else's")))
    assert world.named("provider.puzzling") == []
    await world.record_training(training, strange)
    assert len(world.named("provider.puzzling")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_report_whose_process_died_is_recorded_once(world: MemoryWorld, fate: Fate, when: str) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    report = world.trainer.finish(training)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.record_training(training, report)
    await world.record_training(training, report)
    assert (await world.money(customer), len(world.named("training.succeeded"))) == (SPENT, 1)


# --- files


async def test_the_archive_goes_when_the_training_ends_and_not_before(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    await world.drop_files(training)
    assert archive_of(training) in world.photos.kept
    await world.record_training(training, world.trainer.fail(training))
    await world.drop_files(training)
    await world.drop_files(training)
    assert archive_of(training) not in world.photos.kept
    assert len(world.photos.kept) == len((await world.training(training)).photos) == 10


async def test_photos_are_deleted_after_the_end_and_only_then(world: MemoryWorld, fate: Fate) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    await world.delete_photos(training)
    assert len((await world.training(training)).photos) == 10
    await world.record_training(training, world.trainer.finish(training))
    fate.before[:] = [die]
    with pytest.raises(Killed):
        await world.delete_photos(training)
    await world.delete_photos(training)
    commits = fate.commits
    await world.delete_photos(training)
    assert fate.commits == commits
    assert (await world.training(training)).photos == ()
    assert set(world.photos.kept) == {archive_of(training)}
