"""The theatre of the kills: one launcher and two prepared databases for all of them."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.kills.beginnings import DRAFTED, TRAINED, Beginning, prepare
from tests.kills.product import Launcher
from tests.kills.stage import Theatre


@pytest.fixture(scope="session")
def theatre(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="avatar-kills-") as name, Launcher() as launcher:
        folder, beginnings = Path(name), {}
        for beginning in (DRAFTED, TRAINED):
            database = f"kills_{beginning}"
            dsn = postgres_server.create_database(database, template=migrated_template)
            asyncio.run(prepare(dsn, folder / beginning, trained=beginning == TRAINED))
            beginnings[beginning] = Beginning(database, folder / beginning / "photos")
        yield Theatre(postgres_server, launcher, beginnings, folder)
