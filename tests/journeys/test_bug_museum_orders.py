"""The bug museum, trainings and portraits: one test a line, the line as its docstring."""

import asyncio
import stat
from pathlib import Path

import pytest

from adapters.disk import DiskPhotoStore
from adapters.memory import Trouble
from avatar_core.errors import (
    AvatarNotFound,
    ProviderUnauthorized,
    ProviderUnavailable,
    StepsNotOffered,
)
from avatar_core.events import TrainingFailed, TrainingSucceeded
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import FailureReason, ReportStatus, RunStatus
from avatar_core.testing.examples import BOT, HOUR, MINUTE
from avatar_core.testing.faults import Fate
from avatar_core.testing.world import TRAINER
from avatar_core.use_cases.portraits import Idea
from avatar_core.use_cases.trainings import archive_of
from tests.use_cases.world import MemoryWorld

FUNDS, HELD = (Stars.of(500), NO_STARS), (Stars.of(280), Stars.of(220))


def moves(world: MemoryWorld, order: str) -> list[str]:
    """What was booked for an order, in order."""
    transfers = (posting.transfer for posting in world.database.transfers)
    return [each.kind.value for each in transfers if each.cause.id == order]


async def test_28_the_same_webhook_twice_is_one_message_and_one_charge(world: MemoryWorld) -> None:
    """The same webhook twice sent two messages and two entries."""
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    report = world.trainer.finish(training)
    await asyncio.gather(world.record_training(training, report), world.record_training(training, report))
    await world.record_training(training, report)
    await world.work()
    assert [type(told.news) for told in world.messenger.told].count(TrainingSucceeded) == 1
    assert moves(world, training) == ["HOLD", "CAPTURE"]


async def test_29_a_webhook_before_the_ticket_was_committed_is_not_lost(world: MemoryWorld, fate: Fate) -> None:
    """A webhook before the row was committed was lost."""
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    fate.before[:] = [None, lambda: world.record_training(training, world.trainer.finish(training))]
    await world.submit_training(training)
    assert (await world.training(training)).run.status is RunStatus.SUCCEEDED
    assert moves(world, training) == ["HOLD", "CAPTURE"]


async def test_30_a_failure_is_stored_with_its_reason_and_its_history(world: MemoryWorld) -> None:
    """The failure was never stored."""
    training = await world.processing(await world.with_stars(500))
    await world.record_training(training, world.trainer.fail(training, FailureReason.MODERATION))
    run = (await world.training(training)).run
    assert (run.status, run.failure, run.ended_at) == (
        RunStatus.FAILED,
        FailureReason.MODERATION,
        world.clock.now(),
    )
    assert [remark.text for remark in run.diary][-1] == "PROCESSING → FAILED: fail"


async def test_31_no_second_run_is_started_however_the_first_call_ended(world: MemoryWorld) -> None:
    """Provider call and database insert were one retried step: a second run was started and paid."""
    training = await world.requested(await world.with_stars(500))
    world.trainer.suffer(Trouble.ANSWER_LOST, 1)
    with pytest.raises(ProviderUnavailable):
        await world.submit_training(training)
    world.trainer.recover()
    for _ in range(3):
        await world.submit_training(training)
    assert world.trainer.started == 1
    assert [(await world.training(training)).run.ticket] == world.trainer.runs_of(training)


async def test_32_started_is_said_after_the_provider_took_it_and_a_failure_is_always_said(world: MemoryWorld) -> None:
    """ "Started" was said before the request, and a failure was never said."""
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    assert world.named("training.submitted") == []
    world.trainer.suffer(Trouble.REFUSED)
    await world.work()
    person = (await world.read(customer)).customer.telegram_id
    assert world.named("training.submitted") == []
    (failed,) = [news for news in world.messenger.news_for(person) if isinstance(news, TrainingFailed)]
    assert (failed.training, failed.released, failed.balance) == (training, Stars.of(220), Stars.of(500))


@pytest.mark.parametrize("steps", ["0", "-5", "1", "1000000"])
async def test_33_steps_outside_the_offer_are_refused(world: MemoryWorld, steps: str) -> None:
    """Steps "0", "-5", "1", "1000000" were accepted."""
    customer = await world.with_stars(500)
    await world.drafted(customer)
    for given in (int(steps), steps):
        with pytest.raises(StepsNotOffered):
            await world.quote_training(customer, TRAINER, given)  # type: ignore[arg-type]
    assert (await world.read(customer)).draft.plan is None


async def test_35_a_draft_survives_a_restart_and_an_album_gives_every_photo_a_name_of_its_own(
    world: MemoryWorld,
) -> None:
    """Photos lived in memory: a restart lost them; albums gave two photos one name."""
    customer = await world.with_stars(500)
    await world.drafted(customer, photos=0)
    album = (world.add_photo(customer, f"photo {number}".encode()) for number in range(10))
    await asyncio.gather(*album)
    restarted = MemoryWorld(
        world.store, world.clock, world.store.begin, names=world.names, photos=world.photos, database=world.database
    )
    draft = (await restarted.quote_training(customer, TRAINER, 1000)).draft
    assert len({photo.ref for photo in draft.photos}) == 10
    contents = {await restarted.photos.get(photo.ref) for photo in draft.photos}
    assert contents == {f"photo {number}".encode() for number in range(10)}


