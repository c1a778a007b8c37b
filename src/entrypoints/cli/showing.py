"""Showing the demo."""

from pathlib import Path
from typing import Literal

from adapters.postgres.embedded import EmbeddedPostgresError
from avatar_core.customers import Language
from entrypoints.cli.session import WRONG, complain
from entrypoints.demo.main import PHOTOS, Demo, run
from entrypoints.logs import configure_logs
from entrypoints.settings import SettingsWrong


def show_demo(photos: Path | None, language: Literal["ru", "en"], *, training_fails: bool) -> int:
    """Show the demo and return the exit code; nothing of this machine's settings takes part in it."""
    configure_logs("error")
    try:
        return run(Demo(photos=photos or PHOTOS, language=Language(language), training_fails=training_fails))
    except SettingsWrong as wrong:
        complain(*wrong.sentences)
    except EmbeddedPostgresError as error:
        complain(f"{error}.")
    return WRONG
