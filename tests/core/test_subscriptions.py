"""Subscriptions: nothing that was paid is lost, nothing runs twice, and the best plan is never hidden."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_core.ids import PlanCode
from avatar_core.subscriptions import AS_BOUGHT, SubscriptionStatus
from avatar_core.testing.examples import DAY, HOUR, NOW, a_term, an_endless_term
from tests.core.subscriptions import ENDS, NONE, PHOTO, RUNNING, a_period, bought, rows

# --- what is paid is added


def test_the_same_plan_again_goes_behind_what_is_left() -> None:
    twice = bought(a_period(0), a_period(0, NOW + 10 * DAY))
    assert rows(twice) == [("PLAN-0", 0, 60)]
    assert twice.ends == NOW + 60 * DAY


def test_a_plan_bought_after_its_end_begins_at_once() -> None:
    assert rows(bought(a_period(0), a_period(0, NOW + 40 * DAY))) == [("PLAN-0", 0, 30), ("PLAN-0", 40, 70)]


def test_a_higher_plan_begins_at_once_and_what_was_left_goes_on_behind_it() -> None:
    upgraded = bought(a_period(0), a_period(1, NOW + 10 * DAY))
    assert rows(upgraded) == [("PLAN-0", 0, 10), ("PLAN-1", 10, 40), ("PLAN-0", 40, 60)]


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_a_plan_bought_the_moment_another_one_ends_leaves_no_empty_term(first: int, second: int) -> None:
    rows_of_both = rows(bought(a_period(first), a_period(second, NOW + 30 * DAY)))
    assert rows_of_both == [(f"PLAN-{first}", 0, 30), (f"PLAN-{second}", 30, 60)]


def test_a_higher_plan_bought_the_same_moment_leaves_no_empty_term() -> None:
    assert rows(bought(a_period(0), a_period(1))) == [("PLAN-1", 0, 30), ("PLAN-0", 30, 60)]


def test_a_lower_plan_waits_for_the_higher_one() -> None:
    queued = bought(a_period(1), a_period(0, NOW + 10 * DAY))
    assert rows(queued) == [("PLAN-1", 0, 30), ("PLAN-0", 30, 60)]
    assert rows(queued.add(a_period(1, NOW + 20 * DAY), "payment-9", AS_BOUGHT)) == [
        ("PLAN-1", 0, 60),
        ("PLAN-0", 60, 90),
    ]


def test_a_plan_in_between_goes_in_between() -> None:
    assert rows(bought(a_period(2), a_period(0), a_period(1))) == [
        ("PLAN-2", 0, 30),
        ("PLAN-1", 30, 60),
        ("PLAN-0", 60, 90),
    ]


def test_the_same_cause_makes_one_period_for_ever() -> None:
    assert RUNNING.add(a_term(NOW + DAY), "payment-1", AS_BOUGHT) == RUNNING
    assert RUNNING.add(PHOTO, "payment-2", AS_BOUGHT) != RUNNING


def test_another_version_of_a_plan_is_a_term_of_its_own() -> None:
    newer = RUNNING.add(replace(PHOTO, plan_version=2), "payment-2", AS_BOUGHT)
    assert [(term.plan_version, term.ends) for term in newer.terms] == [(1, ENDS), (2, ENDS + 30 * DAY)]


def test_a_clock_that_was_set_back_costs_nobody_a_day() -> None:
    back = bought(a_period(0, NOW + HOUR), a_period(0, NOW))
    assert rows(back) == [("PLAN-0", 0, 60)]


# --- what was granted for ever


def test_an_endless_plan_runs_beside_what_was_bought() -> None:
    both = RUNNING.add(an_endless_term(), "grant-1", AS_BOUGHT)
    assert both.terms == RUNNING.terms
    assert (both.status_at(NOW), both.ends) == (SubscriptionStatus.UNLIMITED, None)
    assert both.term_at(NOW + 3000 * DAY) == an_endless_term()
    assert both.due(NOW + 3000 * DAY) is None


def test_of_two_endless_plans_the_higher_one_counts() -> None:
    for order in ((2, 1), (1, 2)):
        endless = bought(*(a_period(rank, days=None) for rank in order)).endless
        assert endless is not None
        assert endless.rank == 2


def test_a_higher_paid_plan_is_not_hidden_by_a_lower_endless_one() -> None:
    both = bought(a_period(0, days=None), a_period(1))
    found = both.term_at(NOW)
    assert found is not None
    assert found.plan == "PLAN-1"


def test_the_end_of_a_plan_is_that_of_its_last_term() -> None:
    both = bought(a_period(0), a_period(1, NOW + 10 * DAY)).add(an_endless_term(), "grant-1", AS_BOUGHT)
    assert both.ends_of(PlanCode("PLAN-0")) == NOW + 60 * DAY
    assert both.ends_of(PlanCode("PLAN-1")) == NOW + 40 * DAY
    assert both.ends_of(PlanCode("NEUROTESTER")) is None
    for_a_while_and_for_ever = bought(replace(a_term(), plan=PlanCode("NEUROTESTER")), an_endless_term())
    assert for_a_while_and_for_ever.ends_of(PlanCode("NEUROTESTER")) is None
    assert both.ends_of(PlanCode("NEVER")) is None


def test_a_plan_waits_until_it_runs_and_never_while_it_is_only_prolonged() -> None:
    high_and_low = bought(a_period(1), a_period(0), replace(a_period(1), plan_version=2))
    assert rows(high_and_low) == [("PLAN-1", 0, 30), ("PLAN-1", 30, 60), ("PLAN-0", 60, 90)]
    assert [term.plan for term in high_and_low.waiting(NOW)] == ["PLAN-0"]
    assert high_and_low.waiting(NOW + 60 * DAY) == ()
    assert RUNNING.waiting(NOW - HOUR) == ()
    with_endless = high_and_low.add(a_period(0, days=None), "grant-1", AS_BOUGHT)
    assert with_endless.waiting(NOW) == NONE.waiting(NOW) == ()


# --- the laws, for any purchases at any time

purchases = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=8)
"""Hours since the purchase before, rank, days."""


def burnt(left: dict[int, timedelta], time: timedelta) -> tuple[dict[int, timedelta], list[tuple[int, timedelta]]]:
    """The oracle: of the time each rank has left, the highest is used up first; also what ran, in order."""
    ran = []
    for rank in sorted(left, reverse=True):
        used = min(time, left[rank])
        if used:
            ran.append((rank, used))
        left, time = {**left, rank: left[rank] - used}, time - used
    return left, ran


@given(purchases, st.integers(0, 24 * 200))
def test_at_every_moment_the_highest_plan_with_time_left_runs(
    orders: list[tuple[int, int, int]], later_hours: int
) -> None:
    subscription, at, left = NONE, NOW, dict.fromkeys(range(3), timedelta(0))
    for number, (pause_hours, rank, days) in enumerate(orders):
        at += pause_hours * HOUR
        left, _ = burnt(left, pause_hours * HOUR)
        subscription = subscription.add(a_period(rank, at, days), f"payment-{number}", AS_BOUGHT)
        left[rank] += days * DAY
    left, _ = burnt(left, later_hours * HOUR)
    at += later_hours * HOUR
    expected = next((rank for rank in (2, 1, 0) if left[rank]), None)
    running = [term.rank for term in subscription.terms if term.runs_at(at)]
    assert running == ([] if expected is None else [expected])
    still = sum((term.ends - max(term.starts, at) for term in subscription.terms if term.ends and term.ends > at),
                timedelta(0))  # fmt: skip
    assert still == sum(left.values(), timedelta(0))


@given(purchases)
def test_no_two_terms_overlap_and_what_is_to_come_has_no_gap(orders: list[tuple[int, int, int]]) -> None:
    subscription, at = NONE, NOW
    for number, (pause_hours, rank, days) in enumerate(orders):
        at += pause_hours * HOUR
        subscription = subscription.add(a_period(rank, at, days), f"payment-{number}", AS_BOUGHT)
        for one, following in pairwise(subscription.terms):
            assert one.ends is not None
            assert one.ends <= following.starts
            assert one.ends == following.starts or following.starts <= at
        paid = sum((days * DAY for _, _, days in orders[: number + 1]), timedelta(0))
        kept = sum(((term.ends or at) - term.starts for term in subscription.terms), timedelta(0))
        assert kept == paid


# --- the order of plans changes


def test_cheap_plans_that_are_added_below_hide_no_good_one() -> None:
    """The cheapest active row shadowed a better subscription (bug museum 22)."""
    held = bought(a_period(0))
    today = {PlanCode("DAY"): 0, PlanCode("WEEK"): 1, PlanCode("PLAN-0"): 2}
    week = replace(a_period(1, days=7), plan=PlanCode("WEEK"))
    after = held.add(week, "payment-week", today)
    assert rows(after) == [("PLAN-0", 0, 30), ("WEEK", 30, 37)]
    assert [term.rank for term in after.terms] == [2, 1]


def test_the_same_plan_goes_behind_itself_whatever_rank_it_had_when_it_was_bought() -> None:
    held = bought(a_period(0), a_period(1, days=10))
    assert rows(held) == [("PLAN-1", 0, 10), ("PLAN-0", 10, 40)]
    again = held.add(a_period(0), "payment-again", {PlanCode("PLAN-0"): 5, PlanCode("PLAN-1"): 6})
    assert rows(again) == [("PLAN-1", 0, 10), ("PLAN-0", 10, 70)]


def test_what_is_ranked_anew_keeps_every_day_and_a_forgotten_plan_its_rank() -> None:
    held = bought(a_period(0), a_period(1, days=None))
    ranked = held.ranked({PlanCode("PLAN-1"): 7})
    assert (rows(ranked), [term.rank for term in ranked.terms]) == (rows(held), [0])
    assert ranked.endless == replace(a_period(1, days=None), rank=7)


def test_the_same_payment_again_changes_nothing_in_another_order_either() -> None:
    held = bought(a_period(0))
    assert held.add(a_period(0), "payment-0", {PlanCode("PLAN-0"): 9}) is held
