"""Running again: a use case whose reading has moved under it reads and decides anew."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from avatar_core.errors import ConcurrentChange
from avatar_core.ports import BeginUnitOfWork

ATTEMPTS = 25
"""Sixty-four callers on one row need about a dozen, with jitter."""


class _Beginning(Protocol):
    @property
    def begin(self) -> BeginUnitOfWork: ...


Self = TypeVar("Self", bound=_Beginning)
Given = ParamSpec("Given")
Result = TypeVar("Result")
Method = Callable[Concatenate[Self, Given], Coroutine[Any, Any, Result]]


def again(method: Method[Self, Given, Result]) -> Method[Self, Given, Result]:
    """Repeat a method that is one unit of work until nobody else was faster; at most ATTEMPTS times."""

    @wraps(method)
    async def repeated(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        for attempt in range(1, ATTEMPTS):
            try:
                return await method(self, *args, **kwargs)
            except ConcurrentChange:
                await self.begin.pause(attempt)
        return await method(self, *args, **kwargs)

    return repeated
