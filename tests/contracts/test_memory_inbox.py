import pytest

from tests.contracts.inbox import InboxContract
from tests.contracts.memory_store import memory_store
from tests.contracts.store import Store


class TestMemoryInbox(InboxContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
