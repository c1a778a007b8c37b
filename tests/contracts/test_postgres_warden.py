import pytest

from adapters.postgres.pool import Database
from avatar_core.testing.store import Store
from avatar_core.testing.warden import WardenContract
from tests.contracts.postgres_store import postgres_store


class TestPostgresWarden(WardenContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
