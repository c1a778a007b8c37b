import pytest

from adapters.postgres.pool import Database
from avatar_core.testing.outbox import OutboxContract
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store


class TestPostgresOutbox(OutboxContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
