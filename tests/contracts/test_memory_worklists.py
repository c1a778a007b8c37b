import pytest

from avatar_core.testing.store import Store
from avatar_core.testing.worklists import WorklistsContract
from tests.contracts.memory_store import memory_store


class TestMemoryWorklists(WorklistsContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
