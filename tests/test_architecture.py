"""The figures and bans of the house that neither ruff nor import-linter can hold."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"
MODULES = sorted(SRC.rglob("*.py"))
CORE = SRC / "avatar_core"
CORE_MODULES = [path for path in MODULES if path.is_relative_to(CORE)]

MODULE_LINES = 300
LONGER_WITH_A_REASON = {
    "avatar_core/errors.py": "one tree of errors, in one file",
    "avatar_core/events.py": "all events and their union, in one file",
    "avatar_core/ports.py": "every port, on one page",
}
FUNCTION_LINES = 40
PARAMETERS = 5
MORE_WITH_A_REASON = {"simulate": "a command's options are its parameters"}
BANNED_ENDINGS = ("Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Processor", "Impl", "DTO", "Dto")
BANNED_DRAWERS = {"common", "dto", "helper", "helpers", "misc", "models", "service", "services", "util", "utils"}

# fmt: off
CORE_LIBRARY = {
    "abc", "base64", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "inspect", "itertools", "json",
    "math", "numbers", "operator", "re", "string", "struct", "textwrap", "tomllib", "types", "typing", "unicodedata",
    "uuid",
}
# fmt: on
TESTING_LIBRARY = CORE_LIBRARY | {"asyncio", "hypothesis", "importlib", "io", "pkgutil", "pytest", "zipfile"}
CLOCK_READINGS = {f"{name}.{call}" for name in ("datetime", "date") for call in ("now", "utcnow", "today")}
CLOCK_READINGS |= {f"datetime.{reading}" for reading in CLOCK_READINGS}
CHANCE = {"uuid1", "uuid4", "uuid6", "uuid7", "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"}
OUTSIDE = {"open", "print", "input", "exec", "eval", "compile", "__import__"}

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def named(path: Path) -> str:
    return str(path.relative_to(SRC))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, FUNCTION):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [each.arg for each in every if each.arg not in {"self", "cls"}]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from (f"{'.' * level}{module or ''}.{name.name}" for name in names)
            case _:
                pass


def calls(path: Path) -> Iterator[str]:
    return (ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def classes(path: Path) -> Iterator[str]:
    return (node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))


@pytest.mark.parametrize("path", [each for each in MODULES if named(each) not in LONGER_WITH_A_REASON], ids=named)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    sizes = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions(path)}
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES} == {}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_function_takes_few_parameters(path: Path) -> None:
    taken = {f.name: parameters(f) for f in functions(path) if f.name not in MORE_WITH_A_REASON}
    assert {name: each for name, each in taken.items() if len(each) > PARAMETERS} == {}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_names_are_the_fields_words(path: Path) -> None:
    assert [name for name in classes(path) if name.endswith(BANNED_ENDINGS)] == []
    assert BANNED_DRAWERS.isdisjoint((*path.relative_to(SRC).parent.parts, path.stem))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_annotations_exist_at_run_time(path: Path) -> None:
    assert {"__future__.annotations", "typing.TYPE_CHECKING"}.isdisjoint(imports(path))
    assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CORE_MODULES, ids=named)
def test_the_core_imports_only_the_quiet_part_of_the_standard_library(path: Path) -> None:
    allowed = TESTING_LIBRARY if path.is_relative_to(CORE / "testing") else CORE_LIBRARY
    tops = {name.split(".")[0] for name in imports(path) if not name.startswith(".")}
    assert tops - allowed - {"avatar_core"} == set()


@pytest.mark.parametrize("path", CORE_MODULES, ids=named)
def test_the_core_reads_no_clock_draws_no_lots_and_touches_nothing_outside(path: Path) -> None:
    assert (CLOCK_READINGS | CHANCE | OUTSIDE).isdisjoint(calls(path))


def test_importing_the_core_loads_no_third_party_module() -> None:
    probe = (
        "import sys; before = set(sys.modules); import avatar_core; "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "avatar_core" in loaded
    assert loaded - sys.stdlib_module_names == {"avatar_core"}
