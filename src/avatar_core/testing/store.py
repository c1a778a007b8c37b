"""One store with all of its ports, as the store's suites need it, and what they do with it again and again."""

from dataclasses import dataclass, replace

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier, OfCustomer, Record
from avatar_core.events import Event
from avatar_core.ports import BeginUnitOfWork, Books, Clock, Inbox, Outbox, Warden, Worklists
from avatar_core.tasks import Task, of_each
from avatar_core.testing.examples import DAY, a_customer, an_avatar
from avatar_core.testing.properties import Opaque


@dataclass(frozen=True)
class Store(Opaque):
    """An empty store.  ``begin`` and ``books`` read ``clock``, which stands at ``avatar_core.testing.examples.NOW``."""

    begin: BeginUnitOfWork
    books: Books
    worklists: Worklists
    outbox: Outbox
    inbox: Inbox
    warden: Warden
    clock: Clock

    async def save(self, *records: Record, events: tuple[Event, ...] = ()) -> None:
        """Write records and events in one unit of work."""
        async with self.begin() as work:
            work.save(*records)
            work.emit(*events)
            await work.commit()

    async def registered(self, number: int = 1) -> Customer:
        """Write a customer, and return them as they are stored."""
        await self.save(a_customer(number))
        return (await self.read(a_customer(number))).customer

    async def read(self, customer: Customer, *keys: str) -> Dossier:
        """Read a customer's dossier."""
        async with self.begin() as work:
            return await work.dossier(OfCustomer(customer.id), keys=keys)

    async def tasks(self) -> list[Task]:
        """Claim every task that is the first of its lane."""
        return await self.outbox.claim("a watching test", self.clock.now() + DAY, of_each(1000), 60)


class StoreContract:
    """The hole that all suites of the store's ports have: ``store``, an empty store of your kind."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    async def customer(self, store: Store) -> Customer:
        return await store.registered()

    @pytest.fixture
    async def avatar(self, store: Store, customer: Customer) -> Avatar:
        await store.save(an_avatar(customer))
        return replace(an_avatar(customer), version=1)
