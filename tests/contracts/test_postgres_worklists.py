import pytest

from adapters.postgres.pool import Database
from avatar_core.testing.store import Store
from avatar_core.testing.worklists import WorklistsContract
from tests.contracts.postgres_store import postgres_store


class TestPostgresWorklists(WorklistsContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