@pytest.mark.parametrize("ending", ["finish", "fail", "stop"])
async def test_36_the_archive_is_private_and_goes_with_every_end_however_often(
    world: MemoryWorld, tmp_path: Path, ending: str
) -> None:
    """The ZIP's deletion twice ended in ENOENT; the archive stayed for ever after a failure; it lay in a public
    folder.
    """
    root = tmp_path / "photos"
    world.photos = DiskPhotoStore(root)  # type: ignore[assignment]
    world.__post_init__()
    training = await world.processing(await world.with_stars(500))
    archive = root / archive_of(training)
    assert archive.is_file()
    for path in (archive, *archive.relative_to(root).parents):
        assert stat.S_IMODE((root / path).stat().st_mode) & 0o077 == 0
    await world.record_training(training, getattr(world.trainer, ending)(training))
    await world.work()
    assert not archive.exists()
    await world.drop_files(training)
    await world.drop_files(training)


async def test_38_a_rejected_token_is_told_to_the_owner_and_the_order_waits_until_it_works(world: MemoryWorld) -> None:
    """The provider's 401 became "Internal Server Error": it is `provider.unauthorized`, and the order waits."""
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    world.trainer.suffer(Trouble.UNAUTHORIZED)
    with pytest.raises(ProviderUnauthorized):
        await world.submit_training(training)
    assert [event.name for event in world.happened()][-2:] == ["training.delayed", "provider.unauthorized"]
    assert ((await world.training(training)).run.status, await world.money(customer)) == (RunStatus.PENDING, HELD)
    world.trainer.recover()
    world.clock.advance(HOUR)
    await world.work()
    assert (await world.training(training)).run.status is RunStatus.PROCESSING


async def test_39_a_training_nobody_reports_on_ends_and_the_stars_come_back(world: MemoryWorld) -> None:
    """A training nobody reported on hung for ever."""
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    world.clock.advance(3 * HOUR)
    assert await world.store.worklists.trainings_to_poll(world.clock.now(), 10) == [training]
    await world.poll_training(training)
    run = (await world.training(training)).run
    assert (run.status, run.failure) == (RunStatus.FAILED, FailureReason.DEADLINE)
    assert await world.money(customer) == FUNDS


async def test_40_a_training_that_turned_404_ends_and_the_stars_come_back(world: MemoryWorld) -> None:
    """A queued training that turned 404 hung for ever."""
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    world.trainer.vanish(training)
    await world.poll_training(training)
    run = (await world.training(training)).run
    assert (run.status, run.failure) == (RunStatus.FAILED, FailureReason.VANISHED)
    assert await world.money(customer) == FUNDS


async def test_42_cancelling_stops_the_customers_own_run_and_no_other(world: MemoryWorld) -> None:
    """Cancelling matched other customers' predictions by prompt text."""
    mine, theirs = [await world.processing(await world.with_stars(500, number=each)) for each in (1, 2)]
    owner = (await world.training(mine)).customer
    await world.cancel_training(owner, mine)
    states = [(await world.trainer.report(world.trainer.runs_of(each)[0])).status for each in (mine, theirs)]
    assert states == [ReportStatus.CANCELED, ReportStatus.WAITING]
    assert (await world.training(theirs)).run.status is RunStatus.PROCESSING


async def test_43_nobody_paints_with_another_customers_model(world: MemoryWorld) -> None:
    """Another customer's model could be used by its URL."""
    owner, thief = await world.with_stars(500), await world.with_stars(500, number=2)
    theirs, own = await world.trained(owner), await world.trained(thief)
    with pytest.raises(AvatarNotFound):
        await world.quote_portraits(thief, BOT, Idea(theirs.id, "them", "1:1", 1))
    model = theirs.model()
    prompt = f"{model.model}:{model.version} {theirs.trigger}"
    _, quote = await world.quote_portraits(thief, BOT, Idea(own.id, prompt, "1:1", 1))
    await world.request_portraits(thief, quote.id)
    await world.submit_portraits(quote.id)
    assert [order.model for order in world.painter.orders] == [own.model()]


async def test_44_images_are_kept_before_the_provider_deletes_them(world: MemoryWorld) -> None:
    """Weights and images vanished after an hour."""
    customer = await world.with_stars(500)
    order = await world.painted(customer, await world.trained(customer))
    await world.work()
    known = await world.order(order)
    for source in known.sources:
        world.painter.delete_image(source)
    world.clock.advance(HOUR + MINUTE)
    kept = [await world.photos.get(image.ref) for image in known.images if image.ref]
    assert [tuple(kept)] == [album.images for album in world.messenger.albums]
    assert len(kept) == 2


async def test_45_two_customers_with_equal_names_have_two_models(world: MemoryWorld) -> None:
    """Two customers with equal names overwrote each other's model."""
    one, other = [await world.trained(await world.with_stars(500, number=each)) for each in (1, 2)]
    assert one.name == other.name
    assert one.model() != other.model()
    orders = world.trainer.orders
    assert len({order.id for order in orders}) == len({order.archive for order in orders}) == 2
    assert len({order.trigger for order in orders}) == 2
