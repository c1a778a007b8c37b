from collections.abc import Iterator
from dataclasses import asdict

import pytest
from structlog.testing import capture_logs

from adapters.log import LogPublisher
from avatar_core.events import CustomerRegistered, TrainingFailed
from avatar_core.ids import EventId, TrainingId
from avatar_core.money import Stars
from avatar_core.tasks import Happening
from avatar_core.testing.event_publisher import EventPublisherContract, PublisherWorld
from avatar_core.testing.examples import NOW, a_customer, uid


class TestLogPublisher(EventPublisherContract):
    @pytest.fixture
    def world(self) -> Iterator[PublisherWorld]:
        with capture_logs() as lines:
            yield PublisherWorld(LogPublisher(), lambda: [(line["id"], line["event"]) for line in lines])


async def test_the_log_has_the_facts_and_nobodys_words() -> None:
    failed = TrainingFailed(
        customer=a_customer().id,
        training=TrainingId(uid(5, 1)),
        avatar="Marie the Second",
        released=Stars.parse("7.5"),
        balance=Stars.of(10),
        reason="moderation",
        detail="NSFW prompt: Marie on the beach",
    )
    registered = CustomerRegistered(customer=a_customer().id, person="Marie")
    with capture_logs() as lines:
        for event in (failed, registered):
            await LogPublisher().publish(Happening(EventId(uid(8, 1)), event, NOW))
    assert lines[0] == {
        "event": "avatar/training.failed",
        "log_level": "info",
        "id": uid(8, 1),
        "at": NOW.isoformat(),
        "customer": asdict(failed)["customer"],
        "training": uid(5, 1),
        "released": "7.5",
        "balance": "10",
        "reason": "moderation",
    }
    assert "Marie" not in str(lines)
