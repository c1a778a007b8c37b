"""The command that simulates the whole business."""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from entrypoints.cli.extras import SIMULATION, needing
from entrypoints.cli.session import GOOD, USAGE, WRONG, complain


def simulate(  # noqa: PLR0913, PLR0917  (one for each option)
    seed: Annotated[int, typer.Option(min=0, help="The first seed: the same seed is the same run.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from the first one on.")] = 1,
    customers: Annotated[int, typer.Option(min=1, help="In each business.")] = 20,
    days: Annotated[int, typer.Option(min=1, help="Of each business.")] = 30,
    faults: Annotated[str, typer.Option(help="calm, rough, harsh, or kinds of faults: crash,loss.")] = "harsh",
    without: Annotated[str, typer.Option(help="Customers to leave out, by number: 3,7.")] = "",
    steps: Annotated[int | None, typer.Option(min=1, help="Stop after so many steps.")] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes at once; 0 is one for each processor.")] = 1,
    trace: Annotated[bool, typer.Option(help="Write every step of the first seed, and nothing else.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw the last run: a PNG or SVG file.")] = None,
) -> NoReturn:
    """Simulate the whole business from a seed.

    Customers, vendors that fail, processes that die, in virtual time; every law of the books is checked after every
    step.  Exits 1 when one is broken, and tells the shortest scenario found that breaks it.
    """
    from entrypoints.simulation.scenario import Faults, Scenario, UnknownProfile

    try:
        first = Scenario(seed, customers, days, Faults.named(faults), _numbers(without), steps)
    except UnknownProfile as wrong:
        _refuse(f"{wrong}.")
    if picture is not None:
        _require_drawable(picture)
    from dataclasses import replace

    every = tuple(replace(first, seed=number) for number in range(seed, seed + seeds))
    with needing(SIMULATION):
        from entrypoints.simulation.show import Wish, show

        good = show(Wish(first, every, jobs, trace, picture))
    raise typer.Exit(GOOD if good else WRONG)


def _numbers(without: str) -> tuple[int, ...]:
    """Read the numbers of customers; leave the process when they are none."""
    named = [each.strip() for each in without.split(",") if each.strip()]
    for each in named:
        if not each.isdecimal():
            _refuse(f"--without {each!r} is no customer's number; write them as in 3,7.")
    return tuple(map(int, named))


def _require_drawable(picture: Path) -> None:
    """Leave the process when the picture could not be written, before time is spent on the run."""
    if picture.suffix not in {".png", ".svg"}:
        _refuse(f"--picture {picture} ends neither in .png nor in .svg.")
    if not picture.parent.is_dir():
        _refuse(f"--picture {picture}: there is no folder {picture.parent}.")
    if picture.is_dir() or not os.access(picture if picture.exists() else picture.parent, os.W_OK):
        _refuse(f"--picture {picture} cannot be written.")


def _refuse(sentence: str) -> NoReturn:
    complain(sentence)
    raise typer.Exit(USAGE)
