"""The command line in this process, on a database of its own, in a folder of its own."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import structlog
from typer.testing import CliRunner

from avatar_core.testing.examples import BOT
from entrypoints.cli.commands import app
from entrypoints.ground import Ground
from entrypoints.opening import open_ground
from entrypoints.settings import load_settings
from tests.entrypoints.memory_house import OWNER, TOKEN

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Told:
    """What a command has said and how it ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Runs commands; what they read is in the folder and in the environment."""

    folder: Path

    def __call__(self, *words: str) -> Told:
        told = CliRunner().invoke(app, words)
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        return Told(told.exit_code, told.stdout, told.stderr)

    def write(self, *lines: str) -> None:
        """Write the folder's `.env`."""
        (self.folder / ".env").write_text("\n".join(lines), encoding="utf-8")

    def on_the_ground(self, work: Callable[[Ground], Awaitable[Result]]) -> Result:
        """Do something on the same database as the commands."""

        async def opened() -> Result:
            async with open_ground(load_settings()) as ground:
                return await work(ground)

        return asyncio.run(opened())


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def avatar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in an empty folder, without a database."""
    for name in os.environ:
        if name.startswith(("AVATAR_", "REPLICATE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path)


@pytest.fixture
def avatar_on_postgres(avatar: CommandLine, migrated_dsn: str) -> CommandLine:
    """The command line on a migrated database, with one bot."""
    avatar.write(
        f"AVATAR_DATABASE_URL={migrated_dsn}",
        f"AVATAR_BOTS__{BOT.upper()}__TOKEN={TOKEN}",
        f"AVATAR_BOTS__{BOT.upper()}__OWNERS=[{OWNER}]",
    )
    return avatar
