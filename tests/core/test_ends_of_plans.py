"""How a subscription stands at a time, and how its end is announced: in stages, each once."""

from datetime import timedelta

import pytest

from avatar_core.subscriptions import AS_BOUGHT, Announcement, Stage, SubscriptionStatus
from avatar_core.testing.examples import DAY, HOUR, NOW, SECOND, a_term, an_endless_term
from tests.core.subscriptions import ENDS, NONE, RUNNING, a_period, bought, rows

# --- how it stands


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (0 * SECOND, "ACTIVE"),
        (30 * DAY - SECOND, "ACTIVE"),
        (30 * DAY, "GRACE"),
        (33 * DAY - SECOND, "GRACE"),
        (33 * DAY, "EXPIRED"),
    ],
)
def test_the_status_follows_from_the_time(after: timedelta, status: str) -> None:
    assert RUNNING.status_at(NOW + after) == status
    assert (RUNNING.term_at(NOW + after) is not None) is (status in {"ACTIVE", "GRACE"})


def test_what_was_bought_by_a_clock_that_is_ahead_is_there_at_once() -> None:
    again = bought(a_period(0), a_period(1, NOW + 40 * DAY))
    assert RUNNING.status_at(NOW - HOUR) is again.status_at(NOW + 40 * DAY - HOUR) is SubscriptionStatus.ACTIVE
    assert RUNNING.term_at(NOW - HOUR) == RUNNING.terms[0]
    assert again.term_at(NOW + 40 * DAY - HOUR) == again.terms[1]
    assert again.term_at(NOW - HOUR) == again.terms[0]


def test_nobody_who_never_had_a_plan_has_one() -> None:
    assert (NONE.status_at(NOW), NONE.term_at(NOW), NONE.ends, NONE.due(NOW)) == ("NONE", None, None, None)


def test_an_endless_plan_that_has_not_begun_yet_gives_nothing() -> None:
    later = NONE.add(an_endless_term(NOW + DAY), "grant-1", AS_BOUGHT)
    assert later.status_at(NOW) is SubscriptionStatus.NONE
    assert RUNNING.add(an_endless_term(ENDS + DAY), "grant-1", AS_BOUGHT).status_at(ENDS) is SubscriptionStatus.EXPIRED


# --- what is announced


@pytest.mark.parametrize(
    ("before_end", "stage"),
    [
        (3 * DAY + SECOND, None),
        (3 * DAY, "THREE_DAYS_LEFT"),
        (DAY + SECOND, "THREE_DAYS_LEFT"),
        (DAY, "ONE_DAY_LEFT"),
        (SECOND, "ONE_DAY_LEFT"),
        (0 * DAY, "ENDED"),
        (-3 * DAY + SECOND, "ENDED"),
        (-3 * DAY, "GRACE_OVER"),
        (-300 * DAY, "GRACE_OVER"),
    ],
)
def test_the_end_is_announced_in_stages(before_end: timedelta, stage: str | None) -> None:
    due = RUNNING.due(ENDS - before_end)
    assert due == (Announcement(ENDS, Stage(stage)) if stage else None)


def test_whoever_buys_two_days_is_not_told_at_once_that_three_are_left() -> None:
    short = NONE.add(a_term(days=2), "payment-1", AS_BOUGHT)
    assert short.due(NOW) is None
    assert short.due(NOW + DAY) == Announcement(NOW + 2 * DAY, Stage.ONE_DAY_LEFT)
    assert NONE.add(a_term(days=3), "payment-1", AS_BOUGHT).due(NOW) is None
    assert NONE.add(a_term(days=1), "payment-1", AS_BOUGHT).due(NOW + HOUR) is None


def test_a_short_plan_behind_a_long_one_is_announced_as_the_end_of_both() -> None:
    row = bought(a_period(1), a_period(0, NOW + DAY, days=2))
    assert rows(row) == [("PLAN-1", 0, 30), ("PLAN-0", 30, 32)]
    assert row.due(NOW + 29 * DAY) == Announcement(NOW + 32 * DAY, Stage.THREE_DAYS_LEFT)
    longer = bought(a_period(2), a_period(1, days=1), a_period(0, days=2))
    assert rows(longer) == [("PLAN-2", 0, 30), ("PLAN-1", 30, 31), ("PLAN-0", 31, 33)]
    assert longer.due(NOW + 30 * DAY) == Announcement(NOW + 33 * DAY, Stage.THREE_DAYS_LEFT)


def test_a_short_plan_after_a_pause_begins_a_row_of_its_own() -> None:
    again = bought(a_period(0, days=1), a_period(0, NOW + 40 * DAY, days=2))
    assert again.due(NOW + 40 * DAY) is None


def test_what_was_announced_is_not_announced_again() -> None:
    told = RUNNING.announce(Announcement(ENDS, Stage.ONE_DAY_LEFT))
    assert told.due(ENDS - HOUR) is None
    assert told.due(ENDS) == Announcement(ENDS, Stage.ENDED)


def test_an_announcement_never_goes_back_when_another_clock_is_behind() -> None:
    told = RUNNING.announce(Announcement(ENDS, Stage.ENDED))
    assert told.due(ENDS - SECOND) is None
    assert told.due(ENDS + 3 * DAY) == Announcement(ENDS, Stage.GRACE_OVER)


def test_a_new_end_is_announced_anew() -> None:
    told = RUNNING.announce(Announcement(ENDS, Stage.GRACE_OVER)).add(a_term(ENDS + 10 * DAY), "payment-2", AS_BOUGHT)
    assert told.due(ENDS + 39 * DAY) == Announcement(ENDS + 40 * DAY, Stage.ONE_DAY_LEFT)
