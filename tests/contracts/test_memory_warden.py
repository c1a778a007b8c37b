import pytest

from tests.contracts.memory_store import memory_store
from tests.contracts.store import Store
from tests.contracts.warden import WardenContract


class TestMemoryWarden(WardenContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
