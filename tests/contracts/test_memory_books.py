import pytest

from tests.contracts.books import BooksContract
from tests.contracts.memory_store import memory_store
from tests.contracts.store import Store


class TestMemoryBooks(BooksContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
