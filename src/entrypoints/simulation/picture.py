"""A run as a picture: customers, money, stars, trainings and faults over time."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from avatar_core.ledger import TransferKind
from entrypoints.simulation.business import Outcome
from entrypoints.simulation.scenario import Fault

PANELS: tuple[tuple[str, dict[str, tuple[str, float]]], ...] = (
    ("customers", {"registered": ("customers", 1)}),
    ("money taken", {"Telegram Stars": ("XTR", 1), "roubles": ("RUB", 0.01)}),
    (
        "stars",
        {
            "sold": (TransferKind.CREDIT, 0.01),
            "earned": (TransferKind.CAPTURE, 0.01),
            "given back": (TransferKind.RELEASE, 0.01),
            "in hand": ("in hand", 0.01),
        },
    ),
    (
        "trainings",
        {
            "succeeded": ("training SUCCEEDED", 1),
            "failed": ("training FAILED", 1),
            "cancelled": ("training CANCELED", 1),
            "running": ("training PROCESSING", 1),
        },
    ),
    ("faults so far", {kind.value: (f"fault {kind}", 1) for kind in Fault if kind is not Fault.SLOW}),
)
"""Each panel with its lines: what is counted, and what one of it is."""


def draw(outcome: Outcome, file: Path) -> None:
    """Draw a run into a PNG or an SVG file, by the file's ending; the same run is the same picture."""
    mpl.rcParams["svg.hashsalt"] = "avatar"
    figure = Figure(figsize=(10, 16), layout="constrained")
    figure.suptitle(str(outcome.scenario))
    panels: Sequence[Axes] = figure.subplots(len(PANELS), 1, sharex=True)
    for panel, (title, lines) in zip(panels, PANELS, strict=True):
        _fill(panel, title, lines, outcome)
    panels[-1].set_xlabel("days")
    date = {"Date": None} if file.suffix == ".svg" else None
    figure.savefig(file, dpi=110, metadata=date)


def _fill(panel: Axes, title: str, lines: dict[str, tuple[str, float]], outcome: Outcome) -> None:
    days = [day.number for day in outcome.days]
    for name, (counted, unit) in lines.items():
        values = [day.counts.get(counted, 0) * unit for day in outcome.days]
        if any(values):
            panel.plot(days, values, label=name)
    panel.set_title(title, loc="left", fontsize=10)
    panel.grid(alpha=0.3)
    if panel.lines:
        panel.legend(fontsize=7, ncols=4)
