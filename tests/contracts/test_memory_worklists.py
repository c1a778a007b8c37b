import pytest

from tests.contracts.memory_store import memory_store
from tests.contracts.store import Store
from tests.contracts.worklists import WorklistsContract


class TestMemoryWorklists(WorklistsContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
