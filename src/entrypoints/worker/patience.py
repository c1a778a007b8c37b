"""What becomes of a task that failed: tried again, and when, or put on the dead-letter list."""

import random
from dataclasses import dataclass
from datetime import timedelta

from adapters.telegram.refusals import MessageRefused
from avatar_core.errors import (
    ConcurrentChange,
    MessengerUnavailable,
    OutsideError,
    ProviderUnauthorized,
    TaskMakesNoSense,
)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
UNAUTHORIZED_PAUSE_S = 30.0
"""Steady and without end: somebody mends the credential at some moment, and does not want to wait long then.  What
waits for it comes to nothing by itself once its order has ended."""
OUTSIDE_ATTEMPTS = 1500
OUTSIDE_FOR = timedelta(days=7)
"""Given up after so many tries, most of a day, but not before the event is so old: a credential that was wrong for
long has used up tries, and the first busy answer after it is mended must not count as the last one."""
PROMPT_ATTEMPTS = 10
"""So often a messenger is asked again just when it said; one that is away for longer is left alone for longer, so that
an outage of hours does not use up a day of tries."""
DEFECT_ATTEMPTS = 5
"""A defect of ours, or a message that Telegram will not take, seldom heals by itself."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait after which error; ``chance`` spreads the tries of many tasks."""

    chance: random.Random
    first_pause_s: float = FIRST_PAUSE_S

    def pause_s(self, attempts: int, age: timedelta, error: Exception) -> float | None:
        """Return the seconds to wait after so many attempts for an event of this age, or None to give up."""
        match error:
            case TaskMakesNoSense():
                return None
            case MessageRefused():
                return self._growing(attempts) if attempts < DEFECT_ATTEMPTS else None
            case ProviderUnauthorized():
                return min(UNAUTHORIZED_PAUSE_S, self._growing(attempts))
            case OutsideError() | ConcurrentChange() | TimeoutError():
                worn_out = attempts >= OUTSIDE_ATTEMPTS and age >= OUTSIDE_FOR
                return None if worn_out else self._outside(attempts, error)
            case _:
                return self._growing(attempts) if attempts < DEFECT_ATTEMPTS else None

    def _outside(self, attempts: int, error: Exception) -> float:
        match error:
            case MessengerUnavailable(retry_after_s=retry_after_s):
                asked_s = retry_after_s + self.chance.uniform(0, min(1.0, self.first_pause_s))
                return asked_s if attempts <= PROMPT_ATTEMPTS else max(asked_s, self._growing(attempts))
            case _:
                return self._growing(attempts)

    def _growing(self, attempts: int) -> float:
        """Twice as long each time, from half of it to all of it."""
        longest = min(self.first_pause_s * 2.0 ** min(attempts - 1, 32), LONGEST_PAUSE_S)
        return self.chance.uniform(longest / 2, longest)
