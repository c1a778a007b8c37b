"""A server that a test may break, in a folder with an odd name."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres


def value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def answers(server: EmbeddedPostgres) -> bool:
    try:
        return value(server.dsn, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def quick(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, durable=False, fallback_root=home.parent / "fallback")


@pytest.fixture
def home(server_folder: Path) -> Path:
    return server_folder / 'a database, named "odd\'ly"'


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    with quick(home) as running:
        yield running
