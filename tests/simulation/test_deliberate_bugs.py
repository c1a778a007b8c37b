"""Rules broken on purpose: each is found within a few seeds, and told as the law that it breaks."""

import pytest

from entrypoints.simulation.business import run
from entrypoints.simulation.many import quiet
from entrypoints.simulation.process import Parts
from entrypoints.simulation.scenario import Faults, Scenario
from tests.simulation.bugs import BUGS

MOST_SEEDS = 100
HARSH = Faults.named("harsh")
BEGINNING_WITH = {"no unique key of drafts": 3, "submit before asking": 4, "answer before evidence": 6}
"""Seeds before these find nothing: they are left out for the sake of time."""
LAWS = {
    "no version check": {"a photo that was accepted is there", "a final state never changes"},
    "no unique key of persons": {"a person is one customer"},
    "no unique key of drafts": {"one draft and one unfinished training each"},
    "no release": {"an ended order holds nothing", "I6: an ended order holds nothing"},
    "charge before delivery": {"nothing is charged before it is delivered"},
    "publish before commit": {"I7: an end is told once and is true", "an event tells what is so"},
    "submit before asking": {"one paid run for each order"},
    "answer before evidence": {"every charge is settled or in quarantine"},
}


def law_broken_by(parts: Parts, first: int) -> str | None:
    with quiet():
        for seed in range(first, first + MOST_SEEDS):
            broken = run(Scenario(seed, 20, 20, HARSH), parts).broken
            if broken:
                return broken.law
    return None


@pytest.mark.parametrize("bug", BUGS)
def test_a_rule_broken_on_purpose_is_found_within_a_few_seeds(bug: str) -> None:
    assert law_broken_by(BUGS[bug], BEGINNING_WITH.get(bug, 1)) in LAWS[bug]
