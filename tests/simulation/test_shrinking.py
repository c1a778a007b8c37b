"""A failing scenario is made shorter as long as it breaks the same law."""

from collections.abc import Callable
from dataclasses import replace

from entrypoints.simulation.audit import Broken
from entrypoints.simulation.business import Outcome, run
from entrypoints.simulation.many import quiet
from entrypoints.simulation.scenario import Fault, Faults, Scenario
from entrypoints.simulation.shrinking import shrunk
from tests.simulation.bugs import BUGS

BIG = Scenario(1, 40, 32, Faults.named("harsh"))
LAW = Broken("a law", "somebody")


def breaking(when: Callable[[Scenario], bool]) -> Callable[[Scenario], Outcome]:
    """Run nothing: a scenario breaks the law when it is so."""

    def outcome(scenario: Scenario) -> Outcome:
        return Outcome(scenario, LAW if when(scenario) else None, 77, (), ())

    return outcome


def test_what_does_not_matter_is_taken_away() -> None:
    def needs_a_crash_and_customer_three(scenario: Scenario) -> bool:
        there = scenario.customers >= 3 and 3 not in scenario.without
        return there and scenario.days >= 5 and Fault.CRASH in scenario.faults.kinds

    run_it = breaking(needs_a_crash_and_customer_three)
    shortest = shrunk(run_it(BIG), run_it, most_runs=1000).scenario
    assert shortest.days == 5
    assert shortest.faults == Faults("harsh", (Fault.CRASH,))
    assert set(range(1, shortest.customers + 1)) - set(shortest.without) == {3}
    assert shortest.steps == 78


def test_another_law_is_not_the_same_failure() -> None:
    def other(scenario: Scenario) -> Outcome:
        return Outcome(scenario, Broken("another law", "somebody"), 1, (), ())

    failed = breaking(lambda _: True)(BIG)
    assert replace(shrunk(failed, other).scenario, steps=None) == BIG


def test_no_more_scenarios_are_tried_than_allowed() -> None:
    tried: list[Scenario] = []

    def run_it(scenario: Scenario) -> Outcome:
        tried.append(scenario)
        return breaking(lambda _: False)(scenario)

    shrunk(breaking(lambda _: True)(BIG), run_it, most_runs=7)
    assert len(tried) == 7


def test_a_real_failure_becomes_a_short_scenario_that_breaks_the_same_law() -> None:
    parts = BUGS["no unique key of persons"]

    def with_bug(scenario: Scenario) -> Outcome:
        with quiet():
            return run(scenario, parts)

    failed = with_bug(Scenario(2, 20, 20, Faults.named("harsh")))
    shortest = shrunk(failed, with_bug)
    assert failed.broken
    again = with_bug(shortest.scenario)
    assert again.broken
    assert again.broken.law == failed.broken.law
    assert shortest.scenario.customers < 20
    assert len(shortest.scenario.faults.kinds) < len(Fault)
