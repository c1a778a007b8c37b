import pytest

from tests.contracts.memory_store import memory_store
from tests.contracts.store import Store
from tests.contracts.unit_of_work import UnitOfWorkContract


class TestMemoryUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
