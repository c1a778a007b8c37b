"""Preparing an avatar: photos in, photos out, and a price that is the price."""

import asyncio

import pytest

from avatar_core.avatars import Gender
from avatar_core.errors import (
    DraftNotFound,
    FeatureLocked,
    InvalidName,
    PhotoNotFound,
    PhotoRefused,
    StepsNotOffered,
    StoreUnavailable,
    TooFewPhotos,
    TooManyPhotos,
    TrainingNotFound,
    UnknownTrainer,
)
from avatar_core.events import DraftDiscarded
from avatar_core.ids import PhotoRef, TrainerCode, TrainingId
from avatar_core.money import Stars
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import BOT, MINUTE
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.testing.world import SITTER, TRAINER
from avatar_core.use_cases.drafts import Sitter
from tests.use_cases.world import MemoryWorld


async def test_a_draft_is_an_avatar_to_be_with_a_trigger_of_its_own(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.start_draft(customer, BOT, SITTER)
    avatar = (await world.read(customer)).avatar(draft.avatar)
    assert (avatar.name, avatar.gender, avatar.trained) == ("Fan", Gender.FEMALE, None)
    assert avatar.trigger.startswith("TOK_")
    assert (draft.run.status, draft.photos) == (RunStatus.DRAFT, ())


async def test_starting_again_renames_the_draft_and_keeps_its_photos(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.drafted(customer, photos=3)
    again = await world.start_draft(customer, BOT, Sitter("Second fan", Gender.MALE))
    dossier = await world.read(customer)
    avatar = dossier.avatar(draft.avatar)
    assert (again.id, dossier.draft.photos) == (draft.id, draft.photos)
    assert (avatar.name, avatar.gender, len(dossier.avatars)) == ("Second fan", Gender.MALE, 1)


async def test_starting_many_times_at_once_makes_one_draft(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    drafts = await asyncio.gather(*(world.start_draft(customer, BOT, SITTER) for _ in range(16)))
    assert len({draft.id for draft in drafts}) == 1


async def test_without_the_plan_nothing_is_begun(world: MemoryWorld) -> None:
    customer = (await world.customer()).id
    with pytest.raises(FeatureLocked):
        await world.start_draft(customer, BOT, SITTER)


async def test_an_avatar_needs_a_name(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    with pytest.raises(InvalidName):
        await world.start_draft(customer, BOT, Sitter(" ", Gender.OTHER))
    with pytest.raises(DraftNotFound):
        _ = (await world.read(customer)).draft


async def test_a_good_photo_is_kept_under_a_name_of_its_own(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.drafted(customer, photos=2)
    assert len({photo.ref for photo in draft.photos}) == 2
    assert set(world.photos.kept) == {photo.ref for photo in draft.photos}
    assert all(photo.ref.startswith(f"trainings/{draft.id}/") for photo in draft.photos)


async def test_a_refused_photo_leaves_nothing_behind(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=0)
    await world.add_photo(customer, b"one")
    for content in (b"", b"one"):
        with pytest.raises(PhotoRefused):
            await world.add_photo(customer, content)
    assert len((await world.read(customer)).draft.photos) == len(world.photos.kept) == 1


async def test_without_a_draft_no_photo_is_kept(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    with pytest.raises(DraftNotFound):
        await world.add_photo(customer, b"one")
    assert world.photos.kept == {}


async def test_a_full_disk_takes_no_photo_and_says_so(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=1)
    world.photos.full = True
    with pytest.raises(StoreUnavailable):
        await world.add_photo(customer, b"one")
    assert len((await world.read(customer)).draft.photos) == 1
    world.photos.full = False
    assert len((await world.add_photo(customer, b"one")).photos) == 2


async def test_an_album_that_comes_at_once_is_kept_whole(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=0)
    await asyncio.gather(*(world.add_photo(customer, f"photo {each}".encode()) for each in range(10)))
    draft = (await world.read(customer)).draft
    assert len(draft.photos) == len(world.photos.kept) == 10


async def test_the_same_photo_sent_twice_at_once_is_kept_once_and_its_file_stays(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=0)
    answers = await asyncio.gather(*(world.add_photo(customer, b"one") for _ in range(8)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(PhotoRefused) == 7
    (photo,) = (await world.read(customer)).draft.photos
    assert set(world.photos.kept) == {photo.ref}


async def test_of_more_photos_at_once_than_a_draft_takes_the_rest_leaves_nothing_behind(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=48)
    sent = (world.add_photo(customer, f"late {each}".encode()) for each in range(8))
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert [type(answer) for answer in answers].count(TooManyPhotos) == 6
    assert len((await world.read(customer)).draft.photos) == len(world.photos.kept) == 50


async def test_a_photo_whose_draft_is_given_up_meanwhile_is_forgotten(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(0)
    draft = await world.drafted(customer, photos=0)
    fate.before[:] = [lambda: world.discard_draft(customer, draft.id)]
    with pytest.raises(DraftNotFound):
        await world.add_photo(customer, b"one")
    assert world.photos.kept == {}


async def test_a_photo_never_gets_into_the_draft_that_was_begun_meanwhile(world: MemoryWorld, fate: Fate) -> None:
    """Its file lies with the first draft, and would be swept from there."""
    customer = await world.with_stars(0)
    first = await world.drafted(customer, photos=0)

    async def begin_anew() -> None:
        await world.discard_draft(customer, first.id)
        await world.drafted(customer, photos=0)

    fate.before[:] = [begin_anew]
    with pytest.raises(DraftNotFound):
        await world.add_photo(customer, b"one")
    assert (await world.read(customer)).draft.photos == ()
    assert world.photos.kept == {}


async def test_a_photo_whose_commit_gets_no_answer_keeps_its_file(world: MemoryWorld, fate: Fate) -> None:
    """The commit may still be under way: a draft that counts a photo whose file is gone could not be trained."""
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=0)

    async def silence() -> None:
        raise StoreUnavailable(reason="no answer")

    fate.before[:] = [silence]
    with pytest.raises(StoreUnavailable):
        await world.add_photo(customer, b"one")
    assert len(world.photos.kept) == 1
    (photo,) = (await world.add_photo(customer, b"one")).photos
    assert set(world.photos.kept) == {photo.ref}


async def test_a_removed_photo_is_gone_from_the_draft_and_from_the_disk(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    first, second = (await world.drafted(customer, photos=2)).photos
    left = await world.remove_photo(customer, first.ref)
    assert left.photos == (second,)
    assert set(world.photos.kept) == {second.ref}
    with pytest.raises(PhotoNotFound):
        await world.remove_photo(customer, first.ref)
    with pytest.raises(PhotoNotFound):
        await world.remove_photo(customer, PhotoRef("../../etc/passwd"))


async def test_a_draft_that_is_given_up_loses_its_files(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    draft = await world.drafted(customer, photos=3)
    await world.discard_draft(customer, draft.id)
    await world.discard_draft(customer, draft.id)
    assert world.named("training.discarded") == [DraftDiscarded(customer=customer, training=draft.id)]
    await world.work()
    assert world.photos.kept == {}
    assert (await world.training(draft.id)).photos == ()


async def test_a_draft_is_given_up_by_its_name_and_its_customer_alone(world: MemoryWorld) -> None:
    customer, other = await world.with_stars(500), await world.with_stars(0, number=2)
    ordered = await world.requested(customer)
    draft = await world.drafted(customer, photos=3)
    with pytest.raises(DraftNotFound):
        await world.discard_draft(customer, ordered)
    for person, training in ((other, draft.id), (customer, TrainingId("0190c9a8-7b1c-7d55-8ee0-0123456789ab"))):
        with pytest.raises(TrainingNotFound):
            await world.discard_draft(person, training)
    assert world.named("training.discarded") == []
    assert (await world.read(customer)).draft.photos == draft.photos


async def test_a_quote_is_what_the_catalogue_says_and_holds_for_the_draft(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer)
    dossier = await world.quote_training(customer, TRAINER, 1500)
    stored = (await world.read(customer)).draft
    assert dossier.draft == stored
    assert (stored.chosen.steps, stored.chosen.quote.amount) == (1500, Stars.of(330))
    assert stored.chosen.quote.expires_at == world.clock.now() + 15 * MINUTE


async def test_what_cannot_be_trained_has_no_quote(world: MemoryWorld) -> None:
    customer = await world.with_stars(0)
    with pytest.raises(DraftNotFound):
        await world.quote_training(customer, TRAINER, 1000)
    await world.drafted(customer, photos=9)
    with pytest.raises(TooFewPhotos):
        await world.quote_training(customer, TRAINER, 1000)
    with pytest.raises(StepsNotOffered):
        await world.quote_training(customer, TRAINER, 1_000_000)
    with pytest.raises(UnknownTrainer):
        await world.quote_training(customer, TrainerCode("nobody"), 1000)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_photo_whose_process_died_can_be_sent_again(world: MemoryWorld, fate: Fate, when: str) -> None:
    customer = await world.with_stars(0)
    await world.drafted(customer, photos=0)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.add_photo(customer, b"one")
    if when == "before":
        await world.add_photo(customer, b"one")
    (photo,) = (await world.read(customer)).draft.photos
    assert set(world.photos.kept) == {photo.ref}
