"""Rules broken on purpose: each is found within a few seeds, and told as the law that it breaks."""

import pytest

from entrypoints.simulation.business import run
from entrypoints.simulation.many import quiet
from entrypoints.simulation.process import Parts
from entrypoints.simulation.scenario import Faults, Scenario
from tests.simulation.bugs import BUGS

MOST_SEEDS = 100
HARSH = Faults.named("harsh")
LAWS = {
    "no version check": {"a photo that was accepted is there", "a final state never changes"},
    "no unique key of persons": {"a person is one customer"},
    "no unique key of drafts": {"one draft and one unfinished training each"},
    "no release": {
        "an ended order holds nothing",
        "I6: an ended order holds nothing",
        "4: no hold is open past its deadline",
    },
    "charge before delivery": {"nothing is charged before it is delivered"},
    "publish before commit": {"I7: an end is told once and is true", "an event tells what is so"},
    "submit before asking": {"one paid run for each order"},
    "answer before evidence": {"every charge is settled or in quarantine"},
}


def law_broken_by(parts: Parts) -> str | None:
    with quiet():
        for seed in range(1, MOST_SEEDS + 1):
            broken = run(Scenario(seed, 20, 20, HARSH), parts).broken
            if broken:
                return broken.law
    return None


@pytest.mark.parametrize("bug", BUGS)
def test_a_rule_broken_on_purpose_is_found_within_a_few_seeds(bug: str) -> None:
    assert law_broken_by(BUGS[bug]) in LAWS[bug]
