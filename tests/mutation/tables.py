"""Mutants of what a module makes while it is imported: limits, tables of states, stored names, defaults of fields.

mutmut changes functions only, which it can switch while a process runs.  Here each mutant is a process of its own, a
fork of one that has imported everything but this project, with the changed module in the place of the real one.
"""

import gc
import importlib
import importlib.abc
import importlib.util
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import libcst as cst
import libcst.matchers as m
import pytest
from mutmut.configuration import config
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutation.results import TABLES

OURS = ("avatar_core", "adapters", "entrypoints", "tests")
STEPS = (
    ("--noconftest", "tests/core/test_stored_names.py"),
    ("--noconftest", "tests/core"),
    ("tests/use_cases",),
)
"""The quick ones first: most mutants are found there, before any adapter is imported."""
NAMING = m.Call(func=m.Name("NewType") | m.Name("TypeVar") | m.Name("ParamSpec"))
WORDS = m.Assign(targets=[m.AssignTarget(m.Name("wording"))]) | m.AnnAssign(target=m.Name("wording"))
NONE = m.Assign(value=m.Name("None")) | m.Arg(value=m.Name("None"))


@dataclass(frozen=True, slots=True)
class TableMutant:
    """A module with one of its tables changed."""

    module: str
    path: str
    source: str
    before: str
    after: str


def table_mutants() -> Iterator[TableMutant]:
    """Change each table of the core in each way."""
    for path in sorted(walk_mutatable_files()):
        yield from tables_of(path)


def tables_of(path: Path) -> Iterator[TableMutant]:
    """Change each table of one module in each way."""
    name = ".".join(path.with_suffix("").parts[1:])
    module, changes, _, _ = create_mutations(str(path), path.read_text("utf-8"))
    passed_over = {id(node) for left in m.findall(module, NAMING | WORDS) for node in _within(left)}
    for change in changes:
        if _counts(change) and id(change.original_node) not in passed_over:
            yield _made(name, path, module, change)


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _within(child)


def _counts(change: Mutation) -> bool:
    """Whether this is outside of functions, and more than a None where something must be."""
    in_function = isinstance(change.contained_by_top_level_function, cst.FunctionDef)
    return not in_function and not m.matches(change.mutated_node, NONE)


def _made(name: str, path: Path, module: cst.Module, change: Mutation) -> TableMutant:
    changed = deep_replace(module, change.original_node, change.mutated_node)
    source = cst.ensure_type(changed, cst.Module).code
    pairs = zip(module.code.splitlines(), source.splitlines(), strict=False)
    before, after = next(((one.strip(), other.strip()) for one, other in pairs if one != other), ("", ""))
    return TableMutant(name, str(path), source, before, after)


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the changed module in the place of the real one."""

    def __init__(self, mutant: TableMutant) -> None:
        """Take the mutant."""
        self.mutant = mutant

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Claim the changed module only."""
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.mutant.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed text."""
        exec(compile(self.mutant.source, self.mutant.path, "exec"), module.__dict__)  # noqa: S102 - that is the point


def judge(mutant: TableMutant) -> str:
    """Run the tests on a mutant, to the first that fails."""
    sys.meta_path.insert(0, Changed(mutant))
    return "killed" if any(run_tests(*tests) != 0 for tests in STEPS) else "survived"


def run_tests(*tests: str) -> int:
    """Run some tests without a word."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    again = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main(["-x", "-q", "--tb=no", "--timeout", "60", *again, *tests, *config().pytest_add_cli_args]))


def foreign_modules(_: object) -> list[str]:
    """Return what the tests import besides this project, after running them on the real core."""
    if any(run_tests(*tests) != 0 for tests in STEPS):
        raise SystemExit("the tests fail without any change")
    return [name for name in sys.modules if not name.startswith(OURS) and name != "__main__"]


def main(modules: list[str]) -> None:
    """Judge all tables, or those of some modules, and keep what became of them."""
    forks = multiprocessing.get_context("fork")
    with forks.Pool(1) as pool:
        known = pool.apply(foreign_modules, (None,))
    for name in known:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    mutants = [each for each in table_mutants() if not modules or each.module in modules]
    gc.freeze()
    with forks.Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        keep(counted(zip(mutants, pool.imap(judge, mutants), strict=True), len(mutants)))


def counted(judged: Iterable[tuple[TableMutant, str]], expected: int) -> Iterator[tuple[TableMutant, str]]:
    """Pass the verdicts on, and show how far it is."""
    for number, each in enumerate(judged, start=1):
        sys.stderr.write(f"\r{number}/{expected} tables")
        yield each


def keep(judged: Iterable[tuple[TableMutant, str]]) -> None:
    """Write each result down as it comes, one a line."""
    TABLES.parent.mkdir(exist_ok=True)
    with TABLES.open("w", encoding="utf-8", buffering=1) as lines:
        for mutant, verdict in judged:
            row = (mutant.module, verdict, mutant.before, mutant.after)
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
