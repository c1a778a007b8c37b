import pytest

from avatar_core.testing.outbox import OutboxContract
from avatar_core.testing.store import Store
from tests.contracts.memory_store import memory_store


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
