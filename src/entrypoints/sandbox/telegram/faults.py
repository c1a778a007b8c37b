"""Faults on demand: what a network and a busy Telegram do to a bot."""

import fnmatch
import math
from dataclasses import dataclass
from enum import StrEnum

from .clock import SandboxClock
from .records import Json


class FaultKind(StrEnum):
    """What goes wrong with a request."""

    TOO_MANY = "too_many"  # 429 with retry_after
    BLOCKED = "blocked"  # 403 as if the person had blocked the bot
    SERVER_ERROR = "server_error"  # a 5xx
    GARBAGE = "garbage"  # an answer that is no JSON
    DROP = "drop"  # the connection closes without an answer
    HANG = "hang"  # no answer at all, until the client gives up
    SLOW = "slow"  # an answer that takes `seconds`


@dataclass(slots=True)
class Fault:
    """Something that will happen to the next `times` requests that match."""

    kind: FaultKind
    method: str = "*"
    times: int = 1
    seconds: float = 0.0
    code: int = 502
    is_after_acceptance: bool = False
    bot_id: int | None = None
    chat_id: int | None = None

    @property
    def is_after(self) -> bool:
        """Whether the request is carried out all the same; a slow answer is an answer."""
        return self.is_after_acceptance or self.kind is FaultKind.SLOW

    def matches(self, bot_id: int, method: str, chat_id: str) -> bool:
        """Tell whether a request is hit; `*` spares getUpdates, which is hit only by its name."""
        is_method = fnmatch.fnmatchcase(method.lower(), self.method.lower())
        if not is_method or (method.lower() == "getupdates" and self.method.lower() != "getupdates"):
            return False
        return self.bot_id in {None, bot_id} and (self.chat_id is None or str(self.chat_id) == chat_id)


class Faults:
    """The faults still to come, in the order they were asked for.

    `method` is a method's name or a pattern such as "send*" or "*"; `bot_id` and `chat_id` narrow it.
    """

    def __init__(self, clock: SandboxClock) -> None:
        """Start with none; `clock` tells when a 429's silence is over."""
        self.plan: list[Fault] = []
        self.early_retries = 0
        self._clock = clock
        self._silent_until_s: dict[tuple[int, str], float] = {}

    def add(self, fault: Fault) -> Fault:
        """Let `fault` happen."""
        self.plan.append(fault)
        return fault

    def too_many(self, retry_after_s: int = 1, method: str = "send*", times: int = 1) -> Fault:
        """Answer 429, and again to whoever comes back before its time (`early_retries` counts those)."""
        return self.add(Fault(FaultKind.TOO_MANY, method, times, seconds=retry_after_s))

    def blocked(self, method: str = "send*", times: int = 1) -> Fault:
        """Answer 403 "bot was blocked by the user"."""
        return self.add(Fault(FaultKind.BLOCKED, method, times))

    def server_error(self, code: int = 502, method: str = "*", times: int = 1) -> Fault:
        """Answer 500, 502 or another 5xx; nothing was accepted."""
        return self.add(Fault(FaultKind.SERVER_ERROR, method, times, code=code))

    def drop(self, method: str = "*", times: int = 1, *, is_after_acceptance: bool = False) -> Fault:
        """Close the connection without an answer, before or after the request was carried out."""
        return self.add(Fault(FaultKind.DROP, method, times, is_after_acceptance=is_after_acceptance))

    def hang(self, method: str = "*", times: int = 1, *, is_after_acceptance: bool = False) -> Fault:
        """Never answer, before or after the request was carried out: the client runs into its time-out."""
        return self.add(Fault(FaultKind.HANG, method, times, is_after_acceptance=is_after_acceptance))

    def slow(self, seconds: float, method: str = "*", times: int = 1) -> Fault:
        """Answer late by `seconds` of the sandbox's clock."""
        return self.add(Fault(FaultKind.SLOW, method, times, seconds=seconds))

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self.plan.clear()
        self._silent_until_s.clear()

    def take(self, bot_id: int, method: str, params: Json) -> Fault | None:
        """Return the fault that hits this request, using one of its times up."""
        chat_id = str(params.get("chat_id", ""))
        left_s = self._silent_until_s.get((bot_id, chat_id), 0.0) - self._clock.now()
        if left_s > 0 and method.lower() != "getupdates":
            self.early_retries += 1
            return Fault(FaultKind.TOO_MANY, seconds=math.ceil(left_s))
        for fault in self.plan:
            if fault.matches(bot_id, method, chat_id):
                fault.times -= 1
                if fault.times <= 0:
                    self.plan.remove(fault)
                if fault.kind is FaultKind.TOO_MANY:
                    self._silent_until_s[bot_id, chat_id] = self._clock.now() + fault.seconds
                return fault
        return None
