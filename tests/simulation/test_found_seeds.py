"""Seeds that found a defect of the product: none of them breaks a law any more.

- Seed 14: a messenger that asked for pauses of five seconds, and was away for more than two hours, used up a day of
  tries; the message was given up.  (The worker's patience has a test of its own for it in ``test_patience.py``.)
"""

import pytest

from entrypoints.simulation.many import run_quietly
from entrypoints.simulation.scenario import Faults, Scenario

FOUND = (Scenario(14, 10, 20, Faults.named("outage")),)


@pytest.mark.parametrize("scenario", FOUND, ids=str)
def test_a_seed_that_found_a_defect_finds_it_no_more(scenario: Scenario) -> None:
    outcome = run_quietly(scenario)
    assert outcome.broken is None, "\n".join(outcome.last)
