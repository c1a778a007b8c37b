"""``python -m benchmarks``: one table, on the terminal and as a page of the reference."""

import argparse
from collections.abc import Sequence

from benchmarks.figures import table
from benchmarks.report import PAGE
from benchmarks.run import LINES, SIZES, run


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, and print it; a whole standard run also writes the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("lines", nargs="*", choices=[*LINES, []], help="what to measure; everything unless told")
    parser.add_argument("--size", choices=SIZES, default="standard", help="how much of it (standard: under 25 minutes)")
    asked = parser.parse_args(arguments)
    done = run(asked.lines or list(LINES), SIZES[asked.size])
    print(table(done.found.figures))
    for remark in done.found.remarks:
        print(remark)
    print(f"\nForeign load: {done.foreign_load}. Medians of {done.rounds} rounds, {done.duration_s:.0f} s.")
    if asked.size == "standard" and not asked.lines:
        done.write()
        print(f"Written to {PAGE}.")


if __name__ == "__main__":
    main()
