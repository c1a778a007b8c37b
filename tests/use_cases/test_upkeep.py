"""What nobody went on with is cleared away: quotes, empty drafts, files that no training knows."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import MemoryPhotoStore
from avatar_core.errors import DraftNotFound, QuoteExpired
from avatar_core.events import DraftDiscarded
from avatar_core.ids import PhotoRef
from avatar_core.money import NO_STARS, Stars
from avatar_core.portraits import PortraitOrder
from avatar_core.pricing import QUOTE_LIFE
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import BOT, DAY, HOUR, NOW, SECOND
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.testing.world import SITTER
from avatar_core.use_cases.trainings import archive_of
from avatar_core.use_cases.upkeep import SweepPhotos
from tests.use_cases.world import MemoryWorld, memory_world

FUNDS = Stars.of(500)


@pytest.fixture
def world(world: MemoryWorld) -> MemoryWorld:
    """A business whose photo store knows when each file was written."""
    return replace(world, photos=MemoryPhotoStore(clock=world.clock))


async def quoted(world: MemoryWorld) -> PortraitOrder:
    customer = await world.with_stars(FUNDS)
    return await world.portraits_quoted(customer, await world.trained(customer))


# --- quotes


async def test_a_quote_that_nobody_took_is_discarded_after_its_time_and_cannot_be_taken_any_more(
    world: MemoryWorld,
) -> None:
    order = await quoted(world)
    world.clock.advance(QUOTE_LIFE - SECOND)
    await world.discard_quote(order.id)
    assert (await world.order(order.id)).run.status is RunStatus.DRAFT
    world.clock.advance(SECOND)
    await world.discard_quote(order.id)
    await world.discard_quote(order.id)
    discarded = (await world.order(order.id)).run
    assert (discarded.status, discarded.ended_at) == (RunStatus.CANCELED, world.clock.now())
    with pytest.raises(QuoteExpired):
        await world.request_portraits(order.customer, order.id)
    assert (await world.money(order.customer))[1] == NO_STARS
    assert await world.broken_laws() == []


async def test_what_was_ordered_is_not_discarded(world: MemoryWorld) -> None:
    order = await quoted(world)
    await world.request_portraits(order.customer, order.id)
    world.clock.advance(DAY)
    await world.discard_quote(order.id)
    assert (await world.order(order.id)).run.status is RunStatus.PENDING


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_discarding_whose_process_dies_is_done_once(world: MemoryWorld, fate: Fate, when: str) -> None:
    order = await quoted(world)
    world.clock.advance(DAY)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.discard_quote(order.id)
    await world.discard_quote(order.id)
    assert (await world.order(order.id)).run.status is RunStatus.CANCELED


async def test_taking_a_quote_and_discarding_it_at_once_leave_one_of_both(world: MemoryWorld) -> None:
    order = await quoted(world)
    world.clock.advance(QUOTE_LIFE - SECOND)
    requested = world.request_portraits(order.customer, order.id)
    world.clock.advance(SECOND)
    answers = await asyncio.gather(requested, world.discard_quote(order.id), return_exceptions=True)
    status = (await world.order(order.id)).run.status
    assert (status is RunStatus.PENDING) is (not isinstance(answers[0], QuoteExpired))
    assert await world.broken_laws() == []


# --- drafts


async def test_a_draft_without_photos_is_discarded_and_a_new_one_can_be_begun(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.start_draft(customer, BOT, SITTER)
    world.clock.advance(DAY)
    await asyncio.gather(*(world.discard_empty_draft(draft.id) for _ in range(4)))
    with pytest.raises(DraftNotFound):
        _ = (await world.read(customer)).draft
    assert world.named("training.discarded") == [DraftDiscarded(customer=customer, training=draft.id)]
    assert (await world.training(draft.id)).run.ended_at == world.clock.now()
    assert (await world.start_draft(customer, BOT, SITTER)).id != draft.id
    assert await world.broken_laws() == []


async def test_a_draft_with_photos_waits_for_its_customer(world: MemoryWorld) -> None:
    draft = await world.drafted(await world.with_stars(FUNDS), photos=1)
    await world.discard_empty_draft(draft.id)
    assert (await world.training(draft.id)).run.status is RunStatus.DRAFT


async def test_a_training_is_no_draft(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    await world.discard_empty_draft(training)
    assert (await world.training(training)).run.status is RunStatus.PROCESSING


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_empty_draft_is_discarded_once_whoever_dies(world: MemoryWorld, fate: Fate, when: str) -> None:
    draft = await world.start_draft(await world.with_stars(FUNDS), BOT, SITTER)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.discard_empty_draft(draft.id)
    await world.discard_empty_draft(draft.id)
    assert len(world.named("training.discarded")) == 1


async def test_a_draft_that_was_given_up_cannot_be_ordered(world: MemoryWorld) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.quoted(customer)
    await world.discard_draft(customer, draft.id)
    with pytest.raises(QuoteExpired):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    assert await world.money(customer) == (FUNDS, NO_STARS)


# --- files


async def test_a_photo_whose_process_died_before_it_was_noted_is_found_and_deleted(
    world: MemoryWorld, fate: Fate
) -> None:
    customer = await world.with_stars(FUNDS)
    draft = await world.drafted(customer, photos=2)
    fate.before.append(die)
    with pytest.raises(Killed):
        await world.add_photo(customer, b"an orphan")
    assert len(world.photos.kept) == 3
    world.clock.advance(HOUR)
    assert await world.sweep_photos(world.clock.now() - HOUR) == 0
    assert await world.sweep_photos(world.clock.now()) == 1
    assert await world.sweep_photos(world.clock.now()) == 0
    assert set(world.photos.kept) == {photo.ref for photo in (await world.training(draft.id)).photos}


async def test_what_a_training_still_needs_is_kept_and_the_rest_goes(world: MemoryWorld) -> None:
    training = await world.processing(await world.with_stars(FUNDS))
    for number in range(2):
        await world.photos.put(PhotoRef(f"trainings/{training}/forgotten-{number}.jpg"), b"content")
    world.clock.advance(DAY)
    assert await world.sweep_photos(world.clock.now()) == 2
    assert archive_of(training) in world.photos.kept
    await world.record_training(training, world.trainer.finish(training))
    assert await world.sweep_photos(world.clock.now()) == 1
    assert len(world.photos.kept) == 10


async def test_a_start_on_another_database_deletes_nobodys_photos(world: MemoryWorld) -> None:
    """A wrong AVATAR_DATABASE_URL, for one start, took the photos of every draft with it."""
    draft = await world.drafted(await world.with_stars(FUNDS), photos=10)
    await world.photos.put(archive_of(draft.id), b"content")
    world.clock.advance(2 * DAY)
    elsewhere = SweepPhotos(memory_world().begin, world.photos)
    assert await elsewhere(world.clock.now()) == 0
    assert len(world.photos.kept) == 11


async def test_two_who_sweep_at_once_delete_the_same(world: MemoryWorld) -> None:
    draft = await world.drafted(await world.with_stars(FUNDS), photos=2)
    await world.photos.put(PhotoRef(f"trainings/{draft.id}/forgotten.jpg"), b"content")
    world.clock.advance(DAY)
    await asyncio.gather(*(world.sweep_photos(world.clock.now()) for _ in range(2)))
    assert len(world.photos.kept) == 2


# --- days


async def test_the_days_that_are_over_are_sealed_once(world: MemoryWorld) -> None:
    await world.bought((await world.customer()).id, "xtr-500", "charge-1")
    await world.work()
    world.clock.advance(2 * DAY)
    await world.bought((await world.customer()).id, "xtr-500", "charge-2")
    (until,) = await world.store.worklists.days_to_seal(world.clock.now(), 10)
    made = await asyncio.gather(*(world.seal_days(until) for _ in range(4)))
    assert [seal.transfers for seals in made for seal in seals] == [2, 0]
    assert await world.store.worklists.days_to_seal(world.clock.now(), 10) == []
    assert await world.broken_laws() == []


async def test_what_came_in_is_forgotten_once_it_is_dealt_with_and_old(world: MemoryWorld) -> None:
    inbox = world.store.inbox
    await inbox.keep("telegram:bot", [("1", "dealt with"), ("2", "waiting")], NOW)
    await inbox.handled("telegram:bot", "1")
    assert await world.forget_arrivals(NOW) == 0
    assert await world.forget_arrivals(NOW + DAY) == 1
    assert await inbox.unhandled("telegram:bot", NOW + DAY, 9) == [("2", "waiting")]
