"""What an extra is for works with the extra alone: it brings every distribution that its modules import."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from entrypoints.cli.extras import BOOKS, BUSINESS, COMMAND, SIMULATION
from tests.docs.pages import DOCS, codes, rows

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
US = "avatar-core"
NOT_ALONE = [f"entrypoints.cli.{name}" for name in ("books", "parts", "showing", "tasks", "telegram")]
WITH: dict[str, tuple[list[str], list[str]]] = {
    "": (
        ["avatar_core", "adapters.memory", "adapters.clock", "adapters.disk", "adapters.robokassa"],
        ["avatar_core.testing"],
    ),
    "log": (["adapters.log"], []),
    "postgres": (["adapters.postgres"], []),
    "telegram": (["adapters.telegram"], []),
    "replicate": (["adapters.replicate"], []),
    "photos": (["adapters.images"], []),
    "settings": (
        ["entrypoints.settings", "entrypoints.ground", "entrypoints.logs", "entrypoints.container.ground"],
        [],
    ),
    "bot": (["entrypoints.bot"], []),
    "web": (["entrypoints.web"], []),
    "testing": (["avatar_core.testing"], []),
    COMMAND: (["entrypoints.cli"], NOT_ALONE),
    BOOKS: (["adapters.postgres.embedded", "entrypoints.cli.books", "entrypoints.cli.tasks"], []),
    SIMULATION: (["entrypoints.cli.simulation", "entrypoints.simulation"], []),
    BUSINESS: (["entrypoints"], ["entrypoints.simulation"]),
}
"""The packages and modules that work with these extras, and what below them does not."""
ALONE = """
import importlib, sys
absent = set(sys.argv.pop(1).split(","))
class Shut:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Shut())
"""
IMPORTING = """
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        print(name, "imports", missing.name)
"""
RUNNING = "from entrypoints.cli import main; main()"


def extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked: dict[str, list[str]] = project["optional-dependencies"]
    return asked


def modules(inside: Iterable[str], outside: Iterable[str]) -> list[str]:
    """Every module in these packages, but those in the others."""
    paths = (path.relative_to(SRC).with_suffix("") for path in SRC.rglob("*.py"))
    names = {".".join(path.parts).removesuffix(".__init__") for path in paths}

    def within(name: str, packages: Iterable[str]) -> bool:
        return any(name == each or name.startswith(f"{each}.") for each in packages)

    return sorted(name for name in names if within(name, inside) and not within(name, outside))


def brought(wanted: Iterable[str], extra: str = "") -> Iterator[str]:
    """Every distribution that an installer brings for these requirements; those of this machine's kind only."""
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for part in requirement.extras if name == US else ("", *requirement.extras):
            yield from brought_with(name, part)


@cache
def brought_with(name: str, extra: str) -> frozenset[str]:
    if name == US:
        return frozenset(brought(extras()[extra]))
    try:
        asked = distribution(name).requires or []
    except PackageNotFoundError:  # for another system, or another Python
        return frozenset()
    return frozenset({name, *brought(asked, extra)})


def absent(asked: str) -> str:
    """The top-level modules, of all that are installed here, that would be missing with these extras; with commas."""
    there = {US, *(brought([f"{US}[{asked}]"]) if asked else ())}
    return ",".join(
        top for top, names in packages_distributions().items() if there.isdisjoint(map(canonicalize_name, names))
    )


def alone(asked: str, folder: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program with these extras alone, and with no setting of this machine."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AVATAR_", "REPLICATE_"))}
    command = [sys.executable, "-c", f"{ALONE}\n{program}", absent(asked), *words]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=120)


def test_every_extra_and_every_module_is_tried() -> None:
    assert {name for asked in WITH for name in asked.split(",") if name} | {"all"} == set(extras())
    tried = {"adapters"} | {name for inside, outside in WITH.values() for name in modules(inside, outside)}
    assert set(modules(["avatar_core", "adapters", "entrypoints"], [])) - tried == set()


def test_all_brings_what_every_extra_brings() -> None:
    assert set(brought([f"{US}[all]"])) == set(brought([f"{US}[{','.join(extras())}]"]))


@pytest.mark.parametrize("asked", WITH)
def test_an_extra_brings_all_that_its_modules_import(asked: str, tmp_path: Path) -> None:
    ended = alone(asked, tmp_path, IMPORTING, *modules(*WITH[asked]))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == []


@pytest.mark.parametrize(
    ("words", "missing", "extra"),
    [
        ("catalogue show", "", COMMAND),
        ("ledger check", COMMAND, BOOKS),
        ("up", BOOKS, BUSINESS),
        ("demo", COMMAND, BUSINESS),
        ("simulate", COMMAND, SIMULATION),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(words: str, missing: str, extra: str, tmp_path: Path) -> None:
    ended = alone(missing, tmp_path, RUNNING, *words.split())
    assert ended.returncode == 2
    (sentence,) = ended.stderr.splitlines()
    assert sentence.endswith(f", which is not installed: pip install 'avatar-core[{extra}]'.")


def test_a_catalogue_is_shown_and_checked_without_a_database(tmp_path: Path) -> None:
    shown = alone(COMMAND, tmp_path, RUNNING, "catalogue", "show")
    assert (shown.returncode, shown.stderr) == (0, "")
    (tmp_path / "catalogue.toml").write_text("nonsense", encoding="utf-8")
    checked = alone(COMMAND, tmp_path, RUNNING, "catalogue", "check", "catalogue.toml")
    assert (checked.returncode, len(checked.stderr.splitlines())) == (1, 1)


def test_a_business_is_simulated_with_the_extra_for_it(tmp_path: Path) -> None:
    words = ["simulate", "--customers", "1", "--days", "1", "--picture", "run.svg"]
    ended = alone(SIMULATION, tmp_path, RUNNING, *words)
    assert (ended.returncode, ended.stderr.strip()) == (0, "")
    assert (tmp_path / "run.svg").exists()


def test_the_doctor_finds_what_is_not_installed(tmp_path: Path) -> None:
    ended = alone(COMMAND, tmp_path, RUNNING, "doctor")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "✗ database: psycopg is not installed" in ended.stdout
    assert f"pip install 'avatar-core[{BUSINESS}]'" in ended.stdout


def test_the_page_tells_every_extra() -> None:
    told = [codes(row[0])[0] for row in rows(DOCS / "how-to" / "use-as-a-library.md") if codes(row[0])]
    assert sorted(told) == sorted(extras())
