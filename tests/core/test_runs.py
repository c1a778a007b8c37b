"""Runs: the table of states, deadlines, tickets, and facts that come again."""

from datetime import timedelta

import pytest

from avatar_core.errors import IllegalMove
from avatar_core.ids import ProviderRunId
from avatar_core.runs import (
    HOLD_LIMIT,
    OUTAGE_PATIENCE,
    RUNNING_LIMIT,
    WAITING_LIMIT,
    FailureReason,
    Run,
    RunStatus,
    Ticket,
)
from avatar_core.testing.examples import HOUR, MINUTE, NOW, SECOND

TICKET = Ticket(ProviderRunId("run-1"))
DRAFT = Run()
PENDING = DRAFT.request(at=NOW)
SUBMITTING = PENDING.submit(at=NOW)
PROCESSING = SUBMITTING.accept(TICKET, at=NOW)
SUCCEEDED = PROCESSING.succeed(at=NOW)
FAILED = PROCESSING.fail(FailureReason.VANISHED, at=NOW)
CANCELED = PROCESSING.cancel(at=NOW)
EACH = {run.status.value: run for run in (DRAFT, PENDING, SUBMITTING, PROCESSING, SUCCEEDED, FAILED, CANCELED)}
FACTS = {
    "request": lambda run: run.request(at=NOW),
    "submit": lambda run: run.submit(at=NOW),
    "defer": lambda run: run.defer(at=NOW),
    "accept": lambda run: run.accept(Ticket(ProviderRunId("run-2")), at=NOW),
    "succeed": lambda run: run.succeed(at=NOW),
    "fail": lambda run: run.fail(FailureReason.DEADLINE, at=NOW),
    "cancel": lambda run: run.cancel(at=NOW),
}
# What the domain page draws: state by state, what each fact leads to; "!" is an illegal move, "=" changes nothing.
TABLE = """
            request    submit      defer    accept      succeed    fail     cancel
DRAFT       PENDING    !           !        !           !          !        CANCELED
PENDING     !          SUBMITTING  PENDING  PROCESSING  !          FAILED   CANCELED
SUBMITTING  !          SUBMITTING  PENDING  PROCESSING  !          FAILED   CANCELED
PROCESSING  !          !           !        =           SUCCEEDED  FAILED   CANCELED
SUCCEEDED   !          !           !        =           =          =        =
FAILED      !          !           !        =           =          =        =
CANCELED    !          !           !        =           =          =        =
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(row[0], fact, outcome) for row in ROWS for fact, outcome in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("status", "fact", "outcome"), CASES)
def test_every_state_and_every_fact_go_together_as_the_table_says(status: str, fact: str, outcome: str) -> None:
    run = EACH[status]
    if outcome == "!":
        with pytest.raises(IllegalMove):
            FACTS[fact](run)
        return
    after = FACTS[fact](run)
    assert after.status == (status if outcome == "=" else outcome)
    assert (after == run) is (outcome == "=")


def test_an_illegal_move_names_the_state_and_the_fact() -> None:
    with pytest.raises(IllegalMove) as refused:
        SUCCEEDED.request(at=NOW)
    assert str(refused.value) == "this order is SUCCEEDED and cannot request"


def test_an_outage_is_noted_once_and_only_while_the_order_is_being_handed_over() -> None:
    late = NOW + OUTAGE_PATIENCE
    assert SUBMITTING.kept_waiting(at=late - timedelta(seconds=1)) == SUBMITTING
    waiting = SUBMITTING.kept_waiting(at=late)
    assert (waiting.status, waiting.deferred, waiting.kept_waiting(at=late)) == (SUBMITTING.status, True, waiting)
    for other in (PENDING, PROCESSING, SUCCEEDED):
        assert other.kept_waiting(at=late) == other


def test_a_wish_to_stop_is_noted_once_and_only_while_the_provider_may_have_a_run() -> None:
    later = NOW + MINUTE
    for run in (SUBMITTING, PROCESSING):
        stopping = run.to_be_stopped(at=later)
        assert (stopping.status, stopping.stopping, stopping.diary[-1].at) == (run.status, True, later)
        assert stopping.to_be_stopped(at=later + MINUTE) == stopping
    for other in (DRAFT, PENDING, SUCCEEDED, FAILED, CANCELED):
        assert other.to_be_stopped(at=later) == other


def test_a_run_is_unwanted_when_its_order_ended_without_the_providers_word() -> None:
    assert SUBMITTING.cancel(at=NOW).unwanted
    assert PROCESSING.fail(FailureReason.DEADLINE, at=NOW).unwanted
    for wanted in (SUBMITTING, SUCCEEDED, PENDING.cancel(at=NOW), PROCESSING.fail(FailureReason.VANISHED, at=NOW)):
        assert not wanted.unwanted


def test_a_run_is_uncertain_between_the_attempt_and_the_ticket() -> None:
    assert [each.uncertain for each in (PENDING, SUBMITTING, PROCESSING)] == [False, True, False]


def test_states_know_whether_they_are_final_and_whether_stars_are_held() -> None:
    assert {each for each in RunStatus if each.final} == {"SUCCEEDED", "FAILED", "CANCELED"}
    assert {each for each in RunStatus if each.unfinished} == {"PENDING", "SUBMITTING", "PROCESSING"}


def test_the_first_ticket_counts_for_ever() -> None:
    assert PROCESSING.ticket == TICKET
    assert PROCESSING.accept(Ticket(ProviderRunId("run-2")), at=NOW).ticket == TICKET


def test_attempts_are_counted() -> None:
    assert (PENDING.attempt, SUBMITTING.attempt, SUBMITTING.submit(at=NOW).attempt) == (0, 1, 2)


def test_an_end_keeps_its_time_and_its_reason() -> None:
    later = NOW + HOUR
    failed = PROCESSING.fail(FailureReason.MODERATION, at=later)
    assert (failed.ended_at, failed.failure) == (later, FailureReason.MODERATION)
    assert (PROCESSING.succeed(at=later).ended_at, PROCESSING.succeed(at=later).failure) == (later, None)
    assert failed.fail(FailureReason.DEADLINE, at=later + HOUR) == failed


def test_an_order_has_three_hours_to_be_handed_over_and_three_more_to_be_done() -> None:
    assert PENDING.deadline == NOW + 3 * HOUR
    assert PENDING.submit(at=NOW + 2 * HOUR).deadline == NOW + 3 * HOUR
    assert SUBMITTING.accept(TICKET, at=NOW + 2 * HOUR).deadline == NOW + 5 * HOUR


def test_waiting_for_a_credential_moves_the_deadline_but_not_beyond_a_day() -> None:
    assert SUBMITTING.defer(at=NOW + HOUR).deadline == NOW + 4 * HOUR
    assert SUBMITTING.defer(at=NOW + 22 * HOUR).deadline == NOW + 24 * HOUR
    assert SUBMITTING.defer(at=NOW + 30 * HOUR).deadline == NOW + 24 * HOUR


@pytest.mark.parametrize("after", [timedelta(0), 3 * HOUR, 24 * HOUR, 27 * HOUR, 300 * HOUR])
def test_no_order_lives_as_long_as_its_hold(after: timedelta) -> None:
    for run in (SUBMITTING, SUBMITTING.defer(at=NOW + after), SUBMITTING.accept(TICKET, at=NOW + after)):
        assert run.deadline is not None
        assert run.deadline < NOW + HOLD_LIMIT
    assert HOLD_LIMIT > WAITING_LIMIT + RUNNING_LIMIT


def test_an_order_is_overdue_from_its_deadline_until_it_ends() -> None:
    for run in (PENDING, SUBMITTING, PROCESSING):
        assert not run.overdue(NOW + 3 * HOUR - SECOND)
        assert run.overdue(NOW + 3 * HOUR)
    for run in (DRAFT, SUCCEEDED, FAILED, CANCELED):
        assert not run.overdue(NOW + 300 * HOUR)


def test_an_order_remembers_that_it_had_to_wait() -> None:
    assert not SUBMITTING.submit(at=NOW).deferred
    assert SUBMITTING.defer(at=NOW).deferred
    assert SUBMITTING.defer(at=NOW).submit(at=NOW).deferred


def test_every_move_is_written_into_the_diary_with_its_time() -> None:
    run = DRAFT.request(at=NOW).submit(at=NOW + MINUTE).noted("the provider was slow", at=NOW + 2 * MINUTE)
    assert [(remark.at - NOW, remark.text) for remark in run.diary] == [
        (timedelta(0), "DRAFT → PENDING: request"),
        (MINUTE, "PENDING → SUBMITTING: be submitted"),
        (2 * MINUTE, "the provider was slow"),
    ]


def test_a_day_of_tries_fills_no_diary_and_its_first_and_last_round_can_be_read() -> None:
    """A day of a rejected token was 5,761 lines, written anew with each try."""
    waiting = PENDING
    for minute in range(1, 1001):
        waiting = waiting.submit(at=NOW + minute * MINUTE).defer(at=NOW + minute * MINUTE)
    tried, waited = "PENDING → SUBMITTING: be submitted", "SUBMITTING → PENDING: wait"
    assert [((remark.at - NOW) / MINUTE, remark.text) for remark in waiting.diary[1:]] == [
        *((1, tried), (1, waited)),
        *((1000, tried), (1000, waited)),
    ]
    assert (waiting.attempt, waiting.deferred) == (1000, True)


def test_tries_whose_answer_was_lost_fill_no_diary_either() -> None:
    trying = SUBMITTING.kept_waiting(at=NOW + HOUR)
    for minute in range(1, 101):
        trying = trying.submit(at=NOW + HOUR + minute * MINUTE)
    again = "SUBMITTING → SUBMITTING: be submitted"
    assert [((remark.at - NOW) / MINUTE, remark.text) for remark in trying.diary[3:]] == [(61, again), (160, again)]
    assert trying.deferred
    accepted = trying.accept(TICKET, at=NOW + 200 * MINUTE)
    assert accepted.running_for(NOW + 210 * MINUTE) == 10 * MINUTE


def test_a_run_goes_on_since_the_provider_took_it_and_not_since_it_was_ordered() -> None:
    waited = PENDING.submit(at=NOW).defer(at=NOW).submit(at=NOW + 5 * HOUR)
    accepted = waited.accept(TICKET, at=NOW + 5 * HOUR + MINUTE).noted("it goes on", at=NOW + 5 * HOUR + 2 * MINUTE)
    assert accepted.running_for(NOW + 5 * HOUR + 4 * MINUTE) == 3 * MINUTE
    assert accepted.running_for(NOW + 5 * HOUR + MINUTE) == MINUTE
    assert PENDING.running_for(NOW + HOUR) == timedelta(0)


def test_a_state_can_be_required() -> None:
    PENDING.require(RunStatus.PENDING, "be looked at")
    with pytest.raises(IllegalMove) as refused:
        PENDING.require(RunStatus.DRAFT, "take photos")
    assert refused.value.facts == {"thing": "order", "status": "PENDING", "fact": "take photos"}
