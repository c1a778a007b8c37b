"""Outboxes, inboxes and photo stores with one mistake each, in the suites that must catch it.

See test_wrong_adapters.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from adapters.memory import FrozenClock, MemoryDatabase, MemoryInbox, MemoryOutbox, MemoryPhotoStore
from adapters.memory.database import TaskRow
from avatar_core.errors import StoreUnavailable
from avatar_core.ids import PhotoRef
from avatar_core.tasks import Task
from avatar_core.testing.examples import NOW
from avatar_core.testing.inbox import InboxContract
from avatar_core.testing.outbox import OutboxContract
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld
from avatar_core.testing.store import Store
from tests.contracts.memory_store import memory_store


class ClingingOutbox(MemoryOutbox):
    """Keeps the claim on a task that was given back until it would have ended by itself."""

    async def again(self, task: Task, worker: str, due_at: datetime, error: str) -> None:
        row = self._held_by(task, worker)
        await super().again(task, worker, due_at, error)
        if row is not None:
            self._put(replace(self._database.tasks[task.id], leased_until=row.leased_until))


class TestClingingOutbox(OutboxContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), outbox=ClingingOutbox(database))


class SweepingOutbox(MemoryOutbox):
    """Knows events, not tasks: when one reaction is done, it strikes off the event's others too."""

    async def done(self, task: Task, worker: str) -> None:
        for row in list(self._database.tasks):
            if row.task.happening.id == task.happening.id:
                await super().done(row.task, worker)


class TestSweepingOutbox(OutboxContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), outbox=SweepingOutbox(database))


class InnumerateOutbox(MemoryOutbox):
    """Counts to two, so that no task is ever given up."""

    def _lease(self, row: TaskRow, worker: str, until: datetime) -> Task:
        modest = replace(row.task, attempts=min(row.task.attempts, 1))
        return super()._lease(replace(row, task=modest), worker, until)


class TestInnumerateOutbox(OutboxContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), outbox=InnumerateOutbox(database))


class ForgetfulInbox(MemoryInbox):
    """What comes a third time has to be handled again."""

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        known = [name for name, _ in arrivals if (source, name) in self._database.arrivals]
        new = await super().keep(source, arrivals, at)
        for name in known:
            row = self._database.arrivals[source, name]
            self._database.arrivals.set((source, name), replace(row, handled=False))
        return new


class TestForgetfulInbox(InboxContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), inbox=ForgetfulInbox(database))


class RejuvenatingInbox(MemoryInbox):
    """What is brought again and again is never old enough to be found."""

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        new = await super().keep(source, arrivals, at)
        for name, _ in arrivals:
            row = self._database.arrivals[source, name]
            self._database.arrivals.set((source, name), replace(row, at=at))
        return new


class TestRejuvenatingInbox(InboxContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), inbox=RejuvenatingInbox(database))


def photo_world(store: MemoryPhotoStore) -> PhotoStoreWorld:
    return PhotoStoreWorld(store, lambda: setattr(store, "full", True))


class LitteringPhotoStore(MemoryPhotoStore):
    """Writes beside the ref first, and leaves there what did not fit."""

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        try:
            await super().put(ref, content)
        except StoreUnavailable:
            half = PhotoRef(f"{ref}.part")
            self.kept[half], self._written[half] = content[:10], NOW
            raise


class TestLitteringPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        return photo_world(LitteringPhotoStore(clock=FrozenClock(NOW)))


class HalfWritingPhotoStore(MemoryPhotoStore):
    """Replaces and packs with care, and writes a photo that is new straight to its place."""

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        if self.full and ref not in self.kept and not ref.endswith(".zip"):
            self.kept[ref] = content[:10]
        await super().put(ref, content)


class TestHalfWritingPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        return photo_world(HalfWritingPhotoStore(clock=FrozenClock(NOW)))


class NarrowPhotoStore(MemoryPhotoStore):
    """Packs as many photos as have one digit."""

    async def pack(self, archive: PhotoRef, photos: Sequence[PhotoRef]) -> None:
        await super().pack(archive, photos[:9])


class TestNarrowPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        return photo_world(NarrowPhotoStore(clock=FrozenClock(NOW)))
