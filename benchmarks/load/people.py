"""Who writes to the bots: customers of the filled books, and now and then somebody new."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from avatar_core.ids import BotId
from benchmarks.updates import updates

NEW_OF = 20
"""One of so many has never been here."""
FIRST_CUSTOMER, FIRST_NEWCOMER = 1_000_000_000, 3_000_000_000


@dataclass(frozen=True, slots=True)
class People:
    """Customers and newcomers of so many bots; ``first`` keeps those of two processes apart."""

    customers: int
    bots: int
    first: int
    _numbers: Iterator[int]

    @classmethod
    def coming(cls, customers: int, bots: int, first: int) -> "People":
        """Let them come from the first number on."""
        return cls(customers, bots, first, count(first))

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
