"""Which extras of the package a command needs, and the sentence for whoever has not installed them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND, BOOKS, BUSINESS, SIMULATION = "cli", "cli,embedded", "bot,cli,embedded,web", "cli,simulation"
"""For every command, for those on the database, for those with bots and vendors, and for `avatar simulate`."""
_OURS = {"avatar_core", "adapters", "entrypoints"}
_USAGE = 2


def installing(extras: str) -> str:
    """Return what to type to have these extras."""
    return f"pip install 'avatar-core[{extras}]'"


@contextmanager
def needing(extras: str) -> Iterator[None]:
    """End the process with exit code 2 and one sentence when a third-party module is missing in the block."""
    try:
        yield
    except ModuleNotFoundError as missing:
        part = (missing.name or "").partition(".")[0]
        if not part or part in _OURS:
            raise
        sys.stderr.write(f"This needs {part}, which is not installed: {installing(extras)}.\n")
        raise SystemExit(_USAGE) from None
