"""What a law must not take for broken, and what it must."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory import MemoryDatabase
from avatar_core.ids import CustomerId, NetworkId, PlanCode
from avatar_core.subscriptions import Subscription, Term
from entrypoints.simulation.laws.plans import HIGHEST_FIRST, PERIOD, Budget, Plans
from entrypoints.simulation.oracle import Oracle

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HIGHER, LOWER = HIGHEST_FIRST


@pytest.mark.parametrize(("passed", "broken"), [(SECOND, 0), (2 * MINUTE, 1)])
def test_a_higher_plan_may_begin_by_the_clock_of_the_process_that_sold_it(passed: timedelta, broken: int) -> None:
    """Harsh seed 8113: a process whose clock was ahead sold the higher plan a second before midnight."""
    customer, begins = CustomerId("one"), NOW + SECOND
    terms = (
        Term(PlanCode(LOWER), 1, 0, NOW - PERIOD, begins),
        Term(PlanCode(HIGHER), 1, 1, begins, begins + PERIOD),
    )
    database = MemoryDatabase()
    database.subscriptions.insert(customer, Subscription(customer, NetworkId("main"), terms))
    laws = Plans(database, Oracle(), lambda: NOW)
    laws.budgets[customer] = Budget(NOW - passed, (PERIOD, timedelta(0)))
    assert len(list(laws.running())) == broken
