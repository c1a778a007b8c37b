"""The machine's clock, and the only source of chance."""

import secrets
import string
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

TRIGGER_LETTERS = 6
SEEDS = 2**31
_RANDOM_BITS = 74
_VARIANT_BITS = 62


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Tells the machine's time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RandomNames:
    """Draws names from the operating system's randomness."""

    def fresh(self) -> str:
        """Return a UUID of version 7 (RFC 9562): milliseconds, so that indexes grow at one end, then 74 random bits."""
        random = secrets.randbits(_RANDOM_BITS)
        high = time.time_ns() // 1_000_000 << 16 | 7 << 12 | random >> _VARIANT_BITS
        return str(uuid.UUID(int=high << 64 | 2 << _VARIANT_BITS | random & (1 << _VARIANT_BITS) - 1))

    def trigger(self) -> str:
        """Return ``TOK_`` and six capital letters: nothing that a language model has a meaning for."""
        return "TOK_" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(TRIGGER_LETTERS))

    def seed(self) -> int:
        """Return a painter's seed, 0 to 2³¹ - 1."""
        return secrets.randbelow(SEEDS)
