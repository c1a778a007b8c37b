"""Every example does what its page says."""

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest

from adapters.replicate.settings import TOKEN_SETTING
from avatar_core.catalogue_file import load_catalogue
from avatar_core.customers import Language
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from entrypoints.bot.texts import words_in
from entrypoints.settings import PREFIX, load_settings
from tests.docs.pages import DOCS, ROOT, Block, blocks, blocks_of, files_of

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LINES = 20
WITHIN_S = 120


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with no setting of this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "REPLICATE_"))}
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )


def avatar(folder: Path, *words: str) -> str:
    """Run `avatar`, which has to end well, and return what it prints."""
    command = shutil.which("avatar", path=str(Path(sys.executable).parent))
    assert command is not None
    ended = run(folder, command, *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_python_block_runs(block: Block, server_folder: Path) -> None:
    files_of(block.page, server_folder)
    program = server_folder / "example.py"
    program.write_text(block.text, encoding="utf-8")
    ended = run(server_folder, sys.executable, program)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    ended = run(tmp_path, sys.executable, example)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_stands_on_a_page_as_it_is(example: Path) -> None:
    assert any(block.text in example.read_text(encoding="utf-8") for block in blocks("python"))


def test_the_front_pages_example_is_short_and_does_what_it_says(tmp_path: Path) -> None:
    (block,) = [each for each in blocks_of(ROOT / "README.md") if each.language == "python"]
    assert len([line for line in block.text.splitlines() if line.strip()]) <= LINES
    example = ROOT / "examples" / "buy_and_train.py"
    assert block.text in example.read_text(encoding="utf-8")
    assert run(tmp_path, sys.executable, example).stdout == "['-220', '476']\n"


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_a_toml_block_is_good_in_a_catalogue(block: Block) -> None:
    added = tomllib.loads(block.text)
    assert added
    catalogue = load_catalogue(f"{DEFAULT_CATALOGUE}\n{block.text}")
    codes = {each["code"] for tables in added.values() for each in tables if "code" in each}
    assert codes <= {*catalogue.plans, *catalogue.trainers, *catalogue.styles}


@pytest.mark.parametrize("block", blocks("dotenv"), ids=str)
def test_a_settings_block_can_be_read(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith((PREFIX, "REPLICATE_"))]:
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    file.write_text(block.text, encoding="utf-8")
    assert load_settings(file).model_fields_set


@pytest.mark.parametrize("block", blocks("sql"), ids=str)
def test_a_query_is_understood(block: Block, migrated_dsn: str) -> None:
    with psycopg.connect(migrated_dsn) as connection:
        assert connection.execute(block.text.encode()).description is not None


def test_the_schema_is_closed_as_the_page_says(migrated_dsn: str) -> None:
    (block,) = [each for each in blocks_of(DOCS / "how-to" / "run-on-supabase.md") if each.language == "sql"]
    with psycopg.connect(migrated_dsn) as connection:
        assert connection.execute(block.text.encode()).fetchall() == []


def test_systemd_asks_the_program_alone_to_end_for_it_ends_the_database_itself() -> None:
    """What happens then, tests/entrypoints/cli/test_running.py shows."""
    (block,) = [each for each in blocks("ini") if "ExecStart" in each.text]
    unit = configparser.ConfigParser()
    unit.read_string(block.text)
    assert unit["Service"]["KillMode"] == "mixed"


def test_the_default_catalogue_can_be_begun_with(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text(avatar(tmp_path, "catalogue", "show", "--toml"), encoding="utf-8")
    assert "is good" in avatar(tmp_path, "catalogue", "check", "catalogue.toml")


def test_a_fresh_database_passes_the_check_that_the_pages_name(server_folder: Path) -> None:
    avatar(server_folder, "migrate")
    assert "add up" in avatar(server_folder, "ledger", "check")


def test_the_owners_message_is_quoted_as_it_is_sent() -> None:
    (block,) = [each for each in blocks_of(DOCS / "how-to" / "mend-a-rejected-token.md") if each.language == "text"]
    words = words_in(Language.EN)
    assert block.text.strip() == words.plain("owner-provider-unauthorized", setting=TOKEN_SETTING).replace(
        f"<code>{TOKEN_SETTING}</code>", TOKEN_SETTING
    )
