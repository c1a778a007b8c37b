"""Every command that a page names exists, with its options and its number of arguments."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperArgument, TyperCommand, TyperOption

from tests.docs.from_entrypoints import cli_commands
from tests.docs.pages import PAGES, ROOT, blocks, blocks_of, codes, named, prose

AVATAR = re.compile(r"\.venv/bin/avatar((?: [^\s|&>`]+)*)")
ORDINARY = {"cd", "cp", "git", "pip", "pytest"}
WORDS = re.compile(r"avatar( [a-z][\w .:-]*)?")


def lines() -> Iterator[tuple[str, str]]:
    """Give every line that a page tells to type."""
    for block in blocks("console"):
        for number, line in enumerate(block.text.splitlines(), block.line + 1):
            yield f"{named(block.page)}:{number}", line


def spoken(page: Path) -> Iterator[str]:
    """Give every command of ours in a page's sentences and in its other blocks."""
    sentences = [line for line in prose(page).splitlines() if not line.startswith("| `")]
    yield from (code for code in codes(" ".join(sentences)) if WORDS.fullmatch(code) and " " in code)
    for block in blocks_of(page):
        if block.language in {"text", "ini"}:
            yield from (f"avatar{words}" for words in AVATAR.findall(block.text))


def command_of(words: list[str]) -> tuple[TyperCommand | None, list[str]]:
    """Return the command that the first words name, and the other words."""
    for count in range(len(words), 0, -1):
        found = cli_commands().get(" ".join(words[:count]))
        if found is not None:
            return found, words[count:]
    return None, words


def misused(words: list[str]) -> str | None:
    """Return what is wrong with a call of `avatar`, or None."""
    command, given = command_of(["avatar", *words])
    if command is None:
        return f"there is no {' '.join(words)}"
    options = {flag: each for each in command.params if isinstance(each, TyperOption) for flag in each.opts}
    positional, waiting = [], iter(given)
    for word in waiting:
        if not word.startswith("-"):
            positional.append(word)
        elif word not in options:
            return f"{command.name} has no {word}"
        elif not options[word].is_flag:
            next(waiting)
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    needed = [each for each in arguments if each.required]
    if not len(needed) <= len(positional) <= len(arguments):
        return f"{command.name} takes {len(needed)} to {len(arguments)} arguments"
    missing = [flag for flag, each in options.items() if each.required and flag not in given]
    return f"{command.name} needs {missing}" if missing else None


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def extras() -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"])


def typed_wrongly(line: str) -> str | None:
    """Return what is wrong with a line to type, or None."""
    head, *words = shlex.split(line.removeprefix("$ "), comments=True)
    words = words[: words.index(">")] if ">" in words else words
    match head:
        case ".venv/bin/avatar":
            return misused(words)
        case "make":
            more = shlex.split(words[1].removeprefix("ARGS=")) if len(words) > 1 else []
            wrong = misused([words[0], *more]) if more else None
            return wrong or (None if words[0] in targets() else f"there is no make {words[0]}")
        case "pip":
            asked = re.findall(r"[\w-]+", words[-1].partition("[")[2])
            return None if set(asked) <= extras() else f"there is no extra {asked}"
        case "cp":
            return None if (ROOT / words[0]).is_file() else f"there is no {words[0]}"
        case _:
            return None if head in ORDINARY else f"{head} is not known here"


@pytest.mark.parametrize(("place", "line"), [pytest.param(*each, id=each[0]) for each in lines()])
def test_a_line_to_type_can_be_typed(place: str, line: str) -> None:
    assert line.startswith("$ ")
    assert typed_wrongly(line) is None


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_in_a_sentence_exists(page: Path) -> None:
    known = {" ".join(path.split()[:count]) for path in cli_commands() for count in (2, 3)}
    unknown = []
    for command in spoken(page):
        words = command.split()
        if words[0] == "avatar" and not {" ".join(words[:2]), " ".join(words[:3])} & known:
            unknown.append(command)
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_in_a_sentence_exists(page: Path) -> None:
    asked = {code.split()[1] for code in codes(prose(page)) if re.fullmatch(r"make [a-z-]+.*", code)}
    assert asked <= targets()


@pytest.mark.parametrize(
    "call",
    [
        ["fly"],
        ["ledger", "statement"],
        ["ledger", "statement", "1", "--pages", "2"],
        ["grant", "1", "2"],
        ["up", "now"],
    ],
    ids=" ".join,
)
def test_a_call_that_avatar_does_not_know_is_noticed(call: list[str]) -> None:
    assert misused(call) is not None
