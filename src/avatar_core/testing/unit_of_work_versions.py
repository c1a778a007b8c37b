"""Versions: of two who read the same record only the first to write is heard, whatever kind of record it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfCustomer, OfPayment, OfPortraits, OfTraining
from avatar_core.errors import ConcurrentChange
from avatar_core.events import CustomerRegistered
from avatar_core.money import Stars
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import AS_BOUGHT, Subscription
from avatar_core.testing.examples import (
    MODEL,
    NOW,
    a_customer,
    a_draft,
    a_notice,
    a_payment,
    a_photo,
    a_term,
    an_avatar,
    an_order,
    credited,
    held,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.trainings import Training

Versioned = Customer | Subscription | Payment | Evidence | Avatar | Training | PortraitOrder
KINDS = get_args(Versioned)
Rivals = tuple[Versioned, Versioned, Versioned]
"""A new record, and two changes of it that are made of the same reading."""


def rivals(customer: Customer, avatar: Avatar) -> Mapping[type[Versioned], Rivals]:
    """Return them for each kind of record."""
    visitor, bare, payment = a_customer(2), Subscription(customer.id, customer.network), a_payment(customer)
    term = bare.add(a_term(), "payment 1", AS_BOUGHT)
    notice, other, order = a_notice(payment), an_avatar(customer, 2), an_order(customer, avatar)
    draft = a_draft(customer, avatar)
    leased = payment.approve(customer.id, payment.price, "query-1", at=NOW)
    return {
        Customer: (visitor, replace(visitor, name="First"), replace(visitor, name="Second")),
        Subscription: (term, term.add(a_term(), "payment 2", AS_BOUGHT), term.add(a_term(), "payment 3", AS_BOUGHT)),
        Payment: (payment, leased, payment.cancel()),
        Evidence: (notice, notice.settled(), notice.quarantined("wrong-amount")),
        Avatar: (other, other.ready(MODEL), other.ready(replace(MODEL, model="someone/avatar-2"))),
        Training: (draft, draft.add(a_photo(1)), draft.add(a_photo(2))),
        PortraitOrder: (order, order.request(at=NOW), replace(order, run=order.run.cancel(at=NOW))),
    }


async def stored(store: Store, customer: Customer, record: Versioned) -> Versioned:
    """Read a record as the store has it now."""
    dossier, found = await store.read(customer), record
    async with store.begin() as work:
        match record:
            case Customer():
                found = (await work.dossier(OfCustomer(record.id))).customer
            case Subscription():
                found = dossier.subscription
            case Payment():
                found = (await work.dossier(OfPayment(record.id))).payment()
            case Evidence():
                found = await work.evidence(record.id)
            case Avatar():
                found = dossier.avatar(record.id)
            case Training():
                found = (await work.dossier(OfTraining(record.id))).training(record.id)
            case PortraitOrder():
                found = (await work.dossier(OfPortraits(record.id))).order(record.id)
    return found


class VersionsContract(StoreContract):
    """No update is lost."""

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    async def test_of_two_who_read_a_record_only_the_first_to_write_is_heard(
        self, store: Store, customer: Customer, avatar: Avatar, kind: type[Versioned]
    ) -> None:
        new, first, second = rivals(customer, avatar)[kind]
        await store.save(new)
        await store.save(replace(first, version=1))
        gift = credited((await store.read(customer)).wallet, 5, "charge-9")
        event = CustomerRegistered(customer=customer.id, person="nobody")
        for version in (1, 0, 3):  # read before; made anew; read of a store that never was
            with pytest.raises(ConcurrentChange):
                await store.save(gift, replace(second, version=version), events=(event,))
        assert await stored(store, customer, new) == replace(first, version=2)
        assert (await store.read(customer)).wallet.available == Stars(0)
        assert await store.tasks() == []

    async def test_a_change_of_what_was_never_written_is_refused(self, store: Store, customer: Customer) -> None:
        with pytest.raises(ConcurrentChange):
            await store.save(replace(an_avatar(customer), version=1))
        assert (await store.read(customer)).avatars == {}

    async def test_a_stale_hold_is_refused_beside_a_fresh_wallet(self, store: Store, customer: Customer) -> None:
        await store.save(held(credited((await store.read(customer)).wallet, 500), "order-1", 30))
        before = (await store.read(customer)).wallet
        await store.save(before.capture("order-1", Stars.of(10), part=1, at=NOW))
        now = (await store.read(customer)).wallet
        mixed = replace(now, holds=before.holds).capture("order-1", Stars.of(5), part=2, at=NOW)
        with pytest.raises(ConcurrentChange):
            await store.save(mixed)
        assert (await store.read(customer)).wallet == now
        assert len(await store.books.postings(customer.id)) == 3
