"""``python -m benchmarks.load``: storms, then a long steady load, then the laws; ends non-zero when one is broken."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.load.run import Load, run
from benchmarks.server import durable_server

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "load.md"
STANDARD = Load()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the page and write it; return 1 for a broken law, a growing process or too many connections."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=STANDARD.minutes, help="of steady load (60)")
    parser.add_argument("--customers", type=int, default=STANDARD.customers, help="in the database (1,000,000)")
    parser.add_argument("--entries", type=int, default=STANDARD.entries, help="in the books (10,000,000)")
    parser.add_argument("--bots", type=int, default=STANDARD.bots, help="in one process (1,000)")
    parser.add_argument("--pace", type=float, default=STANDARD.pace, help="of the steady load, times the standard (1)")
    given = parser.parse_args(arguments)
    load = Load(given.minutes, given.customers, given.entries, given.bots, given.pace)
    with durable_server() as server, server.fresh_house("load") as house:
        outcome = asyncio.run(run(house, load))
    print(outcome.page())
    PAGE.write_text(outcome.page(), "utf-8")
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
