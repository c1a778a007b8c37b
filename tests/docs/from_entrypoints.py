"""The reference pages' sections that entrypoints and adapters write: commands, make targets, tables."""

import re
from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from adapters.postgres.migrate import migrations
from avatar_core.customers import Language
from entrypoints.bot.reception import START
from entrypoints.bot.routes import COMMANDS
from entrypoints.bot.texts import words_in
from entrypoints.cli.commands import app
from tests.docs.pages import ROOT, table

_TARGET = re.compile(r"^([a-z-]+):.*## (.*)$", re.MULTILINE)
_TABLE = re.compile(r"CREATE TABLE avatar\.(\w+) \((.*?)\n\)", re.DOTALL)
_CONSTRAINT = re.compile(r"CONSTRAINT (\w+)")
_UNIQUE_INDEX = re.compile(r"CREATE UNIQUE INDEX (\w+) ON avatar\.(\w+)")


def bot_commands() -> str:
    """Return the bot's commands with what Telegram shows beside them."""
    english, russian = words_in(Language.EN), words_in(Language.RU)
    body = [
        (f"`/{name}`", english.plain(f"command-{name}"), russian.plain(f"command-{name}"))
        for name in (START, *COMMANDS)
    ]
    return table("command | English | Russian", *body)


def make_targets() -> str:
    """Return the Makefile's targets."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return table("target | what it does", *((f"`make {name}`", words) for name, words in _TARGET.findall(text)))


def schema() -> str:
    """Return all migrations as one text."""
    return "\n".join(each.sql for each in migrations())


def database_tables() -> str:
    """Return every table: its columns, and the constraints that hold the laws."""
    text = schema()
    unique: dict[str, list[str]] = {}
    for index, name in _UNIQUE_INDEX.findall(text):
        unique.setdefault(name, []).append(index)
    body = []
    for name, inside in _TABLE.findall(text):
        columns = re.findall(r"^    \"?([a-z]\w*)\"? [a-z]", inside, re.MULTILINE)
        laws = [*_CONSTRAINT.findall(inside), *unique.get(name, [])]
        body.append((f"`{name}`", ", ".join(columns), ", ".join(f"`{law}`" for law in laws) or "–"))
    return table("table | columns | constraints with a name", *body)


def cli() -> str:
    """Return every command of the terminal: how it is called, and what it does."""
    body = []
    for path, command in cli_commands().items():
        call = " ".join([path, *map(_spelt, command.params)])
        options = [f"`{each.opts[0]}`: {each.help}" for each in command.params if isinstance(each, TyperOption)]
        body.append((f"`{call}`", " ".join([*(command.help or "").split(), *options])))
    return table("command | what it does", *body)


def cli_commands() -> dict[str, TyperCommand]:
    """Return every command by the words that call it: ``avatar ledger check``."""
    return dict(_below("avatar", typer.main.get_command(app)))


def _below(path: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    match command:
        case TyperGroup(commands=inner):
            for name, each in inner.items():
                yield from _below(f"{path} {name}", each)
        case TyperCommand():
            yield path, command
        case _:
            raise TypeError(command)


def _spelt(parameter: object) -> str:
    match parameter:
        case TyperOption(opts=[flag, *_], required=required, is_flag=is_flag, name=name):
            spelt = flag if is_flag else f"{flag} <{name}>"
            return spelt if required else f"[{spelt}]"
        case TyperArgument(required=required, name=name):
            return f"<{name}>" if required else f"[<{name}>]"
        case _:
            raise TypeError(parameter)
