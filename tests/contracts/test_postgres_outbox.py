import pytest

from adapters.postgres.pool import Database
from tests.contracts.outbox import OutboxContract
from tests.contracts.postgres_store import postgres_store
from tests.contracts.store import Store


class TestPostgresOutbox(OutboxContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
