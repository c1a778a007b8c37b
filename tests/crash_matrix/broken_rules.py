"""Rules broken on purpose, in the product's own process: what the matrix must find to be believed.

Each takes a house with tripwires in it and returns one that breaks a rule; the process lives for one run only.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, cast

from avatar_core.dossier import Record
from avatar_core.events import Event
from avatar_core.ids import EventId, PortraitOrderId, TrainingId
from avatar_core.payments import Evidence, EvidenceStatus
from avatar_core.ports import BeginUnitOfWork, UnitOfWork
from avatar_core.runs import Ticket
from avatar_core.tasks import Happening
from avatar_core.use_cases.delivery import DeliverPortraits
from avatar_core.wallet import Wallet
from entrypoints.vendors import OpenHouse

LATE_S = 0.2

Break = Callable[[OpenHouse], OpenHouse]


class Altered:
    """A port with some methods replaced."""

    def __init__(self, inner: object, **methods: object) -> None:
        self._inner, self._methods = inner, methods

    def __getattr__(self, name: str) -> object:
        return self._methods[name] if name in self._methods else getattr(self._inner, name)


class HastyWork(Altered):
    """A unit of work whose commit of a fresh notice comes after its caller believes that it has been made."""

    def __init__(self, inner: UnitOfWork, pending: set[asyncio.Task[None]]) -> None:
        super().__init__(inner)
        self._work, self._pending, self._is_notice = inner, pending, False

    def save(self, *records: Record) -> None:
        self._is_notice = any(isinstance(one, Evidence) and one.status is EvidenceStatus.RECEIVED for one in records)
        self._work.save(*records)

    async def commit(self) -> None:
        if not self._is_notice:
            await self._work.commit()
            return
        late = asyncio.create_task(self._commit_later())
        self._pending.add(late)

    async def _commit_later(self) -> None:
        await asyncio.sleep(LATE_S)
        await self._work.commit()


class GossipingWork(Altered):
    """A unit of work that tells other systems what it is about to commit."""

    def __init__(self, inner: UnitOfWork, house: OpenHouse) -> None:
        super().__init__(inner)
        self._work, self._house = inner, house
        self._events: list[Event] = []

    def emit(self, *events: Event) -> None:
        self._events += events
        self._work.emit(*events)

    async def commit(self) -> None:
        ground = self._house.ground
        for event in self._events:
            told = Happening(EventId(ground.names.fresh()), event, ground.clock.now())
            await self._house.vendors.publisher.publish(told)
        await self._work.commit()


class BrokenBegin:
    """Begins units of work of another kind."""

    def __init__(self, inner: BeginUnitOfWork, breaking: Callable[[UnitOfWork], object]) -> None:
        self._inner, self._breaking = inner, breaking

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        async with self._inner() as work:
            yield cast("UnitOfWork", self._breaking(work))

    async def pause(self, attempt: int) -> None:
        await self._inner.pause(attempt)


def answer_before_evidence(house: OpenHouse) -> OpenHouse:
    """Tell the gateway that its notice is kept while it is not yet."""
    pending: set[asyncio.Task[None]] = set()
    return _with_begin(house, lambda work: HastyWork(work, pending))


def publish_before_commit(house: OpenHouse) -> OpenHouse:
    """Tell other systems first, commit afterwards."""
    gossiping = _with_begin(house, lambda work: GossipingWork(work, house))
    return _with_vendors(gossiping, publisher=Altered(house.vendors.publisher, publish=_nothing))


def capture_before_delivery(house: OpenHouse) -> OpenHouse:
    """Charge for the portraits, then send them."""
    ground, vendors = house.ground, house.vendors
    begin, warden = ground.store.begin, ground.store.warden
    deliver = DeliverPortraits(begin, ground.clock, vendors.painter, vendors.photos, vendors.messenger, warden)

    async def send_images(address: Any, order: PortraitOrderId, images: Sequence[bytes]) -> None:  # noqa: ANN401
        await deliver._charge(order)
        await vendors.messenger.send_images(address, order, images)

    return _with_vendors(house, messenger=Altered(vendors.messenger, send_images=send_images))


def submit_without_asking(house: OpenHouse) -> OpenHouse:
    """Start a training without looking for the run that may have been started before."""

    async def find(order: TrainingId) -> Ticket | None:
        known: dict[TrainingId, Ticket] = {}
        return known.get(order)

    return _with_vendors(house, trainer=Altered(house.vendors.trainer, find=find))


def drop_one_release(house: OpenHouse) -> OpenHouse:
    """Give nothing back when an order ends without its result."""

    def release(wallet: Wallet, order: str, *, at: object) -> Wallet:
        del order, at
        return wallet

    setattr(Wallet, "release", release)  # noqa: B010  (mypy holds methods for fixed)
    return house


async def _nothing(happening: Happening) -> None:
    del happening


def _with_begin(house: OpenHouse, breaking: Callable[[UnitOfWork], object]) -> OpenHouse:
    store = replace(house.ground.store, begin=BrokenBegin(house.ground.store.begin, breaking))
    return replace(house, ground=replace(house.ground, store=store))


def _with_vendors(house: OpenHouse, **ports: object) -> OpenHouse:
    change: Callable[..., Any] = partial(replace, house.vendors)
    return replace(house, vendors=change(**ports))


BROKEN: dict[str, Break] = {
    each.__name__: each
    for each in (
        answer_before_evidence,
        publish_before_commit,
        capture_before_delivery,
        submit_without_asking,
        drop_one_release,
    )
}
