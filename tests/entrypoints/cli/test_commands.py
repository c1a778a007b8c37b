"""The command line: its words and exit codes, what it loads, and what it says of settings, prices and databases."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.entrypoints.cli.conftest import CommandLine

HEAVY = ("aiogram", "fastapi", "httpx", "PIL", "replicate", "uvicorn")


def test_help_tells_every_command(avatar: CommandLine) -> None:
    told = avatar("--help")
    assert told.status == 0
    for command in ("demo", "up", "bot", "serve", "worker", "migrate", "doctor", "grant", "catalogue", "ledger"):
        assert command in told.out


def test_the_version_is_told(avatar: CommandLine) -> None:
    told = avatar("--version")
    assert (told.status, told.out) == (0, f"avatar-core {version('avatar-core')}\n")


def test_help_of_every_command_fits_its_line(avatar: CommandLine) -> None:
    told = [avatar("--help").out, avatar("ledger", "--help").out, avatar("catalogue", "--help").out]
    lines = [line for text in told for line in text.splitlines() if not line.startswith("Usage:")]
    assert [line for line in lines if line.endswith("...")] == []


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help", *HEAVY, "psycopg", "pydantic") == ""


def test_a_command_on_the_books_loads_no_bot(avatar_on_postgres: CommandLine) -> None:
    assert loaded_by("ledger check", *HEAVY) == ""


def loaded_by(words: str, *modules: str) -> str:
    """Return which of these modules a command loads."""
    probe = (
        "import sys\nfrom entrypoints.cli.commands import app\n"
        f"try:\n    app({words.split()!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('loaded:', *(each for each in {modules!r} if each in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.rpartition("loaded:")[2].strip()


@pytest.mark.parametrize("words", [["fly"], ["ledger"], ["grant", "1", "5"], ["ledger", "statement"]])
def test_a_wrong_command_exits_2(avatar: CommandLine, words: list[str]) -> None:
    assert avatar(*words).status == 2


def test_a_wrong_setting_is_one_sentence_and_exits_2(avatar: CommandLine) -> None:
    avatar.write("AVATAR_LISTEN_PORT=http")
    told = avatar("ledger", "check")
    assert told.status == 2
    assert told.err.startswith("AVATAR_LISTEN_PORT is wrong: ")
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "bot", "serve", "worker"])
def test_what_runs_names_every_setting_it_misses(avatar: CommandLine, command: str) -> None:
    told = avatar(command)
    assert told.status == 2
    for name in ("AVATAR_BOTS__", "REPLICATE_API_TOKEN", "AVATAR_REPLICATE_MODELS"):
        assert any(line.startswith(name) for line in told.err.splitlines())


def test_a_database_that_does_not_answer_is_told_without_its_password(avatar: CommandLine) -> None:
    avatar.write("AVATAR_DATABASE_URL=postgresql://me:a-password@127.0.0.1:1/avatar")
    told = avatar("ledger", "check")
    assert told.status == 1
    assert "the store is unavailable" in told.err.lower()
    assert "Traceback" not in told.err
    assert "a-password" not in told.out + told.err


def test_the_default_catalogue_is_good(avatar: CommandLine) -> None:
    told = avatar("catalogue", "check")
    assert told.status == 0
    assert "4 plans" in told.out


def test_a_wrong_price_is_found_and_named(avatar: CommandLine) -> None:
    shown = avatar("catalogue", "show", "--toml")
    assert shown.status == 0
    own = avatar.folder / "own.toml"
    own.write_text(shown.out, encoding="utf-8")
    assert avatar("catalogue", "check", str(own)).status == 0
    own.write_text(shown.out.replace("476", "NaN"), encoding="utf-8")
    told = avatar("catalogue", "check", str(own))
    assert told.status == 1
    assert "own.toml" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "own.toml cannot be read: No such file or directory."),
        (b" \n", "own.toml is empty: begin with `avatar catalogue show --toml`."),
        (b"\xff\xfe", "own.toml is no text file: a catalogue is TOML in UTF-8."),
        (b"[plans", "own.toml: "),
    ],
    ids=["missing", "empty", "no text", "no TOML"],
)
def test_a_catalogue_that_cannot_be_read_is_told_by_the_name_it_was_given_by(
    avatar: CommandLine, content: bytes | None, why: str
) -> None:
    if content is not None:
        (avatar.folder / "own.toml").write_bytes(content)
    told = avatar("catalogue", "check", "own.toml")
    assert told.status == 1
    assert told.err.startswith(why)
    assert len(told.err.splitlines()) == 1
    avatar.write("AVATAR_CATALOGUE_FILE=own.toml")
    told = avatar("catalogue", "check")
    assert told.status == 1
    assert told.err.startswith(("AVATAR_CATALOGUE_FILE: own.toml", "own.toml is "))


def test_what_is_sold_is_shown(avatar: CommandLine) -> None:
    told = avatar("catalogue", "show")
    assert told.status == 0
    for word in ("NEUROPHOTO", "476", "flux-dev-lora", "1000: 220"):
        assert word in told.out


def test_migrating_twice_does_nothing_the_second_time(avatar: CommandLine, database_dsn: str) -> None:
    avatar.write(f"AVATAR_DATABASE_URL={database_dsn}")
    first, second = avatar("migrate"), avatar("migrate")
    assert (first.status, second.status) == (0, 0)
    assert "applied 0001" in first.out
    assert "up to date" in second.out
