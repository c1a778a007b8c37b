"""PostgreSQL 18 from a wheel, started for the processes that use it and stopped when the last of them is gone."""

from adapters.postgres.embedded.errors import (
    BinariesMissing,
    DataFolderUnusable,
    DiskFull,
    EmbeddedPostgresError,
    ServerDidNotStart,
)
from adapters.postgres.embedded.server import EmbeddedPostgres

__all__ = [
    "BinariesMissing",
    "DataFolderUnusable",
    "DiskFull",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "ServerDidNotStart",
]
