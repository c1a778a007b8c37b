"""How long a task waits for its next try, and when it is given up."""

import random
from datetime import timedelta

import pytest

from adapters.telegram.refusals import MessageRefused
from avatar_core.errors import (
    ConcurrentChange,
    MessengerUnavailable,
    ProviderUnauthorized,
    ProviderUnavailable,
    StoreUnavailable,
    TaskMakesNoSense,
)
from avatar_core.runs import WAITING_LIMIT
from entrypoints.worker.patience import (
    DEFECT_ATTEMPTS,
    LONGEST_PAUSE_S,
    OUTSIDE_ATTEMPTS,
    OUTSIDE_FOR,
    PROMPT_ATTEMPTS,
    Patience,
)

PATIENCE = Patience(random.Random(1))
FRESH = timedelta(minutes=1)


def test_a_task_that_makes_no_sense_is_put_aside_at_once() -> None:
    assert PATIENCE.pause_s(1, FRESH, TaskMakesNoSense(reaction="x", event="y")) is None


@pytest.mark.parametrize(
    "error", [ProviderUnavailable(reason="502"), StoreUnavailable(reason="full"), ConcurrentChange()]
)
def test_pauses_grow_up_to_a_minute_while_the_outside_is_away(error: Exception) -> None:
    pauses = [PATIENCE.pause_s(attempt, FRESH, error) or 0.0 for attempt in range(1, 40)]
    assert 0.5 <= pauses[0] <= 1.0
    assert pauses[3] > pauses[0]
    assert all(LONGEST_PAUSE_S / 2 <= each <= LONGEST_PAUSE_S for each in pauses[7:])


def test_a_busy_messenger_is_left_alone_for_as_long_as_it_asked() -> None:
    for attempt in (1, 5, PROMPT_ATTEMPTS):
        assert 33.0 <= (PATIENCE.pause_s(attempt, FRESH, MessengerUnavailable(retry_after_s=33.0)) or 0) <= 34.0


def test_a_messenger_that_is_away_for_hours_does_not_use_up_a_day_of_tries() -> None:
    away = MessengerUnavailable(retry_after_s=5.0)
    pauses = [PATIENCE.pause_s(attempt, FRESH, away) or 0.0 for attempt in range(1, OUTSIDE_ATTEMPTS)]
    assert min(pauses) >= 5.0
    assert sum(pauses) > timedelta(hours=12).total_seconds()


def test_a_rejected_credential_is_tried_steadily_until_the_order_that_waits_for_it_has_ended() -> None:
    """A token that was wrong overnight cost every order that waited: they were given up after half a day."""
    pauses = [PATIENCE.pause_s(attempt, FRESH, ProviderUnauthorized(setting="X")) or 0.0 for attempt in range(1, 6000)]
    assert 0 < min(pauses) <= max(pauses) <= 60
    assert sum(pauses) > WAITING_LIMIT.total_seconds()


def test_the_first_busy_answer_after_a_credential_was_mended_is_not_the_last_one() -> None:
    """Half a day of a rejected token used up all tries: one 429 after it was mended buried the order."""
    busy, used_up = ProviderUnavailable(reason="429"), OUTSIDE_ATTEMPTS + 60
    assert PATIENCE.pause_s(used_up, timedelta(hours=13), busy) is not None
    assert PATIENCE.pause_s(used_up, OUTSIDE_FOR - timedelta(seconds=1), busy) is not None
    assert PATIENCE.pause_s(used_up, OUTSIDE_FOR, busy) is None


def test_a_letter_that_was_given_up_and_revived_has_all_its_tries_again_however_old_it_is() -> None:
    old, away = timedelta(days=30), StoreUnavailable(reason="full")
    assert PATIENCE.pause_s(OUTSIDE_ATTEMPTS - 1, old, away) is not None
    assert PATIENCE.pause_s(OUTSIDE_ATTEMPTS, old, away) is None


def test_a_message_that_telegram_will_not_take_does_not_hold_up_the_next_ones_for_a_day() -> None:
    error = MessageRefused(retry_after_s=5.0, reason="can't parse entities")
    assert PATIENCE.pause_s(DEFECT_ATTEMPTS - 1, FRESH, error) is not None
    assert PATIENCE.pause_s(DEFECT_ATTEMPTS, FRESH, error) is None


def test_jitter_spreads_the_tries() -> None:
    error = ProviderUnavailable(reason="502")
    assert len({PATIENCE.pause_s(5, FRESH, error) for _ in range(20)}) > 10
