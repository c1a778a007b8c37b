"""A real PostgreSQL for tests: one server per session (and xdist worker), a fresh database per test."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from adapters.postgres.embedded import EmbeddedPostgres

MEMORY_DISK = Path("/dev/shm")  # noqa: S108  folders in it are made by mkdtemp
ROOM_BYTES = 1 << 30

database_numbers = count(1)


def make_server_folder() -> Path:
    """A short-lived folder that the server's account can pass, in memory where the machine has room for that.

    pytest's own tmp_path is closed to every other account, and root's server runs under one.
    """
    roomy = MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > ROOM_BYTES
    folder = Path(tempfile.mkdtemp(prefix="avatar-test-", dir=MEMORY_DISK if roomy else None))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a test that starts servers of its own."""
    folder = make_server_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """The session's server, without fsync; it ends with the session, even when that is killed."""
    folder = make_server_folder()
    with EmbeddedPostgres(folder / "database", durable=False) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template_database(postgres_server: EmbeddedPostgres) -> str:
    """The database that every test gets a copy of: empty here; override it with a migrated one, left by everybody."""
    return "template1"


@pytest.fixture
def database_dsn(postgres_server: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """The connection string of a database that only this test uses."""
    name = f"test_{next(database_numbers)}"
    yield postgres_server.create_database(name, template=template_database)
    postgres_server.drop_database(name)
