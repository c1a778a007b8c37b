"""Trainings: ordered once, handed over once, and ended once, charged or given back."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import Trouble
from avatar_core.customers import Level
from avatar_core.errors import (
    FeatureLocked,
    IllegalMove,
    InsufficientStars,
    ProviderUnauthorized,
    ProviderUnavailable,
    QuoteExpired,
    TooFewPhotos,
    TrainingNotFound,
    TrainingUnfinished,
)
from avatar_core.events import ProviderPuzzling as Puzzling
from avatar_core.events import ProviderUnauthorized as Unauthorized
from avatar_core.events import (
    TrainingCanceled,
    TrainingDelayed,
    TrainingFailed,
    TrainingProgressed,
    TrainingRequested,
    TrainingSubmitted,
    TrainingSucceeded,
)
from avatar_core.ids import ProviderRunId, QuoteId, TrainingId
from avatar_core.money import NO_STARS, Stars
from avatar_core.ports import TrainingOrder
from avatar_core.runs import HOLD_LIMIT, FailureReason, Report, ReportStatus, RunStatus, Ticket
from avatar_core.testing.examples import BOT, DAY, HOUR, MINUTE, SECOND
from avatar_core.testing.faults import Act, Fate, Killed, die, lose
from avatar_core.testing.world import CATALOGUE, TRAINER
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import TrainingKind
from avatar_core.use_cases.trainings import archive_of
from tests.use_cases.world import MemoryWorld

PRICE = Stars.of(220)
FUNDS = Stars.of(500)
FREE, HELD, SPENT = (FUNDS, NO_STARS), (FUNDS - PRICE, PRICE), (FUNDS - PRICE, NO_STARS)


async def status(world: MemoryWorld, training: TrainingId) -> RunStatus:
    return (await world.training(training)).run.status


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


# --- hearing back


async def test_progress_is_told_with_what_is_left(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    training = await world.processing(customer)
    world.clock.advance(10 * MINUTE)
    await world.record_training(training, world.trainer.advance(training, 40))
    assert world.happened()[-1] == TrainingProgressed(
        customer=customer, training=training, avatar="Fan", percent=40, minutes_left=15
    )


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


# --- asking


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
    assert (await status(world, training), await world.money(customer)) == (RunStatus.FAILED, FREE)


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
