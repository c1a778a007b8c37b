"""Carrying out what must follow: the news, the owner's news, and the rest."""

from dataclasses import replace

import pytest

from avatar_core.bots import BotProfile, Bots
from avatar_core.customers import Address, Language, Role
from avatar_core.errors import MessengerUnavailable, TaskMakesNoSense
from avatar_core.events import (
    Event,
    PaymentQuarantined,
    StarsGranted,
    TrainingDelayed,
    TrainingProgressed,
    TrainingRequested,
)
from avatar_core.ids import BotId, CustomerId, EventId, EvidenceId, MessageId, TelegramId, TrainingId
from avatar_core.money import Currency, Price, Stars
from avatar_core.runs import RunStatus
from avatar_core.tasks import Happening, Reaction, Task
from avatar_core.testing.examples import BOT, MINUTE, NETWORK, NOW
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.testing.world import OWNER
from tests.use_cases.world import MemoryWorld

OTHER_BOT, OTHER_OWNER = BotId("other_bot"), TelegramId(43)
FAMILY = Bots(
    {
        BOT: BotProfile(BOT, NETWORK, (OWNER, OTHER_OWNER), owner_language="en"),
        OTHER_BOT: BotProfile(OTHER_BOT, NETWORK, (OTHER_OWNER,)),
    }
)
QUARANTINED = PaymentQuarantined(
    bot=BOT, evidence=EvidenceId("e"), price=Price(500, Currency.XTR), reason="wrong-amount"
)


@pytest.fixture
def family(world: MemoryWorld) -> MemoryWorld:
    """Two bots of one network."""
    world.bots = FAMILY
    world.__post_init__()
    return world


def granted(customer: CustomerId) -> StarsGranted:
    return StarsGranted(customer=customer, stars=Stars(1), balance=Stars(1), reason="")


def progressed(customer: CustomerId, training: TrainingId, percent: int) -> TrainingProgressed:
    return TrainingProgressed(customer=customer, training=training, avatar="Fan", percent=percent, minutes_left=3)


def task(event: Event, reaction: Reaction) -> Task:
    return Task(Happening(EventId("e-1"), event, NOW), reaction, "lane", NOW)


# --- customers


async def test_news_go_through_the_bot_the_customer_came_from(family: MemoryWorld) -> None:
    customer = await family.customer()
    await family.tell_customer(customer.id, granted(customer.id))
    await family.customer(bot=OTHER_BOT)
    await family.tell_customer(customer.id, granted(customer.id))
    assert [told.address for told in family.messenger.told] == [
        Address(BOT, customer.telegram_id, Language.RU),
        Address(OTHER_BOT, customer.telegram_id, Language.RU),
    ]


async def test_whoever_blocked_the_bot_is_not_written_to_until_they_return(world: MemoryWorld) -> None:
    customer = await world.customer()
    world.messenger.blocked_by.add(customer.telegram_id)
    await world.tell_customer(customer.id, granted(customer.id))
    assert not (await world.read(customer.id)).customer.reachable
    world.messenger.blocked_by.clear()
    await world.tell_customer(customer.id, granted(customer.id))
    assert world.messenger.told == []
    await world.customer()
    await world.tell_customer(customer.id, granted(customer.id))
    assert len(world.messenger.told) == 1


async def test_a_busy_messenger_is_tried_again_later(world: MemoryWorld) -> None:
    customer = await world.customer()
    world.messenger.busy_s = 17.0
    with pytest.raises(MessengerUnavailable) as refused:
        await world.tell_customer(customer.id, granted(customer.id))
    assert refused.value.retry_after_s == 17.0


