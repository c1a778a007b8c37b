"""What became of the mutants, read from what mutmut keeps in ``mutants/``."""

from collections.abc import Iterator
from dataclasses import dataclass

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

FOUND = {"killed", "timeout"}
"""A mutant that a test failed on, or that never came back."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed function and whether any test noticed."""

    key: str
    status: str
    before: str = ""
    """The changed line as it is; empty for a mutant that was found."""
    after: str = ""

    @property
    def module(self) -> str:
        """The module's name within the core."""
        return get_module_from_key(self.key).removeprefix("avatar_core.")

    @property
    def function(self) -> str:
        """The function's name with its module and class."""
        name, kind = orig_function_and_class_names_from_key(self.key)
        return ".".join(filter(None, (self.module, kind, name)))

    @property
    def found(self) -> bool:
        """Whether a test noticed."""
        return self.status in FOUND


def mutants() -> Iterator[Mutant]:
    """Give all mutants, module by module."""
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        for key, code in data.exit_code_by_key.items():
            status = status_by_exit_code[code]
            change = ("", "") if status in FOUND else _change(get_diff_for_mutant(key, path=path))
            yield Mutant(key, status, *change)


def _change(diff: str) -> tuple[str, str]:
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return " ".join(before), " ".join(after)
