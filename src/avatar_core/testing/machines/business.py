"""What the machines share: a business of their own over the store of whoever runs them, and its death."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Protocol, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from avatar_core.errors import AvatarError
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.testing.world import World

Result = TypeVar("Result")


class Home(Protocol):
    """Where one example of a machine lives, from its beginning to its end."""

    async def open(self, fate: Fate) -> World:
        """Begin an empty business whose units of work meet the fate: ``FatedBegin(store.begin, fate)``."""
        ...

    async def close(self) -> None:
        """Leave nothing behind."""
        ...


class Business(RuleBasedStateMachine):
    """One business, one event loop.  What is expected is kept by the machine itself, never read from the business."""

    home: ClassVar[Callable[[], Home]]
    """Makes a home for each example: the machine's one hole."""

    def __init__(self) -> None:
        """Begin."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.fate = Fate()
        self.place = type(self).home()
        self.world = self.run(self.place.open(self.fate))
        self.begin_business()

    def begin_business(self) -> None:
        """Do what every example begins with."""

    def end_business(self) -> None:
        """Check what must hold at the end."""

    def teardown(self) -> None:
        """End."""
        try:
            self.end_business()
        finally:
            self.run(self.place.close())
            self.runner.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for a use case."""
        return self.runner.run(work)

    def dies(self, work: Coroutine[Any, Any, object], *, commit: int, before: bool) -> bool:
        """Let the process die before or after a commit of the work; return whether it came so far."""
        acts = self.fate.before if before else self.fate.after
        acts.extend([*([None] * commit), die])
        try:
            self.run(work)
        except Killed:
            return True
        finally:
            self.fate.before.clear()
            self.fate.after.clear()
        return False

    def outcome(self, work: Coroutine[Any, Any, object]) -> str | None:
        """Wait for a use case, and return the code of its refusal, or None."""
        try:
            self.run(work)
        except AvatarError as refused:
            return refused.code()
        return None

    def together(self, *works: Coroutine[Any, Any, object]) -> list[str | None]:
        """Wait for several at once, and return the code of each refusal, or None."""

        async def each(work: Coroutine[Any, Any, object]) -> str | None:
            try:
                await work
            except AvatarError as refused:
                return refused.code()
            return None

        async def every() -> list[str | None]:
            return list(await asyncio.gather(*(each(work) for work in works)))

        return self.run(every())

    @invariant()
    def no_law_is_broken(self) -> None:
        """The books agree with themselves."""
        assert self.broken_laws() == []

    def broken_laws(self) -> list[str]:
        """Name what is broken."""
        return self.run(self.world.broken_laws())
