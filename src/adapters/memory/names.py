"""Names that come from a counter: never repeated within one counter, and the same in every run."""

from itertools import count

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRIGGER_LETTERS = 6
SEEDS = 1 << 31
STRIDE = 48_271
"""Coprime to both ranges, so that neighbours look different and nothing repeats before the range is used up."""


class CountingNames:
    """Ids, triggers and seeds by number; ``realm`` keeps two counters' ids apart."""

    def __init__(self, realm: int = 1) -> None:
        self._realm = realm
        self._ids = count(1)
        self._triggers = count(1)
        self._seeds = count(1)

    def fresh(self) -> str:
        """Return the next id, a valid UUID's text."""
        return f"{self._realm:08x}-0000-4000-8000-{next(self._ids):012x}"

    def trigger(self) -> str:
        """Return the next trigger word: ``TOK_`` and six capital letters."""
        number = next(self._triggers) * STRIDE
        word = ""
        for _ in range(TRIGGER_LETTERS):
            number, letter = divmod(number, len(LETTERS))
            word += LETTERS[letter]
        return f"TOK_{word}"

    def seed(self) -> int:
        """Return the next seed, 0 to 2³¹ - 1."""
        return next(self._seeds) * STRIDE % SEEDS
