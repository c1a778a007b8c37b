"""What every messenger must do: reach the right person, edit in place, say clearly when it cannot."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given

from avatar_core.customers import Address
from avatar_core.errors import MessageGone, MessengerUnavailable, RecipientUnreachable
from avatar_core.events import Event, StarsGranted, TrainingProgressed
from avatar_core.ids import MessageId, PortraitOrderId, TrainingId
from avatar_core.money import Stars
from avatar_core.ports import Messenger
from avatar_core.testing import strategies
from avatar_core.testing.examples import a_customer, uid
from avatar_core.testing.properties import SHARED_ADAPTER, Opaque

GRANTED = StarsGranted(customer=a_customer().id, stars=Stars.of(50), balance=Stars.of(70), reason="for patience")
PROGRESSED = TrainingProgressed(
    customer=a_customer().id, training=TrainingId(uid(5, 1)), avatar="Я", percent=20, minutes_left=9
)
ORDER = PortraitOrderId(uid(6, 1))


@dataclass(frozen=True)
class MessengerWorld(Opaque):
    """A messenger that reaches two people, and what they see.  Each has a chat with each bot they came from."""

    messenger: Messenger
    one: Address
    other: Address
    by_another_bot: Address
    """The first person, who came from another bot."""
    messages: Callable[[Address], list[MessageId]]
    """The messages in a person's chat that are not albums, in order."""
    shows: Callable[[Address, MessageId], object]
    """What one of these messages says now: its text, for instance, or anything else that can be compared."""
    albums: Callable[[Address], list[int]]
    """How many images each album in a person's chat has."""
    block: Callable[[Address], None]
    """The person blocks the bot."""
    be_busy: Callable[[], None]
    """The messenger takes nothing any more."""
    image: bytes
    """A JPEG that can be sent."""


class MessengerContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> MessengerWorld:
        raise NotImplementedError

    async def test_news_reach_the_person_they_are_for_and_nobody_else(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, GRANTED)
        assert world.messages(world.one) == [message]
        assert world.messages(world.other) == []

    async def test_every_message_has_an_id_of_its_own(self, world: MessengerWorld) -> None:
        sent = [await world.messenger.tell(world.one, GRANTED) for _ in range(3)]
        assert world.messages(world.one) == sent
        assert len(set(sent)) == 3

    @SHARED_ADAPTER
    @given(news=strategies.events())
    async def test_any_news_arrive_whatever_their_facts_say(self, world: MessengerWorld, news: Event) -> None:
        before = world.messages(world.one)
        message = await world.messenger.tell(world.one, news)
        assert world.messages(world.one) == [*before, message]

    async def test_a_message_is_edited_in_place(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, PROGRESSED)
        await world.messenger.amend(world.one, message, replace(PROGRESSED, percent=40, minutes_left=6))
        assert world.messages(world.one) == [message]

    async def test_an_edited_message_says_what_is_told_now(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, PROGRESSED)
        before = world.shows(world.one, message)
        further = replace(PROGRESSED, percent=40, minutes_left=6)
        await world.messenger.amend(world.one, message, further)
        fresh = await world.messenger.tell(world.one, further)
        assert world.shows(world.one, message) == world.shows(world.one, fresh) != before

    async def test_everything_comes_by_the_bot_that_a_person_came_from(self, world: MessengerWorld) -> None:
        here = await world.messenger.tell(world.one, PROGRESSED)
        there = await world.messenger.tell(world.by_another_bot, PROGRESSED)
        before = world.shows(world.one, here)
        await world.messenger.amend(world.by_another_bot, there, replace(PROGRESSED, percent=40))
        await world.messenger.send_images(world.by_another_bot, ORDER, [world.image])
        assert (world.messages(world.one), world.messages(world.by_another_bot)) == ([here], [there])
        assert world.shows(world.one, here) == before != world.shows(world.by_another_bot, there)
        assert (world.albums(world.one), world.albums(world.by_another_bot)) == ([], [1])

    async def test_the_same_content_again_is_fine(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, PROGRESSED)
        await world.messenger.amend(world.one, message, PROGRESSED)
        await world.messenger.amend(world.one, message, PROGRESSED)
        assert world.messages(world.one) == [message]

    async def test_a_message_that_is_not_there_is_gone(self, world: MessengerWorld) -> None:
        with pytest.raises(MessageGone):
            await world.messenger.amend(world.one, MessageId(999_999), PROGRESSED)

    @pytest.mark.parametrize("count", [1, 2, 4])
    async def test_images_arrive_together(self, world: MessengerWorld, count: int) -> None:
        await world.messenger.send_images(world.one, ORDER, [world.image] * count)
        assert world.albums(world.one) == [count]
        assert world.albums(world.other) == []

    async def test_whoever_blocked_the_bot_is_unreachable_and_others_are_not(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, PROGRESSED)
        world.block(world.one)
        for attempt in (
            world.messenger.tell(world.one, GRANTED),
            world.messenger.amend(world.one, message, replace(PROGRESSED, percent=40)),
            world.messenger.send_images(world.one, ORDER, [world.image]),
        ):
            with pytest.raises(RecipientUnreachable):
                await attempt
        await world.messenger.tell(world.other, GRANTED)
        assert len(world.messages(world.other)) == 1

    async def test_a_busy_messenger_says_when_to_try_again(self, world: MessengerWorld) -> None:
        message = await world.messenger.tell(world.one, PROGRESSED)
        world.be_busy()
        for attempt in (
            world.messenger.tell(world.one, GRANTED),
            world.messenger.amend(world.one, message, replace(PROGRESSED, percent=40)),
            world.messenger.send_images(world.one, ORDER, [world.image]),
        ):
            with pytest.raises(MessengerUnavailable) as busy:
                await attempt
            assert busy.value.retry_after_s > 0
        assert world.messages(world.one) == [message]
