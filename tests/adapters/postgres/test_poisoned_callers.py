"""What one caller brings that PostgreSQL cannot take hits nobody who shares the statement."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from avatar_core.dossier import Dossier, OfCustomer, OfEvidence, OfPayment, OfPerson, Subject
from avatar_core.errors import CustomerNotFound, EvidenceNotFound, InvalidAmount, PaymentNotFound, StoreUnavailable
from avatar_core.ids import CustomerId, EvidenceId, PaymentId, TelegramId
from avatar_core.money import Currency, Price
from avatar_core.testing.examples import NETWORK, NOW, a_customer, a_notice, a_payment
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store

UNSTORABLE = ["a\0b", "a\ud800b", "a\udfffb"]
BEYOND_BIGINT = 2**63


async def read(store: Store, subject: Subject, *keys: str) -> Dossier:
    async with store.begin() as work:
        return await work.dossier(subject, keys=keys)


@pytest.mark.parametrize("text", UNSTORABLE)
async def test_an_id_that_cannot_be_stored_finds_nothing_and_hits_nobody(database: Database, text: str) -> None:
    store = postgres_store(database)
    customer = await store.registered()
    innocent = [store.read(customer, text) for _ in range(32)]
    poisoned = [read(store, OfPayment(PaymentId(text))), read(store, OfCustomer(CustomerId(text)))]
    payment, nobody, *found = await asyncio.gather(*poisoned, *innocent, return_exceptions=True)
    assert [type(each) for each in found] == [Dossier] * 32
    assert [type(payment), type(nobody)] == [PaymentNotFound, CustomerNotFound]
    async with store.begin() as work:
        with pytest.raises(EvidenceNotFound):
            await work.evidence(EvidenceId(text))


async def test_a_number_beyond_bigint_is_refused_to_its_reader_alone(database: Database) -> None:
    store = postgres_store(database)
    customer = await store.registered()
    innocent = [store.read(customer) for _ in range(32)]
    poisoned = read(store, OfPerson(NETWORK, TelegramId(BEYOND_BIGINT)))
    refusal, *found = await asyncio.gather(poisoned, *innocent, return_exceptions=True)
    assert [type(each) for each in found] == [Dossier] * 32
    assert isinstance(refusal, InvalidAmount)
    assert refusal.value == str(BEYOND_BIGINT)


@pytest.mark.parametrize("text", UNSTORABLE)
async def test_commits_beside_text_that_cannot_be_stored_all_hold(database: Database, text: str) -> None:
    store = postgres_store(database)
    await asyncio.gather(
        store.save(replace(a_customer(33), name=text)),  # first, so that it shares the boat
        *(store.save(replace(a_customer(n), name=f"{n}")) for n in range(1, 33)),
    )
    names = [(await store.read(a_customer(n))).customer.name for n in range(1, 34)]
    assert names == [*(f"{n}" for n in range(1, 33)), "a\ufffdb"]


async def test_a_backslash_before_u0000_is_text_like_any_other(database: Database) -> None:
    store = postgres_store(database)
    await store.save(replace(a_customer(), name="a\\u0000b\0"))
    assert (await store.read(a_customer())).customer.name == "a\\u0000b\ufffd"


async def test_a_price_beyond_bigint_is_refused_to_its_writer_alone(database: Database) -> None:
    store = postgres_store(database)
    notice = replace(a_notice(a_payment(a_customer())), price=Price(BEYOND_BIGINT, Currency.XTR))
    innocent = [store.save(a_customer(n)) for n in range(1, 33)]
    refusal, *saved = await asyncio.gather(store.save(notice), *innocent, return_exceptions=True)
    assert saved == [None] * 32
    assert isinstance(refusal, InvalidAmount)
    with pytest.raises(EvidenceNotFound):
        await read(store, OfEvidence(notice.id))


@pytest.mark.parametrize("text", UNSTORABLE)
async def test_arrivals_that_cannot_be_stored_are_kept_once_and_struck_off(database: Database, text: str) -> None:
    inbox = postgres_store(database).inbox
    assert await inbox.keep("source", [(text, text), ("2", "raw")], NOW) == [text, "2"]
    assert await inbox.keep("source", [(text, text)], NOW) == []
    await asyncio.gather(inbox.handled("source", text), inbox.handled("source", "2"))
    assert await inbox.unhandled("source", NOW.replace(year=2200), 10) == []


async def test_a_boat_that_fails_goes_again_with_each_alone() -> None:
    crossings: list[list[int]] = []

    async def carry(loads: Sequence[int]) -> Sequence[int]:
        crossings.append(list(loads))
        if 2 in loads:
            raise ValueError
        return loads

    ferry = Ferry(carry)
    done = await asyncio.gather(*(ferry.bring(load) for load in (1, 2, 3)), return_exceptions=True)
    assert [done[0], type(done[1]), done[2]] == [1, ValueError, 3]
    assert crossings == [[1, 2, 3], [1], [2], [3]]


async def test_a_boat_lost_with_the_store_does_not_go_again() -> None:
    crossings: list[list[int]] = []

    async def carry(loads: Sequence[int]) -> Sequence[int]:
        crossings.append(list(loads))
        raise StoreUnavailable(reason="storm")

    ferry = Ferry(carry)
    done = await asyncio.gather(*(ferry.bring(load) for load in (1, 2)), return_exceptions=True)
    assert [type(each) for each in done] == [StoreUnavailable] * 2
    assert crossings == [[1, 2]]


async def test_a_store_lost_while_each_goes_alone_is_not_asked_for_the_rest() -> None:
    crossings: list[list[int]] = []

    async def carry(loads: Sequence[int]) -> Sequence[int]:
        crossings.append(list(loads))
        if loads == [2]:
            raise StoreUnavailable(reason="storm")
        if len(loads) > 1:
            raise ValueError
        return loads

    ferry = Ferry(carry)
    done = await asyncio.gather(*(ferry.bring(load) for load in (1, 2, 3)), return_exceptions=True)
    assert [done[0], type(done[1]), type(done[2])] == [1, StoreUnavailable, StoreUnavailable]
    assert crossings == [[1, 2, 3], [1], [2]]
