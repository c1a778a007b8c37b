"""What every event publisher must do."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_core.events import CustomerRegistered
from avatar_core.ids import EventId
from avatar_core.ports import EventPublisher
from avatar_core.tasks import Happening
from avatar_core.testing import strategies
from avatar_core.testing.examples import NOW, a_customer, uid
from avatar_core.testing.properties import SHARED_ADAPTER, Opaque


@dataclass(frozen=True)
class PublisherWorld(Opaque):
    """A publisher, and what has arrived outside: (event id, ``avatar/<name>``), in order."""

    publisher: EventPublisher
    arrived: Callable[[], list[tuple[str, str]]]


class EventPublisherContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> PublisherWorld:
        raise NotImplementedError

    async def test_events_arrive_with_their_name_and_id_in_order(self, world: PublisherWorld) -> None:
        event = CustomerRegistered(customer=a_customer().id, person="Ёж 🦔")
        first = Happening(EventId(uid(8, 1)), event, NOW)
        second = replace(first, id=EventId(uid(8, 2)))
        for happening in (first, second, first):
            await world.publisher.publish(happening)
        assert world.arrived() == [
            (uid(8, 1), "avatar/customer.registered"),
            (uid(8, 2), "avatar/customer.registered"),
            (uid(8, 1), "avatar/customer.registered"),
        ]

    @SHARED_ADAPTER
    @given(happenings=st.lists(strategies.happenings(), min_size=1, max_size=5))
    async def test_any_event_arrives_whatever_its_facts_say(
        self, world: PublisherWorld, happenings: list[Happening]
    ) -> None:
        before = len(world.arrived())
        for happening in happenings:
            await world.publisher.publish(happening)
        assert world.arrived()[before:] == [(each.id, f"avatar/{each.event.name}") for each in happenings]
