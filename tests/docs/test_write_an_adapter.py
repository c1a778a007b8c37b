"""The page that writes an adapter keeps its word: what it shows is proved by the kit, and what it leaves out fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, files_of

PAGE = DOCS / "how-to" / "write-an-adapter.md"
WITHIN_S = 150
TEN = 10


def proved(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests in a folder as a reader of the page would."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=WITHIN_S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the page."""
    files_of(PAGE, tmp_path)
    return tmp_path


def test_the_adapter_on_the_page_is_proved_by_the_kit(folder: Path) -> None:
    ended = proved(folder)
    assert ended.returncode == 0, ended.stdout
    assert "failed" not in ended.stdout


def test_an_adapter_that_believes_every_signature_is_caught_as_the_page_says(folder: Path) -> None:
    (folder / "test_my_store.py").unlink()
    adapter = folder / "example_pay.py"
    believing = adapter.read_text(encoding="utf-8").replace("if not genuine:", "if False:")
    adapter.write_text(believing, encoding="utf-8")
    ended = proved(folder)
    assert ended.returncode == 1, ended.stdout
    assert "3 failed" in ended.stdout


def test_the_proof_is_ten_lines(folder: Path) -> None:
    text = (folder / "test_example_pay.py").read_text(encoding="utf-8")
    proof = text[text.index("def paid") : text.index("def test_")]
    lines = [line for line in proof.splitlines() if line.strip() and '"""' not in line]
    assert len(lines) <= TEN
