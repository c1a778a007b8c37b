import pytest

from adapters.postgres.pool import Database
from tests.contracts.postgres_store import postgres_store
from tests.contracts.store import Store
from tests.contracts.worklists import WorklistsContract


class TestPostgresWorklists(WorklistsContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
