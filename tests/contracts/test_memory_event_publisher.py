import pytest

from adapters.memory import MemoryPublisher
from avatar_core.testing.event_publisher import EventPublisherContract, PublisherWorld


class TestMemoryPublisher(EventPublisherContract):
    @pytest.fixture
    def world(self) -> PublisherWorld:
        publisher = MemoryPublisher()

        def arrived() -> list[tuple[str, str]]:
            ids = [happening.id for happening in publisher.published]
            return list(zip(ids, publisher.names, strict=True))

        return PublisherWorld(publisher, arrived)
