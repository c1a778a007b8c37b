"""What happened, line by line: all of it where somebody wants to read it, the last lines always."""

from collections import deque
from collections.abc import Callable

KEPT = 40
DAY_S = 86_400


class Trace:
    """Takes notes; ``write`` gets every line, when it is there."""

    def __init__(self, time: Callable[[], float], write: Callable[[str], object] | None = None) -> None:
        self._time = time
        self._write = write
        self._last: deque[tuple[float, str, str, object]] = deque(maxlen=KEPT)

    def note(self, actor: str, what: str, about: object = "") -> None:
        """Write down that somebody did something."""
        line = (self._time(), actor, what, about)
        self._last.append(line)
        if self._write is not None:
            self._write(_worded(line))

    def last(self) -> tuple[str, ...]:
        """Return the last lines."""
        return tuple(_worded(line) for line in self._last)


def _worded(line: tuple[float, str, str, object]) -> str:
    seconds, actor, what, about = line
    if isinstance(about, tuple):
        about = ", ".join(each.__name__ for each in about)
    microseconds = round(seconds * 1_000_000)
    day, rest = divmod(microseconds, DAY_S * 1_000_000)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    return f"{day:3} {hours:02}:{minutes:02}:{rest / 1_000_000:09.6f}  {actor:<12} {what} {about}".rstrip()
