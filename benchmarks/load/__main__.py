"""``python -m benchmarks.load``: the books, three kinds of storms, an hour of steady load; non-zero for any trouble."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.postgres.pool import Database, PoolSettings
from benchmarks.load.page import PAGE, Section, write
from benchmarks.load.run import Load, Run
from benchmarks.server import durable_server

STANDARD = Load()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write each section of the page; return 1 when one of them has something to complain of."""
    given = _parser().parse_args(arguments)
    load = Load(given.customers, given.entries, given.bots, given.storm_s, given.minutes, given.pace)
    told: list[Section] = []

    def tell(section: Section) -> None:
        told.append(section)
        print(f"\n## {section.title}\n\n{section.text()}", flush=True)
        write(section, given.page)

    if given.database:
        asyncio.run(_run(given.database, replace(load, entries=0), tell, given.page))
    else:
        with durable_server() as server, server.fresh_house("load") as house:
            asyncio.run(_run(house.house_dsn, load, tell, given.page))
    return 1 if any(section.complaints for section in told) else 0


async def _run(dsn: str, load: Load, tell: Callable[[Section], None], page: Path) -> None:
    async with Database(dsn, settings=PoolSettings(smallest=1, largest=1)) as database:
        await Run(database, load, tell, page.parent).all()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--customers", type=int, default=STANDARD.customers, help="in the database (1,000,000)")
    parser.add_argument("--entries", type=int, default=STANDARD.entries, help="in the books (10,000,000)")
    parser.add_argument("--bots", type=int, default=STANDARD.bots, help="in one process (1,000)")
    parser.add_argument("--storm-s", type=float, default=STANDARD.storm_s, help="seconds of each storm (30; 0: none)")
    parser.add_argument("--minutes", type=float, default=STANDARD.minutes, help="of steady load (60; 0: none)")
    parser.add_argument("--pace", type=float, default=STANDARD.pace, help="of the steady load, times the standard (1)")
    parser.add_argument(
        "--database", help="a connection string: filled with as many customers and bots by a run before"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="where the sections are written")
    return parser


if __name__ == "__main__":
    sys.exit(main())
