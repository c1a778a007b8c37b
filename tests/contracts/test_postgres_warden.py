import pytest

from adapters.postgres.pool import Database
from tests.contracts.postgres_store import postgres_store
from tests.contracts.store import Store
from tests.contracts.warden import WardenContract


class TestPostgresWarden(WardenContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
