"""Boundaries before whatever is done to a file: found by Python's own audit of what a process asks of the system."""

import os
import sys
from pathlib import Path
from typing import Any

from tests.crash_matrix.boundaries import Tripwire

_DONE_TO = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.truncate": 0}
"""Audit events, and which of their arguments is the file that there is afterwards, or is no more."""
_WRITING = os.O_WRONLY | os.O_RDWR


def watch_files(root: Path, tripwire: Tripwire) -> None:
    """Meet a boundary before each change of a file below ``root``; for the rest of this process's life."""

    def heard(event: str, given: tuple[Any, ...]) -> None:
        if event in _DONE_TO:
            changed = given[_DONE_TO[event]]
        elif event == "open" and isinstance(given[2], int) and given[2] & _WRITING:
            changed = given[0]
        else:
            return
        if isinstance(changed, str | Path) and Path(changed).is_relative_to(root):
            tripwire.begins(f"file {event} {Path(changed).relative_to(root).parts[0]}")

    sys.addaudithook(heard)
