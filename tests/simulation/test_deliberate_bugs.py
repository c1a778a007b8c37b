"""Rules broken on purpose: each is found within a few seeds, and told as the law that it breaks."""

from datetime import timedelta

import pytest

from avatar_core import subscriptions
from entrypoints.simulation.business import run
from entrypoints.simulation.many import quiet
from entrypoints.simulation.process import Parts
from entrypoints.simulation.scenario import Faults, Scenario
from tests.simulation.bugs import BUGS
from tests.simulation.business_bugs import BUSINESS_BUGS

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


def law_broken_by(parts: Parts, days: int = 20, faults: Faults = HARSH) -> str | None:
    with quiet():
        for seed in range(1, MOST_SEEDS + 1):
            broken = run(Scenario(seed, 20, days, faults), parts).broken
            if broken:
                return broken.law
    return None


@pytest.mark.parametrize("bug", BUGS)
def test_a_rule_broken_on_purpose_is_found_within_a_few_seeds(bug: str) -> None:
    assert law_broken_by(BUGS[bug]) in LAWS[bug]


@pytest.mark.parametrize("name", BUSINESS_BUGS)
def test_a_wrong_that_the_books_do_not_show_is_found_within_a_few_seeds(name: str) -> None:
    bug = BUSINESS_BUGS[name]
    assert law_broken_by(bug.parts, bug.days, Faults.named(bug.faults)) in bug.laws


def test_days_of_grace_that_are_none_are_found_within_a_few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "GRACE", timedelta(0))
    broken = law_broken_by(Parts(), 30, Faults.named("calm"))
    assert broken in {"the plan that runs is the highest one that is left", "who has a plan may use it"}
