"""The theatre of the crash matrix: launchers, a server and prepared databases for all of it, and the sum at the end."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.crash_matrix.beginnings import BEGINNINGS, Beginning, prepare
from tests.crash_matrix.matrix import Tally
from tests.crash_matrix.product import launchers
from tests.crash_matrix.stage import Theatre

AT_ONCE = 4
"""Runs that go on at the same time: each of them waits more than it works."""


@pytest.fixture(scope="session")
def theatre(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="avatar-crash-") as name, launchers(AT_ONCE) as ready:
        folder, beginnings = Path(name), {}
        for beginning in BEGINNINGS:
            database = f"crash_{beginning}"
            dsn = postgres_server.create_database(database, template=migrated_template)
            asyncio.run(prepare(dsn, folder / beginning, beginning))
            beginnings[beginning] = Beginning(database, folder / beginning / "photos")
        yield Theatre(postgres_server, ready, beginnings, folder)


@pytest.fixture(scope="session")
def tally() -> Iterator[Tally]:
    """The sum over all journeys, told at the end."""
    sum_of_all, began_s = Tally(), time.monotonic()
    yield sum_of_all
    sum_of_all.tell(time.monotonic() - began_s)
