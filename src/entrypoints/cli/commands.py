"""The words of the command line; each command imports what it does when it runs."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from avatar_core.errors import AvatarError
from avatar_core.money import Stars
from entrypoints.cli.extras import BOOKS, BUSINESS, needing
from entrypoints.cli.session import carry_out
from entrypoints.cli.simulation import simulate

app = typer.Typer(
    name="avatar",
    help="Money and training core for AI avatars on Telegram, and the bot that runs on it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # drawing the help with rich takes longer than everything else together
    pretty_exceptions_enable=False,  # its tracebacks show local variables, secrets among them
)
catalogue = typer.Typer(rich_markup_mode=None, help="Check and show what is sold.", no_args_is_help=True)
ledger = typer.Typer(rich_markup_mode=None, help="Check and explain the books.", no_args_is_help=True)
tasks = typer.Typer(rich_markup_mode=None, help="Look after tasks that were given up.", no_args_is_help=True)
trainings = typer.Typer(rich_markup_mode=None, help="Look at trainings.", no_args_is_help=True)


def _some_stars(text: str) -> str:
    """Let only an amount above zero through; anything else ends the command with exit code 2."""
    try:
        good = Stars.parse(text).hundredths > 0
    except (ValueError, AvatarError):
        good = False
    if not good:
        raise typer.BadParameter(f"{text!r} is no amount of stars: it is above zero and written 100 or 7.5")
    return text


def _some_words(text: str) -> str:
    if not text.strip():
        raise typer.BadParameter("say why: the customer reads it")
    return text


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"avatar-core {version('avatar-core')}")
        raise typer.Exit


app.add_typer(catalogue, name="catalogue")
app.add_typer(ledger, name="ledger")
app.add_typer(tasks, name="tasks")
app.add_typer(trainings, name="trainings")


@app.callback()
def _avatar(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take what stands before a command."""


Tongue = Literal["ru", "en"]
Who = Annotated[str, typer.Argument(help="A customer's id, or the numeric Telegram id.")]


@app.command()
def demo(
    photos: Annotated[Path | None, typer.Option(help="A folder with photos.", exists=True, file_okay=False)] = None,
    language: Annotated[Tongue, typer.Option(help="Of the chat.")] = "en",
    training_fails: Annotated[bool, typer.Option(help="Let the training fail: the stars come back.")] = False,
) -> NoReturn:
    """Show a customer's whole way to a portrait, with no account.

    Real bot, database, web app and worker; the vendors are stand-ins on this machine.
    """
    with needing(BUSINESS):
        from entrypoints.cli.showing import show_demo

    raise typer.Exit(show_demo(photos, language, training_fails=training_fails))


@app.command()
def up() -> NoReturn:
    """Run bot, web and worker in one process.

    The settings come from .env and the environment; without AVATAR_DATABASE_URL PostgreSQL is brought along.
    """
    _run("bot", "web", "worker")


@app.command()
def bot() -> NoReturn:
    """Bring the bots' updates in, by polling or webhook."""
    _run("bot")


@app.command()
def serve() -> NoReturn:
    """Serve the webhooks of gateways, trainer and Telegram.

    The bots' updates come by webhook with AVATAR_TELEGRAM_UPDATES=webhook.
    """
    _run("web")


@app.command()
def worker() -> NoReturn:
    """Carry out what must follow; several may run at once."""
    _run("worker")


def _run(*parts: str) -> NoReturn:
    with needing(BUSINESS):
        from entrypoints.cli.parts import run_parts

    carry_out(partial(run_parts, parts))


@app.command()
def migrate() -> NoReturn:
    """Bring the database to the schema of this version."""
    with needing(BOOKS):
        from entrypoints.cli.books import migrate_database

    carry_out(migrate_database)


@app.command()
def doctor() -> NoReturn:
    """Try every part and say what to mend.

    Exits 1 when something is wrong.
    """
    from entrypoints.cli.examination import examine

    carry_out(examine)


@app.command(context_settings={"ignore_unknown_options": True})  # -5 is a wrong amount, not an option
def grant(
    who: Who,
    stars: Annotated[str, typer.Argument(callback=_some_stars, help="How many ⭐: 100 or 7.5.")],
    reason: Annotated[str, typer.Option(callback=_some_words, help="Why; the customer reads it.")],
) -> NoReturn:
    """Give a customer stars without money."""
    with needing(BOOKS):
        from entrypoints.cli.books import grant_stars

    carry_out(partial(grant_stars, who, stars, reason))


@catalogue.command("check")
def check_catalogue(
    file: Annotated[Path | None, typer.Argument(help="A catalogue file; the one in the settings by default.")] = None,
) -> NoReturn:
    """Say whether a catalogue can be used.

    It is read as strictly as by the bot.  Exits 1 and says where when it cannot be used.
    """
    from entrypoints.cli.prices import check_prices

    carry_out(partial(check_prices, file))


@catalogue.command("show")
def show_catalogue(toml: Annotated[bool, typer.Option(help="As a file to begin your own with.")] = False) -> NoReturn:
    """Show what is sold, and for how much."""
    from entrypoints.cli.prices import show_file, show_prices

    carry_out(show_file if toml else show_prices)


@ledger.command("check")
def check_ledger() -> NoReturn:
    """Check every law of the books.

    Sums, balances, versions, hashes, charges, holds.  Exits 1 when a law is broken.
    """
    with needing(BOOKS):
        from entrypoints.cli.books import check_books

    carry_out(check_books)


@ledger.command("statement")
def show_statement(
    who: Who, lines: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 20
) -> NoReturn:
    """Show the latest lines of a customer's balance."""
    with needing(BOOKS):
        from entrypoints.cli.books import print_statement

    carry_out(partial(print_statement, who, lines))


@ledger.command("explain")
def explain(who: Who) -> NoReturn:
    """Show why a balance is what it is.

    Every posting that touches the customer, with the balances after it.  Exits 1 if they do not sum up.
    """
    with needing(BOOKS):
        from entrypoints.cli.books import explain_balance

    carry_out(partial(explain_balance, who))


Given = Annotated[str, typer.Argument(help="The task's id, as `avatar tasks list` shows it.")]


@tasks.command("list")
def list_tasks() -> NoReturn:
    """List the tasks that were given up, and why."""
    with needing(BOOKS):
        from entrypoints.cli.tasks import list_tasks

    carry_out(list_tasks)


@tasks.command("revive")
def revive_tasks(task: Annotated[str, typer.Argument(help="The task's id, or all.")]) -> NoReturn:
    """Let the worker try a task again that was given up.

    Exits 1 when there is none of this id.
    """
    with needing(BOOKS):
        from entrypoints.cli.tasks import revive_tasks

    carry_out(partial(revive_tasks, task))


@tasks.command("drop")
def drop_task(task: Given) -> NoReturn:
    """Put a task aside that was given up and is not wanted any more.

    Exits 1 when there is none of this id.
    """
    with needing(BOOKS):
        from entrypoints.cli.tasks import drop_task

    carry_out(partial(drop_task, task))


@trainings.callback()
def _trainings() -> None:
    """Look at trainings."""


@trainings.command("show")
def show_training(training: Annotated[str, typer.Argument(help="The training's id.")]) -> NoReturn:
    """Show where a training stands, and its diary."""
    with needing(BOOKS):
        from entrypoints.cli.books import print_training

    carry_out(partial(print_training, training))


app.command()(simulate)
