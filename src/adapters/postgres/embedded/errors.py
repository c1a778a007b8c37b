"""What can stop the embedded database; every text says what to do about it."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISK_FULL_TEXTS = ("No space left on device", "Disk quota exceeded")
NO_ROOM_BYTES = 1_000_000
"""A disk with less than this is full, even when the log had no room left to say so."""


class EmbeddedPostgresError(Exception):
    """The embedded database cannot be used."""


class BinariesMissing(EmbeddedPostgresError):
    """The wheel that carries PostgreSQL is not installed."""


class DataFolderUnusable(EmbeddedPostgresError):
    """The data folder belongs to somebody else, to another PostgreSQL version, or is no data folder."""


class DiskFull(EmbeddedPostgresError):
    """There is no room left where the data folder is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no space left on the disk of {folder}: free some, nothing that was committed is lost")


class ServerDidNotStart(EmbeddedPostgresError):
    """PostgreSQL ended or stayed silent; the text ends with the last lines of its log."""


def start_failure(told: str, folder: Path) -> EmbeddedPostgresError:
    """Name the error behind what a PostgreSQL program printed before it gave up."""
    if any(text in told for text in DISK_FULL_TEXTS) or shutil.disk_usage(folder).free < NO_ROOM_BYTES:
        return DiskFull(folder)
    return ServerDidNotStart(f"PostgreSQL did not start in {folder}:\n{told.strip()}")


@contextmanager
def file_errors_named(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals about `folder` into DiskFull or DataFolderUnusable."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from error
        raise DataFolderUnusable(f"cannot use {folder}: {error}") from error
