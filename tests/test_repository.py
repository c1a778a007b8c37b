"""What is committed: complete, installable with hashes, and bound to nobody's package registry."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
    )
]
INDEX_OPTION = re.compile(r"^\s*--(extra-)?(index-url|find-links)\b", re.MULTILINE)


def committed() -> list[Path]:
    """Every file that git keeps or is about to keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git is here
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lock() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


def test_no_committed_file_names_a_package_registry() -> None:
    found = {
        str(path.relative_to(ROOT)): registry
        for path in committed()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    }
    assert found == {}


def test_the_lock_names_no_index() -> None:
    assert INDEX_OPTION.search(lock()) is None


def test_the_core_alone_installs_with_nothing() -> None:
    assert project()["project"]["dependencies"] == []


def test_every_dependency_is_in_the_lock() -> None:
    extras = project()["project"]["optional-dependencies"].values()
    asked = [each for group in extras for each in group] + project()["dependency-groups"]["dev"]
    asked += project()["build-system"]["requires"]
    locked = {name_of(line) for line in lock().splitlines() if re.match(r"[a-z]", line)}
    assert {name_of(each) for each in asked} - {"avatar-core"} - locked == set()


def test_every_locked_version_has_hashes() -> None:
    pins = re.split(r"\n(?=[a-z])", lock())[1:]
    assert pins
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_every_ignored_rule_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    rule = re.compile(r'^ +"[A-Z]+[0-9]*",')
    assert [line for line in lines if rule.match(line) and "  # " not in line] == []
