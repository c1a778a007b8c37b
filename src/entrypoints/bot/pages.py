"""Long lists in pages: Telegram takes no screen of more than 4096 characters or 100 buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from entrypoints.bot.callbacks import Tap, whole
from entrypoints.bot.talk import Rows, Talk

PAGE = 10
"""Things on one page, as many as an album has photos (Bot API, sendMediaGroup)."""
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """Some of the things of a list."""

    things: Sequence[Thing]
    before: int
    """How many come before them."""
    all: int

    @property
    def facts(self) -> Mapping[str, int]:
        """Which ones they are, counted from one."""
        return {"first": self.before + 1, "last": self.before + len(self.things), "all": self.all}

    @property
    def is_part(self) -> bool:
        """Whether there are more than these."""
        return len(self.things) < self.all


def page_of(things: Sequence[Thing], args: Sequence[str]) -> Page[Thing]:
    """Return the page that a button asks for, the first one without a word; beyond the end it is the last one.

    Raises OutdatedButton for what is no number.
    """
    wanted = whole(args[0]) if args else 0
    before = min(wanted, max(len(things) - 1, 0)) // PAGE * PAGE
    return Page(things[before : before + PAGE], before, len(things))


def turning(talk: Talk, tap: Tap, page: Page[Thing]) -> Rows:
    """Draw the buttons that lead to the pages before and after."""
    back = [talk.button("button-previous", tap, page.before - PAGE)] if page.before else []
    on = [talk.button("button-next", tap, page.before + PAGE)] if page.before + PAGE < page.all else []
    return ((*back, *on),) if back or on else ()
