"""Seeds that found a defect, of the product or of its audit: none of them breaks a law any more.

- Seed 14: a messenger that asked for pauses of five seconds, and was away for more than two hours, used up a day of
  tries; the message was given up.  (The worker's patience has a test of its own for it in ``test_patience.py``.)
- Seed 107: the provider stopped a training before it had answered the order for it; the audit took that ending, which
  the provider had said, for one that nobody had.
- Seed 30: Telegram was away for more than an hour after the images had been fetched; the painter, asked all the same,
  knew its run no longer, and the order was given up with its images on our disk.

Two harsh seeds of 100 customers and 60 days found defects of the simulation itself, for which there are tests that take
less time: 2999, no round was made in the days after the last one (``test_simulation.py``); 8113, an upgrade sold a
second before midnight by a process whose clock was ahead was taken for the wrong plan (``test_laws.py``).
"""

import pytest

from entrypoints.simulation.many import run_quietly
from entrypoints.simulation.scenario import Faults, Scenario

FOUND = (
    Scenario(14, 10, 20, Faults.named("outage")),
    Scenario(107, 100, 60, Faults.named("harsh"), steps=28_000),
    Scenario(30, 20, 20, Faults.named("outage")),
)


@pytest.mark.parametrize("scenario", FOUND, ids=str)
def test_a_seed_that_found_a_defect_finds_it_no_more(scenario: Scenario) -> None:
    outcome = run_quietly(scenario)
    assert outcome.broken is None, "\n".join(outcome.last)
