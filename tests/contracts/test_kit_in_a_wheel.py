"""The kit is in the wheel, with its data, and works from there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIT = "avatar_core/testing"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installation would unpack it."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_every_module_and_every_vector_is_in_it_and_nothing_else(wheel: Path) -> None:
    here = {
        path.relative_to(ROOT / "src") for path in (ROOT / "src" / KIT).rglob("*") if path.suffix in {".py", ".json"}
    }
    there = {path.relative_to(wheel) for path in (wheel / KIT).rglob("*") if path.is_file()}
    assert there == here


def test_the_vectors_can_be_read_from_there(wheel: Path) -> None:
    probe = (
        "import avatar_core.testing.vectors as there; print(there.__file__); "
        "print(*(len(there.vectors(protocol)) for protocol in there.PROTOCOLS))"
    )
    given = {**os.environ, "PYTHONPATH": str(wheel)}
    words = [sys.executable, "-c", probe]
    ended = subprocess.run(words, env=given, cwd=wheel, capture_output=True, text=True, check=True, timeout=60)
    path, counts = ended.stdout.splitlines()
    assert Path(path).is_relative_to(wheel)
    assert all(int(count) > 1 for count in counts.split())


def test_the_demo_says_that_its_photos_are_in_a_clone(wheel: Path, tmp_path: Path) -> None:
    given = {**os.environ, "PYTHONPATH": str(wheel)}
    words = [sys.executable, "-c", "from entrypoints.cli import main; main()", "demo"]
    ended = subprocess.run(words, env=given, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == "The demo's photos are in a clone of the project: name a folder of yours with --photos.\n"
