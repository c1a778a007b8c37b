"""Mutation testing of the core: ``python -m tests.mutation`` for all of it, with mutants' names for some.

Ends with 1 when fewer mutants are found than GOAL_PERCENT; a whole run also writes the page of the reference.
"""

import os
import shutil
import subprocess
import sys
import time

from mutmut.__main__ import cli

from tests.mutation.decorated import mutate_decorated
from tests.mutation.held import hold_one_session
from tests.mutation.page import GOAL_PERCENT, PAGE, page, percent, survivors, table
from tests.mutation.results import changed_functions, changed_tables


def main(names: list[str]) -> int:
    """Change, run, count; return the exit code."""
    begun = time.monotonic()
    if not names:
        shutil.rmtree("mutants", ignore_errors=True)
    os.environ["PY_IGNORE_IMPORTMISMATCH"] = "1"  # this package was imported from the tree that mutmut copies
    mutate_decorated()
    hold_one_session()
    cli(["run", *names], standalone_mode=False)
    results = list(changed_functions())
    if not names:
        subprocess.run([sys.executable, "-m", "tests.mutation.tables"], check=True)
        results.extend(changed_tables())
        PAGE.write_text(page(results, time.monotonic() - begun), "utf-8")
    found = percent(results)
    print(f"\n{table(results)}{survivors(results)}\n{found:.1f} % found, the goal is {GOAL_PERCENT} %.")  # noqa: T201
    return int(found < GOAL_PERCENT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
