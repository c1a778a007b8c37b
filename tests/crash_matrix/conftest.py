"""The theatre of the crash matrix: launchers, a server and prepared databases for all of it, and the sum at the end."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.crash_matrix.beginnings import BEGINNINGS, Beginning, prepare
from tests.crash_matrix.matrix import FIGURES, LINES, Figures, sum_of
from tests.crash_matrix.product import launchers
from tests.crash_matrix.stage import Theatre

AT_ONCE = 4
"""Runs that go on at the same time in each of pytest's processes: each of them waits more than it works."""


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what each journey came to, and the sum, whichever process played them."""
    reports = [each for some in terminalreporter.stats.values() for each in some if isinstance(each, pytest.TestReport)]
    recorded = [pair for each in reports if each.when == "call" for pair in each.user_properties]
    figures = [value for name, value in recorded if name == FIGURES]
    for line in (line for name, value in recorded if name == LINES for line in cast("list[str]", value)):
        terminalreporter.write_line(line)
    if figures:
        terminalreporter.write_line(sum_of(cast("list[Figures]", figures)))
