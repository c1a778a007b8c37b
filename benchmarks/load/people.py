"""Who writes to the bots: customers of the filled books, and now and then somebody new."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from avatar_core.ids import BotId
from benchmarks.updates import updates

NEW_OF = 20
"""One of so many has never been here."""
FIRST_CUSTOMER, FIRST_NEWCOMER = 1_000_000_000, 3_000_000_000


@dataclass(frozen=True, slots=True)
class People:
    """Customers and newcomers of so many bots."""

    customers: int
    bots: int
    _numbers: Iterator[int]
    """Of the updates, none of which may come twice."""

    @classmethod
    def coming(cls, customers: int, bots: int, offset: int = 0) -> Self:
        """Let them come; the clock keeps this run's updates apart from an earlier one's, the offset two processes'."""
        return cls(customers, bots, count(time.time_ns() // 1_000_000 + offset))

    def write(self) -> tuple[BotId, int, dict[str, Any]]:
        """Return a bot, the Telegram id of who writes to it, and the update: the word /menu or a tap on its button."""
        number = next(self._numbers)
        if number % NEW_OF:
            who = random.randint(1, self.customers)
            person, bot = FIRST_CUSTOMER + who, who % self.bots
        else:
            person, bot = FIRST_NEWCOMER + number, number % self.bots
        is_tap = number % 2
        raw = next(updates(2, person - is_tap))[is_tap]
        return BotId(f"bench_bot_{bot}"), person, {**raw, "update_id": number}
