import pytest

from avatar_core.testing.books import BooksContract
from avatar_core.testing.store import Store
from tests.contracts.memory_store import memory_store


class TestMemoryBooks(BooksContract):
    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
