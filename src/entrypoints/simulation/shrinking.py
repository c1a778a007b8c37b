"""From a failing scenario to the shortest one that breaks the same law."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from entrypoints.simulation.business import Outcome
from entrypoints.simulation.scenario import Scenario

MOST_RUNS = 120
"""So many scenarios are tried."""

Run = Callable[[Scenario], Outcome]


def shrunk(failed: Outcome, run: Run, most_runs: int = MOST_RUNS) -> Outcome:
    """Return the outcome of the shortest scenario found that breaks the same law: fewer days, customers and faults."""
    best, left = failed, most_runs
    shorter = True
    while shorter:
        shorter = False
        for candidate in _simpler(best.scenario):
            if not left:
                break
            left -= 1
            found = run(candidate)
            if found.broken and failed.broken and found.broken.law == failed.broken.law:
                best, shorter = found, True
                break
    return _cut(best)


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Go through simpler scenarios, the boldest step first."""
    for share in (4, 2):
        if scenario.customers >= share:
            yield replace(scenario, customers=scenario.customers // share, without=())
        if scenario.days >= share:
            yield replace(scenario, days=scenario.days // share)
    yield from (replace(scenario, faults=scenario.faults.without(fault)) for fault in scenario.faults.kinds)
    if scenario.days > 1:
        yield replace(scenario, days=scenario.days - 1)
    if scenario.customers - len(scenario.without) > 1:
        there = (each for each in range(scenario.customers, 0, -1) if each not in scenario.without)
        yield from (_without(scenario, number) for number in there)


def _without(scenario: Scenario, number: int) -> Scenario:
    """Leave one customer out; the last one is not missed."""
    if number == scenario.customers:
        return replace(scenario, customers=number - 1)
    return replace(scenario, without=(*scenario.without, number))


def _cut(outcome: Outcome) -> Outcome:
    """Name the step at which the law is broken, so that the run ends there."""
    return replace(outcome, scenario=replace(outcome.scenario, steps=outcome.steps + 1))
