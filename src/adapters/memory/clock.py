"""A clock that stands still until it is told to go on."""

from datetime import datetime, timedelta


class FrozenClock:
    """Tells the time it was set to; aware, in UTC."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the time."""
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Go on, and return the time after it."""
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        """Jump to a moment."""
        self._at = at
