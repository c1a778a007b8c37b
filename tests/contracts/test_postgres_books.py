import pytest

from adapters.postgres.pool import Database
from avatar_core.testing.books import BooksContract
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store


class TestPostgresBooks(BooksContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
