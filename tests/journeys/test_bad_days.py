"""Bad days, each as a whole journey through the real bot, on PostgreSQL, in both languages.

The provider rejects the token or cannot be reached, the disk is full: whatever was ordered waits, what can go on goes
on to its end, and what cannot gives the stars back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from avatar_core.customers import Language
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import LATE_RUN_LIMIT, FailureReason, RunStatus
from entrypoints.bot.callbacks import Tap
from tests.full_disk import files_no_larger_than
from tests.journeys.guests import PHOTOS, Guest, offers
from tests.journeys.ordeals import PLAN, PRICE, REST, SAID, both, is_paid_once, refused, training_of
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


@contextmanager
def token_rejected(stage: Stage) -> Iterator[None]:
    """Let the provider answer 401; afterwards the owner has mended the setting."""
    stage.replicate.revoke_token()
    try:
        yield
    finally:
        stage.replicate.restore_token()


async def attempts(stage: Stage, guest: Guest) -> int:
    """How often the hand-over of the guest's orders was tried."""
    return await stage.count(
        "SELECT coalesce(max(attempts), 0) FROM avatar.tasks t JOIN avatar.events e ON e.number = t.event"
        " WHERE t.status = 'DUE' AND e.facts ->> 'customer' = %s",
        (await guest.dossier()).customer.id,
    )


async def tried(stage: Stage, guest: Guest, times: int = 3) -> None:
    async def holds() -> bool:
        return await attempts(stage, guest) >= times

    await until(holds)


@both
async def test_with_a_wrong_token_orders_wait_the_owner_knows_what_to_mend_and_everything_resumes(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    owner, before = stage.owner(guest.bot), stage.owner(guest.bot).count("🔑")
    await guest.gets_ready_to_train()
    with token_rejected(stage):
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["delayed"][language])
        await owner.wait_for(SAID["mend"][language], is_anywhere=True)
        await tried(stage, guest)
        assert await guest.money() == (REST, PRICE)
        assert (await training_of(guest, stage)).run.status in {RunStatus.PENDING, RunStatus.SUBMITTING}
        assert (owner.count("🔑"), guest.chat.count(SAID["delayed"][language])) == (before + 1, 1)
        assert len(stage.replicate.trainings) == runs
    await guest.hears(SAID["ready"][language])
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)
    # a portrait of the new avatar meets the same trouble
    await guest.presses(Tap.STYLE)
    with token_rejected(stage):
        await guest.person.press(Tap.PAINT)
        await guest.hears(SAID["portrait delayed"][language])
        assert await guest.money() == (Stars.parse("248.5"), Stars.parse("7.5"))
    await guest.hears(SAID["painted"][language])
    assert await guest.money() == (Stars.parse("248.5"), NO_STARS)
    assert len([one for one in guest.chat.received if one.photo]) == 1


@both
async def test_without_a_network_to_the_provider_the_order_waits_and_goes_on_by_itself(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    await guest.gets_ready_to_train()
    async with stage.line.down():
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["in the queue"][language])
        await tried(stage, guest)
        assert await guest.money() == (REST, PRICE)
        assert len(stage.replicate.trainings) == runs
    await guest.hears(SAID["ready"][language])
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)


@both
async def test_without_a_network_for_hours_the_stars_come_back_and_everybody_is_told(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    await guest.gets_ready_to_train()
    async with stage.line.down():
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["in the queue"][language])
        await tried(stage, guest)
        stage.push(timedelta(hours=3, minutes=1))
        told = await guest.hears(SAID["too long"][language])
        assert SAID["back"][language] in told.text
        training = await training_of(guest, stage)
        assert (training.run.status, training.run.failure) == (RunStatus.FAILED, FailureReason.DEADLINE)
        assert await guest.money() == (PLAN, NO_STARS)
        await stage.owner(guest.bot).wait_for(training.id, is_anywhere=True)
    stage.push(LATE_RUN_LIMIT + timedelta(minutes=1))  # until then the provider is asked whether a late run began
    await stage.settled()
    assert len(stage.replicate.trainings) == runs
    assert len([name for name in await stage.kept_files() if training.id in name]) == len(training.photos)


@both
async def test_on_a_full_disk_a_photo_is_not_kept_and_can_be_sent_again(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    await guest.sends(PHOTOS[:9])
    with files_no_larger_than(16 * 1024):
        await guest.chat.send_photo(PHOTOS[9])
        await refused(guest, stage, SAID["not kept"][language])
    await guest.sends(PHOTOS[9:10])
    assert offers(await guest.quoted(), Tap.TRAIN)


@both
async def test_on_a_full_disk_an_ordered_training_and_a_painted_portrait_wait_for_room(
    stage: Stage, language: Language
) -> None:
    guest = await stage.guest(language)
    await guest.gets_ready_to_train()
    with files_no_larger_than(len(PHOTOS[0]) * 2):
        await guest.person.press(Tap.TRAIN)
        await tried(stage, guest, 2)
        assert await guest.money() == (REST, PRICE)
    await guest.hears(SAID["ready"][language])
    await is_paid_once(guest, stage)
    await guest.presses(Tap.STYLE)
    with files_no_larger_than(1024):
        await guest.person.press(Tap.PAINT)
        await tried(stage, guest, 2)
        assert await guest.money() == (Stars.parse("248.5"), Stars.parse("7.5"))
    await guest.hears(SAID["painted"][language])
    assert await guest.money() == (Stars.parse("248.5"), NO_STARS)
