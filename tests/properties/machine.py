"""What the Hypothesis machines share: a business of their own, over memory or over PostgreSQL, and its death."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from adapters.memory import FrozenClock
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.errors import AvatarError
from avatar_core.testing.examples import NOW
from tests.contracts.postgres_store import postgres_store
from tests.fixtures_postgres import database_numbers
from tests.use_cases.faults import Fate, FatedBegin, Killed, die
from tests.use_cases.world import World, memory_world

Result = TypeVar("Result")


class Home:
    """Where a machine's business lives: the database in memory."""

    async def open(self, fate: Fate) -> World:
        """Begin an empty business."""
        return memory_world(lambda begin: FatedBegin(begin, fate))

    async def close(self) -> None:
        """Leave nothing behind."""


class PostgresHome(Home):
    """A database of its own on a real server, for each business."""

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        """Take the server and the migrated template."""
        self._server = server
        self._template = template
        self._name = f"property_{next(database_numbers)}"
        self._database: Database | None = None

    async def open(self, fate: Fate) -> World:
        """Begin an empty business."""
        dsn = self._server.create_database(self._name, template=self._template)
        self._database = Database(dsn, settings=PoolSettings(smallest=0, largest=4))
        await self._database.open()
        clock = FrozenClock(NOW)
        store = postgres_store(self._database, clock)
        return World(store, clock, FatedBegin(store.begin, fate))

    async def close(self) -> None:
        """Drop the database."""
        if self._database is not None:
            await self._database.close()
            self._server.drop_database(self._name)


class Business(RuleBasedStateMachine):
    """One business, one event loop.  What is expected is kept by the machine itself, never read from the business."""

    home: ClassVar[Callable[[], Home]] = Home

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
