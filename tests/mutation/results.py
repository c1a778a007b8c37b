"""What became of the mutants, read from what mutmut keeps in ``mutants/``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

TABLES = Path("mutants/tables.jsonl")
FOUND = {"killed", "timeout"}
"""A mutant that a test failed on, or that never came back."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the core and whether any test noticed; the changed line is kept only when none did."""

    module: str
    """The module's name within the core."""
    function: str
    """The function's name with its module and class; the module's alone for a table."""
    status: str
    before: str = ""
    after: str = ""

    @property
    def found(self) -> bool:
        """Whether a test noticed."""
        return self.status in FOUND


def changed_functions() -> Iterator[Mutant]:
    """Give the mutants of functions that were judged, module by module."""
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        for key, code in data.exit_code_by_key.items():
            status = status_by_exit_code[code]
            if status != "not checked":
                change = ("", "") if status in FOUND else _change(get_diff_for_mutant(key, path=path))
                yield Mutant(*named(key), status, *change)


def changed_tables() -> Iterator[Mutant]:
    """Give the mutants of tables."""
    for line in TABLES.read_text("utf-8").splitlines():
        name, status, before, after = json.loads(line)
        module = name.removeprefix("avatar_core.")
        yield Mutant(module, module, status, before, after)


def named(key: str) -> tuple[str, str]:
    """Return the module and the function that mutmut's name of a mutant speaks of."""
    module = get_module_from_key(key).removeprefix("avatar_core.")
    name, kind = orig_function_and_class_names_from_key(key)
    return module, ".".join(filter(None, (module, kind, name)))


def _change(diff: str) -> tuple[str, str]:
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return " ".join(before), " ".join(after)
