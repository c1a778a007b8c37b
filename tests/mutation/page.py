"""The page that tells how many mutants were found, and why the others were not."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from tests.mutation.results import Mutant

GOAL_PERCENT = 95
PAGE = Path("docs/reference/mutants.md")
REASONS = Path(__file__).with_name("reasons.toml")
UNEXPLAINED = "A test is missing."
HEAD = """# Mutants

Written by `make mutation` on {day}, in {minutes} minutes; the next run writes it anew.
Each mutant is the core with one thing changed: an operator, a number, a word, an argument, a branch. The tests of
`tests/core` and `tests/use_cases` run on each; it is found when one of them fails.

**{found} of {all} found: {percent:.1f} %** (goal: {goal} %).
"""
HOW = """
Changed are all functions, and what modules make while they are imported: limits, tables of states, stored names and
defaults of fields (a dash: not in that run). Not changed: names of types and type variables; the wording of errors,
which is free; `assert_never`, which is never reached; `use_cases.again`, which has done its part when a class is made;
`avatar_core.testing`, which is tests itself.
Why mutmut, and what was added to it: [decision 12](../decisions/0012-mutants-in-one-held-session.md).
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some mutants cannot be found, or need not be: a name's pattern, a change's pattern, and the words."""

    functions: str
    change: str
    why: str

    def covers(self, mutant: Mutant) -> bool:
        """Return whether this is the reason."""
        change = f"{mutant.before} => {mutant.after}"
        return fnmatch(mutant.function, self.functions) and re.search(self.change, change) is not None


def reasons() -> list[Reason]:
    """Read the reasons in their order; the first that covers a mutant counts."""
    return [Reason(**each) for each in tomllib.loads(REASONS.read_text("utf-8")).get("reason", [])]


def percent(all_of_them: Sequence[Mutant]) -> float:
    """Return how many were found, of a hundred."""
    return 100 * sum(mutant.found for mutant in all_of_them) / len(all_of_them)


def page(all_of_them: Sequence[Mutant], seconds: float) -> str:
    """Word the whole page."""
    head = HEAD.format(
        day=datetime.now(UTC).date(),
        minutes=round(seconds / 60),
        found=sum(mutant.found for mutant in all_of_them),
        all=len(all_of_them),
        percent=percent(all_of_them),
        goal=GOAL_PERCENT,
    )
    return head + HOW + "\n## By module\n\n" + table(all_of_them) + "\n## Not found\n" + survivors(all_of_them)


def table(all_of_them: Iterable[Mutant]) -> str:
    """Word the figures of each module: of its functions, and of its tables where these were changed."""
    counts = Counter((each.module, each.function == each.module, each.found) for each in all_of_them)
    rows = ["| module | functions | found | | tables | found | |", "|---|---:|---:|---:|---:|---:|---:|"]
    for module in sorted({module for module, _, _ in counts}):
        figures = (_figures(counts[module, kind, True], counts[module, kind, False]) for kind in (False, True))
        rows.append(f"| `{module}` | {' | '.join(figures)} |")
    return "\n".join(rows) + "\n"


def _figures(found: int, left: int) -> str:
    return f"{found + left} | {found} | {100 * found / (found + left):.1f} %" if found + left else "– | – | –"


def survivors(all_of_them: Iterable[Mutant]) -> str:
    """List what was not found, by its reason."""
    known, by_reason = reasons(), dict[str, list[Mutant]]()
    for mutant in all_of_them:
        if not mutant.found:
            why = next((reason.why for reason in known if reason.covers(mutant)), UNEXPLAINED)
            by_reason.setdefault(why, []).append(mutant)
    return "".join(f"\n### {why}\n\n{_listed(listed)}" for why, listed in sorted(by_reason.items()))


def _listed(listed: Iterable[Mutant]) -> str:
    return "".join(f"- `{each.function}`: `` {each.before} `` → `` {each.after} ``\n" for each in listed)
