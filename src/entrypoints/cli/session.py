"""What every command shares: settings, logs, an event loop, and words instead of tracebacks."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import typer

GOOD, WRONG, USAGE = 0, 1, 2

Command = Callable[[Any], Coroutine[Any, Any, bool]]
"""Takes the settings, and returns whether all was well."""


class Ambiguous(Exception):
    """A command that could mean several things, and so does none of them; says which there are."""


class Uncertain(Exception):
    """A command that may have done what it was asked for; says how to find out."""


def carry_out(command: Command) -> NoReturn:
    """Run a command on the settings and leave the process with its exit code; what goes wrong is told in words."""
    from entrypoints.logs import Redaction, configure_logs
    from entrypoints.settings import SettingsWrong, load_settings

    try:
        settings = load_settings()
        redaction = Redaction(settings.secrets())
        configure_logs(settings.log_level, settings.log_format, redaction)
        good = asyncio.run(_in_words(command(settings), redaction))
    except SettingsWrong as wrong:
        complain(*wrong.sentences)
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        raise typer.Exit(WRONG) from None
    raise typer.Exit(GOOD if good else WRONG)


async def _in_words(work: Coroutine[Any, Any, bool], redaction: Callable[[str], str]) -> bool:
    """Await the work; what it could not do is told in a sentence.  Other errors are logged, without secrets."""
    import structlog

    from avatar_core.errors import AvatarError
    from entrypoints.settings import SettingsWrong

    try:
        return await work
    except SettingsWrong:
        raise
    except Exception as error:  # noqa: BLE001  (the edge of the process)
        if isinstance(error, (AvatarError, Ambiguous, Uncertain, *_database_errors())):
            complain(redaction(_sentence(error)))
        else:
            structlog.get_logger(__name__).exception("the command broke")
    return False


def _database_errors() -> tuple[type[Exception], ...]:
    """Return the database's own errors; there are none where it is not installed."""
    try:
        from adapters.postgres.embedded import EmbeddedPostgresError
        from adapters.postgres.migrate import MigrationError
    except ModuleNotFoundError:
        return ()
    return EmbeddedPostgresError, MigrationError


def _sentence(error: Exception) -> str:
    from avatar_core.errors import StoreUnavailable
    from entrypoints.settings import name_of

    text = str(error)
    where = f" See {name_of('database_url')}." if isinstance(error, StoreUnavailable) else ""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".") + where


def complain(*sentences: str) -> None:
    """Say what is wrong on standard error."""
    for each in sentences:
        typer.echo(each, err=True)
