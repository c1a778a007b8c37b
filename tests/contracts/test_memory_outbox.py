import pytest

from tests.contracts.memory_store import memory_store
from tests.contracts.outbox import OutboxContract
from tests.contracts.store import Store


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
