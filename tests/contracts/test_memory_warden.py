import pytest

from avatar_core.testing.store import Store
from avatar_core.testing.warden import WardenContract
from tests.contracts.memory_store import memory_store


class TestMemoryWarden(WardenContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