async def test_how_a_training_goes_on_is_one_message_edited_in_place(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    await world.work()
    for percent in (20, 60):
        world.clock.advance(MINUTE)
        await world.record_training(training, world.trainer.advance(training, percent))
    await world.work()
    (message,) = [told for told in world.messenger.told if isinstance(told.news, TrainingRequested)]
    assert [edit.percent for edit in message.edits if isinstance(edit, TrainingProgressed)] == [20, 60]
    assert (await world.training(training)).message == message.id


async def test_the_end_closes_the_progress_message_and_is_told_once(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    await world.work()
    await world.record_training(training, world.trainer.finish(training))
    await world.work()
    (message,) = [told for told in world.messenger.told if isinstance(told.news, TrainingRequested)]
    assert isinstance(message.shown, TrainingProgressed)
    assert message.shown.percent == 100
    assert sum(told.news.name == "training.succeeded" for told in world.messenger.told) == 1


async def test_a_progress_message_that_was_deleted_is_written_anew(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    await world.work()
    first = (await world.training(training)).message
    assert first is not None
    world.messenger.deleted.add(first)
    await world.tell_customer(customer, progressed(customer, training, 20))
    second = (await world.training(training)).message
    assert second is not None
    assert second > first
    assert world.messenger.told[-1].news == progressed(customer, training, 20)


async def test_progress_of_a_training_that_has_ended_is_not_told(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    await world.record_training(training, world.trainer.finish(training))
    await world.tell_customer(customer, progressed(customer, training, 95))
    assert world.messenger.told == []


async def test_a_message_is_never_edited_by_another_bot_than_the_one_that_wrote_it(family: MemoryWorld) -> None:
    customer = await family.with_stars(500)
    training = await family.processing(customer)
    await family.work()
    written = [told for told in family.messenger.told if isinstance(told.news, TrainingRequested)]
    await family.customer(bot=OTHER_BOT)
    await family.tell_customer(customer, progressed(customer, training, 20))
    delayed = TrainingDelayed(customer=customer, training=training, avatar="Fan")
    await family.tell_customer(customer, delayed)
    assert [told for told in family.messenger.told if isinstance(told.news, TrainingRequested)] == written
    assert (family.messenger.told[-1].news, family.messenger.told[-1].address.bot) == (delayed, OTHER_BOT)
    await family.customer()
    await family.tell_customer(customer, progressed(customer, training, 30))
    assert family.messenger.told[written[0].id - 1].shown == progressed(customer, training, 30)


async def test_a_message_whose_note_died_is_at_worst_written_again(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.with_stars(500)
    training = await world.processing(customer)
    news = progressed(customer, training, 20)
    fate.before[:] = [die]
    with pytest.raises(Killed):
        await world.tell_customer(customer, news)
    await world.tell_customer(customer, news)
    await world.tell_customer(customer, news)
    assert len(world.messenger.told) == 2


# --- owners


async def test_every_owner_of_the_bot_is_told_in_the_owners_language(family: MemoryWorld) -> None:
    customer = await family.customer()
    await family.tell_owner(granted(customer.id))
    assert [told.address for told in family.messenger.told] == [
        Address(BOT, OWNER, Language.EN, Role.OWNER),
        Address(BOT, OTHER_OWNER, Language.EN, Role.OWNER),
    ]


async def test_an_owner_who_cannot_be_reached_keeps_nothing_from_the_others(family: MemoryWorld) -> None:
    family.messenger.blocked_by.add(OWNER)
    await family.tell_owner(QUARANTINED)
    assert [told.address.telegram_id for told in family.messenger.told] == [OTHER_OWNER]


@pytest.mark.parametrize(("mute", "told"), [(OWNER, OTHER_OWNER), (OTHER_OWNER, OWNER)])
async def test_an_owner_whose_chat_takes_nothing_keeps_nothing_from_the_others(
    family: MemoryWorld, monkeypatch: pytest.MonkeyPatch, mute: TelegramId, told: TelegramId
) -> None:
    tell = family.messenger.tell

    async def refused(address: Address, news: Event) -> MessageId:
        if address.telegram_id == mute:
            raise MessengerUnavailable(retry_after_s=30.0)
        return await tell(address, news)

    monkeypatch.setattr(family.messenger, "tell", refused)
    await family.tell_owner(QUARANTINED)
    assert [each.address.telegram_id for each in family.messenger.told] == [told]


async def test_a_bot_that_cannot_speak_keeps_nothing_from_the_other_bots_owners(family: MemoryWorld) -> None:
    family.messenger.mute.add(BOT)
    await family.tell_owner(replace(QUARANTINED, bot=None))
    assert [(told.address.bot, told.address.telegram_id) for told in family.messenger.told] == [
        (OTHER_BOT, OTHER_OWNER),
    ]


async def test_news_that_no_bot_can_tell_has_to_come_again(family: MemoryWorld) -> None:
    family.messenger.mute.update({BOT, OTHER_BOT})
    with pytest.raises(MessengerUnavailable):
        await family.tell_owner(replace(QUARANTINED, bot=None))
    family.messenger.mute.remove(OTHER_BOT)
    with pytest.raises(MessengerUnavailable):
        await family.tell_owner(QUARANTINED)


async def test_money_of_which_nobody_knows_the_bot_is_told_to_all_owners(family: MemoryWorld) -> None:
    await family.tell_owner(replace(QUARANTINED, bot=None))
    assert [(told.address.bot, told.address.telegram_id) for told in family.messenger.told] == [
        (BOT, OWNER),
        (BOT, OTHER_OWNER),
        (OTHER_BOT, OTHER_OWNER),
    ]


# --- tasks


async def test_a_whole_business_is_carried_out_by_its_tasks(world: MemoryWorld) -> None:
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    await world.work()
    await world.record_training(training, world.trainer.finish(training))
    await world.work()
    avatar = (await world.read(customer)).avatar((await world.training(training)).avatar)
    order = await world.portraits_requested(customer, avatar)
    await world.work()
    await world.record_portraits(order, world.painter.finish(order))
    await world.work()
    assert (await world.order(order)).run.status is RunStatus.SUCCEEDED
    person = (await world.read(customer)).customer.telegram_id
    assert [news.name for news in world.messenger.news_for(person)] == [
        "stars.granted",
        "training.requested",
        "training.succeeded",
        "portraits.delivered",
    ]
    assert [happening.event for happening in world.publisher.published] == world.happened()
    assert len(world.messenger.albums) == 1
    assert not [ref for ref in world.photos.kept if ref.startswith("archives/")]
    assert await world.broken_laws() == []


@pytest.mark.parametrize(
    "reaction",
    [
        Reaction.SUBMIT_TRAINING,
        Reaction.SUBMIT_PORTRAITS,
        Reaction.DELIVER_PORTRAITS,
        Reaction.DROP_FILES,
        Reaction.TELL_CUSTOMER,
    ],
)
async def test_a_task_that_makes_no_sense_is_a_defect_and_says_so(world: MemoryWorld, reaction: Reaction) -> None:
    with pytest.raises(TaskMakesNoSense) as refused:
        await world.carry_out(task(QUARANTINED, reaction))
    assert refused.value.facts == {"reaction": reaction, "event": "payment.quarantined"}


@pytest.mark.parametrize("reaction", Reaction)
async def test_every_kind_of_task_can_be_carried_out_twice(world: MemoryWorld, reaction: Reaction) -> None:
    customer = await world.with_stars(500)
    training = await world.requested(customer)
    await world.work()
    await world.record_training(training, world.trainer.finish(training))
    avatar = (await world.read(customer)).avatar((await world.training(training)).avatar)
    order = await world.portraits_requested(customer, avatar)
    await world.work()
    await world.record_portraits(order, world.painter.finish(order))
    other = await world.requested(customer)
    await world.work()
    await world.record_training(other, world.trainer.fail(other))
    await world.work()
    before = await world.money(customer), world.trainer.started, world.painter.started
    again = [row.task for row in world.database.tasks if row.task.reaction is reaction]
    assert again
    for each in again:
        await world.carry_out(each)
    assert (await world.money(customer), world.trainer.started, world.painter.started) == before
    assert len(world.messenger.albums) == 1
    assert await world.broken_laws() == []
