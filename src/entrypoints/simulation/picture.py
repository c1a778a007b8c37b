"""A run as a picture: customers, money, stars, trainings and faults over time."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from entrypoints.simulation.business import Outcome
from entrypoints.simulation.panels import PANELS, Line
from entrypoints.simulation.scenario import Fault

COLOURS = tuple(mpl.colormaps["tab20"](range(20)))
"""As many as there are kinds of faults, or more."""


def draw(outcome: Outcome, file: Path) -> None:
    """Draw a run into a PNG or an SVG file, by the file's ending; the same run is the same picture."""
    mpl.rcParams["svg.hashsalt"] = "avatar"
    figure = Figure(figsize=(10, 19), layout="constrained")
    figure.suptitle(str(outcome.scenario))
    panels: Sequence[Axes] = figure.subplots(len(PANELS), 1, sharex=True)
    for panel, (title, lines) in zip(panels, PANELS.items(), strict=True):
        _fill(panel, title, lines, outcome)
    panels[-1].set_xlabel("days")
    date = {"Date": None} if file.suffix == ".svg" else None
    figure.savefig(file, dpi=110, metadata=date)


def _fill(panel: Axes, title: str, lines: Sequence[Line], outcome: Outcome) -> None:
    days = [day.number for day in outcome.days]
    panel.set_prop_cycle(color=COLOURS[:: 1 if len(lines) > len(COLOURS) / 2 else 2])
    for line in lines:
        values = [line.of(day.counts) for day in outcome.days]
        if any(values) and line.title != Fault.SLOW:
            panel.plot(days, values, label=line.title)
    panel.set_title(title, loc="left", fontsize=10)
    panel.grid(alpha=0.3)
    if panel.lines:
        panel.legend(fontsize=7, ncols=4)
