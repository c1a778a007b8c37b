import pytest

from adapters.postgres.pool import Database
from tests.contracts.postgres_store import postgres_store
from tests.contracts.store import Store
from tests.contracts.unit_of_work import UnitOfWorkContract


class TestPostgresUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return postgres_store(database)
