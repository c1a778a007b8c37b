"""Every machine over memory, and over a real PostgreSQL in a shorter profile."""

from collections.abc import Callable

import pytest

from adapters.memory import FrozenClock
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.testing.examples import NOW
from avatar_core.testing.faults import Fate, FatedBegin
from avatar_core.testing.machines import Home, MachinesContract
from avatar_core.testing.world import World
from tests.contracts.postgres_store import postgres_store
from tests.fixtures_postgres import database_numbers
from tests.use_cases.world import LocalWorld, memory_world


class MemoryHome:
    async def open(self, fate: Fate) -> World:
        return memory_world(lambda begin: FatedBegin(begin, fate))

    async def close(self) -> None:
        """Nothing is left behind."""


class PostgresHome:
    """A database of its own on a real server, for each business."""

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        self._server = server
        self._name = f"property_{next(database_numbers)}"
        dsn = server.create_database(self._name, template=template)
        self._database = Database(dsn, settings=PoolSettings(smallest=0, largest=4))

    async def open(self, fate: Fate) -> World:
        await self._database.open()
        clock = FrozenClock(NOW)
        store = postgres_store(self._database, clock)
        return LocalWorld(store, clock, FatedBegin(store.begin, fate))

    async def close(self) -> None:
        await self._database.close()
        self._server.drop_database(self._name)


class TestMemory(MachinesContract):
    @pytest.fixture
    def home(self) -> Callable[[], Home]:
        return MemoryHome


class TestPostgres(MachinesContract):
    profile = "postgres"

    @pytest.fixture
    def home(self, postgres_server: EmbeddedPostgres, migrated_template: str) -> Callable[[], Home]:
        return lambda: PostgresHome(postgres_server, migrated_template)
