"""The page of the reference: each part of a run writes its own section anew and leaves the others as they are."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load.words import HEAD, WORDS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "load.md"
PARTS = ("The books", "Storms", "Steady load")
_MARK = "\n## "


@dataclass(slots=True)
class Section:
    """What one part did, and what was wrong."""

    title: str
    lines: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def text(self) -> str:
        """Word it."""
        verdict = "\n".join(f"- **{each}**" for each in self.complaints) or "Nothing was wrong."
        when = f"{self.began_at:%Y-%m-%d %H:%M} to {datetime.now(UTC):%H:%M} UTC, load average {self.load_before:.1f}"
        return "\n\n".join((f"Measured {when} before it began.", *self.lines, verdict))


def write(section: Section, page: Path = PAGE) -> None:
    """Put a section into its place on the page."""
    known = page.read_text("utf-8") if page.exists() else ""
    found = dict(part.partition("\n")[::2] for part in known.split(_MARK)[1:])
    found[section.title] = section.text()
    parts = [f"{_MARK}{title}\n\n{found[title].strip()}\n" for title in PARTS if title in found]
    page.write_text(f"{HEAD}{''.join(parts)}{_MARK}{WORDS}", "utf-8")
