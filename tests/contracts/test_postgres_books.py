import pytest

from adapters.postgres.pool import Database
from tests.contracts.books import BooksContract
from tests.contracts.postgres_store import postgres_store
from tests.contracts.store import Store


class TestPostgresBooks(BooksContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
