import pytest

from avatar_core.testing.store import Store
from avatar_core.testing.unit_of_work import UnitOfWorkContract
from tests.contracts.memory_store import memory_store


class TestMemoryUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
