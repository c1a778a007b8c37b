"""What `avatar simulate` shows: a progress bar, a table, and of a failure all that is needed to see it again."""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from entrypoints.simulation.business import Outcome, run
from entrypoints.simulation.many import quiet, run_all, run_quietly
from entrypoints.simulation.panels import told
from entrypoints.simulation.scenario import Scenario
from entrypoints.simulation.shrinking import shrunk


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run and shown: the first scenario, and so many seeds from its own on."""

    first: Scenario
    scenarios: tuple[Scenario, ...]
    jobs: int = 1
    trace: bool = False
    picture: Path | None = None
    shrink: bool = True


def show(wish: Wish) -> bool:
    """Run and show; return whether every law held."""
    if wish.trace:
        return _traced(wish)
    began = time.monotonic()
    outcomes: list[Outcome] = []
    failed: Outcome | None = None
    with _bar() as bar:
        task = bar.add_task("simulating", total=len(wish.scenarios))
        for outcome in run_all(wish.scenarios, wish.jobs):
            outcomes.append(outcome)
            bar.advance(task)
            if outcome.broken:
                failed = outcome
                break
    _tell_summary(outcomes, time.monotonic() - began)
    if failed is not None:
        _tell_failure(failed, shrink=wish.shrink)
    _draw(outcomes, wish.picture)
    return failed is None


def _traced(wish: Wish) -> bool:
    """Write every line of the first scenario to standard output, and nothing else."""
    with quiet():
        outcome = run(wish.first, write=lambda line: sys.stdout.write(f"{line}\n"))
    _draw([outcome], wish.picture)
    return outcome.broken is None


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _draw(outcomes: list[Outcome], picture: Path | None) -> None:
    if picture is not None:
        from entrypoints.simulation.picture import draw  # noqa: PLC0415  (matplotlib takes its time)

        draw(outcomes[-1], picture)


def _tell_summary(outcomes: list[Outcome], seconds: float) -> None:
    totals: Counter[str] = Counter()
    for outcome in outcomes:
        totals.update(outcome.counts)
    days = sum((each.scenario.customers - len(each.scenario.without)) * each.scenario.days for each in outcomes)
    businesses = "1 simulated business" if len(outcomes) == 1 else f"{len(outcomes):,} simulated businesses"
    table = Table("", "", title=f"{businesses}, faults: {outcomes[0].scenario.faults}", show_header=False)
    table.columns[1].justify = "right"
    for panel, lines in told(totals):
        table.add_row(f"[bold]{panel}[/]", "")
        for line in lines:
            table.add_row(*line)
        table.add_section()
    table.add_row("steps", f"{sum(each.steps for each in outcomes):,}")
    table.add_row("customer-days", f"{days:,}")
    table.add_row("customer-days a second", f"{days / max(seconds, 1e-9):,.0f}")
    table.add_row("broken laws", str(sum(each.broken is not None for each in outcomes)))
    Console().print(table)


def _tell_failure(failed: Outcome, *, shrink: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"[bold red]A law is broken[/]: {escape(str(failed.broken))}")
    console.print(f"again with: {failed.scenario}")
    shortest = failed
    if shrink:
        with console.status("looking for a shorter scenario"):
            shortest = shrunk(failed, run_quietly)
        console.print(f"the shortest scenario found: {shortest.scenario}")
        console.print(f"which breaks: {escape(str(shortest.broken))}")
    console.print("its last steps:")
    for line in shortest.last:
        console.print(f"  {escape(line)}")
