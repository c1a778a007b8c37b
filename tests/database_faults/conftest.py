"""One server of their own for all of these tests, and a migrated database for each."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from adapters.postgres.migrate import migrate
from tests.database_faults.server import FragileServer, fragile_server
from tests.fixtures_postgres import database_numbers, make_server_folder


@pytest.fixture(scope="module")
def own_server() -> Iterator[FragileServer]:
    folder = make_server_folder()
    with fragile_server(folder / "database") as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def server(own_server: FragileServer) -> FragileServer:
    """The server, whose connection strings lead to a database that only this test uses."""
    name = f"suffering_{next(database_numbers)}"
    own_server.database = "postgres"
    own_server.say(f"CREATE DATABASE {name}")
    own_server.database = name
    asyncio.run(migrate(own_server.dsn))
    return own_server
