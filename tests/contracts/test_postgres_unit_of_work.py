import pytest

from adapters.postgres.pool import Database
from avatar_core.testing.store import Store
from avatar_core.testing.unit_of_work import UnitOfWorkContract
from tests.contracts.postgres_store import postgres_store


class TestPostgresUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
