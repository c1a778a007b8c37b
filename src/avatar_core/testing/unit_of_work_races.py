"""Several at once: of those who read the same thing one wins, and the others are told to read again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfCustomer
from avatar_core.errors import ConcurrentChange, InsufficientStars
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.testing.examples import NOW, a_customer, a_draft, a_notice, a_payment, a_running, credited, held
from avatar_core.testing.store import Store, StoreContract

CALLERS = 16
ATTEMPTS = 100


async def together(work: Callable[[int], Awaitable[None]]) -> list[BaseException]:
    """Let all callers work at once, and return what was raised."""
    done = await asyncio.gather(*(work(number) for number in range(1, CALLERS + 1)), return_exceptions=True)
    return [each for each in done if each is not None]


class RacesContract(StoreContract):
    """Concurrency."""

    async def test_of_all_who_read_the_same_version_one_writes(self, store: Store, customer: Customer) -> None:
        lost = await together(lambda number: store.save(replace(customer, name=f"Name {number}")))
        assert [type(each) for each in lost] == [ConcurrentChange] * (CALLERS - 1)
        assert (await store.read(customer)).customer.version == 2

    async def test_one_person_who_comes_many_times_at_once_is_one_customer(self, store: Store) -> None:
        person = a_customer().telegram_id
        lost = await together(lambda number: store.save(replace(a_customer(number), telegram_id=person)))
        assert [type(each) for each in lost] == [ConcurrentChange] * (CALLERS - 1)

    async def test_a_notice_that_comes_many_times_at_once_is_kept_once(self, store: Store, customer: Customer) -> None:
        lost = await together(lambda _: store.save(a_notice(a_payment(customer))))
        assert [type(each) for each in lost] == [ConcurrentChange] * (CALLERS - 1)

    async def test_one_training_of_many_started_at_once_runs(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        lost = await together(lambda number: store.save(a_running(a_draft(customer, avatar, number))))
        assert [type(each) for each in lost] == [ConcurrentChange] * (CALLERS - 1)

    async def test_stars_for_one_order_make_one_hold(self, store: Store, customer: Customer) -> None:
        await store.save(credited((await store.read(customer)).wallet, 220))

        async def order(number: int) -> None:
            wallet = (await store.read(customer)).wallet
            await store.save(held(wallet, f"order-{number}", 220))

        lost = await together(lambda number: self._again(store, lambda: order(number)))
        assert [type(each) for each in lost] == [InsufficientStars] * (CALLERS - 1)
        wallet = (await store.read(customer)).wallet
        assert (wallet.available, wallet.held, len(wallet.holds)) == (Stars(0), Stars.of(220), 1)

    async def test_nothing_is_lost_when_many_give_at_once_and_try_again(self, store: Store, customer: Customer) -> None:
        async def give(number: int) -> None:
            async with store.begin() as work:
                wallet = (await work.dossier(OfCustomer(customer.id))).wallet
                cause = Cause("grant", str(number))
                work.save(wallet.give(Stars.of(1), "grant", f"grant:{number}", cause=cause, at=NOW))
                await work.commit()

        assert await together(lambda number: self._again(store, lambda: give(number))) == []
        assert (await store.read(customer)).wallet.available == Stars.of(CALLERS)
        assert len(await store.books.postings(customer.id)) == CALLERS

    async def test_customers_do_not_get_in_each_others_way(self, store: Store) -> None:
        customers = [await store.registered(number) for number in range(1, CALLERS + 1)]

        async def credit(number: int) -> None:
            wallet = (await store.read(customers[number - 1])).wallet
            await store.save(credited(wallet, 1, f"charge-{number}"))

        assert await together(credit) == []

    @pytest.mark.parametrize("attempt", [1, 5, 25])
    async def test_a_pause_ends(self, store: Store, attempt: int) -> None:
        await store.begin.pause(attempt)

    async def _again(self, store: Store, act: Callable[[], Awaitable[None]]) -> None:
        for attempt in range(1, ATTEMPTS):
            try:
                return await act()
            except ConcurrentChange:
                await store.begin.pause(attempt)
        return await act()
