"""What is measured, what it is held against, and how both are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Passed by a ratio that is not below."""

    ratio: float

    def met_by(self, ratio: float) -> bool:
        """Tell whether the goal is reached."""
        return ratio >= self.ratio

    def __str__(self) -> str:
        return f"≥ {self.ratio:g} ×"


@dataclass(frozen=True, slots=True)
class AtMost:
    """Passed by a ratio that is not above."""

    ratio: float

    def met_by(self, ratio: float) -> bool:
        """Tell whether the goal is reached."""
        return ratio <= self.ratio

    def __str__(self) -> str:
        return f"≤ {self.ratio:g} ×"


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured amount: the median of the rounds, and its unit."""

    median: float
    unit: str

    def __str__(self) -> str:
        shown = f"{self.median:,.0f}" if self.median >= 100 else f"{self.median:.3g}"
        return f"{shown} {self.unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what, how much, and the limit measured beside it."""

    TITLES: ClassVar = ("", "what", "measured", "its limit", "limit", "ratio", "goal", "")

    code: str
    """Of the goal in the design: S1, S3 …"""
    what: str
    measured: Amount
    limit_name: str
    limit: Amount
    goal: AtLeast | AtMost | None = None
    """None for a line that is shown for its curve only."""

    @property
    def ratio(self) -> float:
        """Measured over limit."""
        return self.measured.median / self.limit.median

    @property
    def passed(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.goal.met_by(self.ratio)

    def cells(self) -> tuple[str, ...]:
        """Word it for a row under TITLES."""
        verdict = {True: "pass", False: "MISS", None: ""}[self.passed]
        goal = str(self.goal or "")
        ratio = f"{self.ratio:.2f} ×"
        return (
            self.code, self.what, str(self.measured), self.limit_name, str(self.limit), ratio, goal, verdict
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Curve:
    """How a figure changes with what grows: one picture."""

    code: str
    title: str
    over: str
    """What grows, on an axis of powers of ten unless there are few."""
    unit: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What one line of the design came to."""

    figures: Sequence[Figure] = ()
    curves: Sequence[Curve] = ()
    remarks: Sequence[str] = ()
    """What was not measured, and why."""

    def __add__(self, other: "Findings") -> "Findings":
        return Findings((*self.figures, *other.figures), (*self.curves, *other.curves), (*self.remarks, *other.remarks))


def held_to(code: str, what: str, measured: Amount, most: float, name: str) -> Figure:
    """Hold an amount against a limit that no program of others gives, but the design."""
    return Figure(code, what, measured, name, Amount(most, measured.unit), AtMost(1))


def table(figures: Sequence[Figure]) -> str:
    """Lay all figures out as one Markdown table with straight columns, which a terminal shows as well."""
    rows = [Figure.TITLES, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(Figure.TITLES))]
    head, *body = (
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )
    return "\n".join((head, "| " + " | ".join("-" * width for width in widths) + " |", *body))
