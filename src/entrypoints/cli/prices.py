"""Commands about the catalogue."""

from pathlib import Path

import typer

from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from entrypoints.cli.pictures import catalogue_tables
from entrypoints.cli.session import complain
from entrypoints.ground import catalogue_of, read_catalogue
from entrypoints.settings import Settings, SettingsWrong, name_of


async def check_prices(file: Path | None, settings: Settings) -> bool:
    """Say whether the bot can work with a catalogue."""
    path = file or settings.catalogue_file
    try:
        if path and path.is_file():
            _require_text(path)
        found = read_catalogue(path)
    except SettingsWrong as wrong:
        setting = f"{name_of('catalogue_file')}: " if file else ""
        complain(*(each.removeprefix(setting) for each in wrong.sentences))
        return False
    counts = f"{len(found.plans)} plans, {len(found.packs)} packs, {len(found.trainers)} trainers"
    typer.echo(f"{path or 'The default catalogue'} is good: {counts}, {len(found.styles)} styles.")
    return True


def _require_text(path: Path) -> None:
    try:
        empty = not path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise SettingsWrong(f"{path} is no text file: a catalogue is TOML in UTF-8.") from None
    except OSError:
        return  # read_catalogue says why
    if empty:
        raise SettingsWrong(f"{path} is empty: begin with `avatar catalogue show --toml`.")


async def show_prices(settings: Settings) -> bool:
    """Print what is sold, in tables."""
    catalogue_tables(catalogue_of(settings))
    return True


async def show_file(settings: Settings) -> bool:
    """Print the catalogue's own text."""
    own = settings.catalogue_file
    catalogue_of(settings)
    typer.echo(own.read_text("utf-8") if own else DEFAULT_CATALOGUE, nl=False)
    return True
