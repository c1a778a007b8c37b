"""Commands on what the worker gave up: look at it, let it be tried again, or put it aside."""

import typer

from entrypoints.cli.pictures import letters_table
from entrypoints.cli.session import complain
from entrypoints.opening import open_ground
from entrypoints.settings import Settings

EVERY = "all"
MOST = 100_000
"""Tasks that one command looks at."""


async def list_tasks(settings: Settings) -> bool:
    """Print every task that was given up, and why."""
    async with open_ground(settings) as ground:
        letters = await ground.store.outbox.dead(MOST)
    if letters:
        letters_table(letters)
    else:
        typer.echo("No task was given up.")
    return True


async def revive_tasks(task: str, settings: Settings) -> bool:
    """Make one task due again, or all of them; return whether there was one."""
    async with open_ground(settings) as ground:
        outbox = ground.store.outbox
        asked = [letter.id for letter in await outbox.dead(MOST)] if task == EVERY else [task]
        revived = [each for each in asked if await outbox.revive(each, ground.clock.now())]
    if task != EVERY and not revived:
        return _none_such(task)
    typer.echo(
        "\n".join(f"{each} is due again; the worker carries it out." for each in revived) or "No task was given up."
    )
    return True


async def drop_task(task: str, settings: Settings) -> bool:
    """Put a task aside that will never be carried out; return whether there was one."""
    async with open_ground(settings) as ground:
        dropped = await ground.store.outbox.drop(task)
    if not dropped:
        return _none_such(task)
    typer.echo(f"{task} is put aside, undone.")
    return True


def _none_such(task: str) -> bool:
    complain(f"No task {task} was given up: see `avatar tasks list`.")
    return False
