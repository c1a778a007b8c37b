"""How much of something each may do in a minute: a bucket that fills by itself, in this process's memory."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_REMEMBERED = 10_000
"""Of more, those who came longest ago are forgotten, and begin anew with a full bucket."""
TOLD_EVERY_S = 30.0
A_MINUTE_S = 60.0


class Wait(NamedTuple):
    """An allowance that is used up."""

    seconds: int
    """Until the next one, one or more."""
    is_news: bool
    """Whether it was not said in the last 30 s: a flood is answered once, not each time."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float
    told_at_s: float = -math.inf


@dataclass(slots=True)
class Allowances:
    """The allowances of everybody who does one kind of thing."""

    per_minute: int
    """How many in a minute, and at once after a quiet minute; 0: as many as they like."""
    now_s: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[Hashable, _Bucket] = field(default_factory=OrderedDict, repr=False)

    def take(self, who: Hashable) -> Wait | None:
        """Use one up; return None, or how long to wait when there is none left."""
        if not self.per_minute:
            return None
        bucket, now_s = self._bucket(who), self.now_s()
        filled = (now_s - bucket.at_s) * self.per_minute / A_MINUTE_S
        bucket.left, bucket.at_s = min(bucket.left + filled, float(self.per_minute)), now_s
        if bucket.left >= 1:
            bucket.left -= 1
            return None
        is_news = now_s - bucket.told_at_s >= TOLD_EVERY_S
        if is_news:
            bucket.told_at_s = now_s
        return Wait(math.ceil((1 - bucket.left) * A_MINUTE_S / self.per_minute), is_news)

    def _bucket(self, who: Hashable) -> _Bucket:
        bucket = self._buckets.pop(who, None) or _Bucket(float(self.per_minute), self.now_s())
        self._buckets[who] = bucket
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket
