import pytest

from avatar_core.testing.inbox import InboxContract
from avatar_core.testing.store import Store
from tests.contracts.memory_store import memory_store


class TestMemoryInbox(InboxContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
