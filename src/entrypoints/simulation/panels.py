"""The figures of a run, as its table and its picture show them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avatar_core.ledger import TransferKind
from entrypoints.simulation.scenario import Fault


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its title, and under which name it is counted at the end of each day."""

    title: str
    counted: str
    is_in_hundredths: bool = False

    def of(self, counts: Mapping[str, int]) -> float:
        """Return the figure."""
        return counts.get(self.counted, 0) / (100 if self.is_in_hundredths else 1)

    def written(self, counts: Mapping[str, int]) -> str:
        """Return the figure as a table shows it."""
        return f"{self.of(counts):,.2f}" if self.is_in_hundredths else f"{self.of(counts):,.0f}"


_ENDS = {"SUCCEEDED": "succeeded", "FAILED": "failed", "CANCELED": "cancelled", "PROCESSING": "running"}
PANELS: Mapping[str, tuple[Line, ...]] = {
    "customers": (Line("registered", "customers"),),
    "money taken": (Line("Telegram Stars", "XTR"), Line("roubles", "RUB", is_in_hundredths=True)),
    "stars": (
        Line("sold", TransferKind.CREDIT, is_in_hundredths=True),
        Line("earned", TransferKind.CAPTURE, is_in_hundredths=True),
        Line("given back", TransferKind.RELEASE, is_in_hundredths=True),
        Line("in hand", "in hand", is_in_hundredths=True),
    ),
    "trainings": tuple(Line(title, f"training {status}") for status, title in _ENDS.items()),
    "portrait orders": tuple(Line(title, f"portraits {status}") for status, title in _ENDS.items()),
    "faults": tuple(Line(kind, f"fault {kind}") for kind in sorted(Fault)),
}
"""Each panel with its lines."""


def faults_in(struck: Mapping[Fault, int]) -> dict[str, int]:
    """Name the faults as the lines count them."""
    return {f"fault {kind}": count for kind, count in struck.items()}


def told(counts: Mapping[str, int]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Go through the panels, each with the titles of its lines and their figures; what never was is passed over."""
    for panel, lines in PANELS.items():
        yield panel, [(line.title, line.written(counts)) for line in lines if line.of(counts)]
