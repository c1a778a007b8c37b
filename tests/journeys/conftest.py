"""An empty business in memory for each exhibit of the museum, and the whole house for what only it can show."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.postgres.embedded import EmbeddedPostgres
from avatar_core.testing.faults import Fate, FatedBegin
from tests.fixtures_postgres import database_numbers
from tests.journeys.stage import Stage, staged
from tests.use_cases.world import MemoryWorld, memory_world


@pytest.fixture
def fate() -> Fate:
    return Fate()


@pytest.fixture
def world(fate: Fate) -> MemoryWorld:
    """A business whose commits can meet their fate."""
    return memory_world(lambda begin: FatedBegin(begin, fate))


@pytest.fixture(scope="module")
def dsn(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A migrated database for all tests of one module."""
    name = f"avatar_{next(database_numbers)}"
    yield postgres_server.create_database(name, template=migrated_template)
    postgres_server.drop_database(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One running house for all tests of a module: each brings customers of its own."""
    with capture_logs():
        async with staged(dsn, tmp_path_factory.mktemp("house")) as stage:
            yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def stage(house: Stage) -> AsyncIterator[Stage]:
    """The house, looked through after the test: whatever went wrong, it is in order again."""
    yield house
    await house.settled()
    await house.in_order()
    house.people.clear()
