"""What every set of books must do: say where each star came from and went, and notice what is broken."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from avatar_core.customers import Customer
from avatar_core.errors import ConcurrentChange
from avatar_core.ids import CustomerId, PlanCode
from avatar_core.ledger import Cause, Receipt, money_received, sealed
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import PlanPurchase
from avatar_core.ports import StatementLine
from avatar_core.testing.books_forged import ForgedLawsContract
from avatar_core.testing.books_orders import OrderLawsContract
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    MINUTE,
    NETWORK,
    NOW,
    ROUBLE_GATEWAY,
    STARS_GATEWAY,
    a_payment,
    credited,
    held,
    uid,
)
from avatar_core.testing.store import Store
from avatar_core.testing.whole import granted, settled
from avatar_core.wallet import Wallet

NOBODY = CustomerId(uid(1, 404))


def given(wallet: Wallet, number: int = 1, *, at: datetime = NOW) -> Wallet:
    """Return the wallet after one star that was granted at a moment."""
    return wallet.give(Stars.of(1), "grant", f"grant:{number}", cause=Cause("grant", str(number)), at=at)


class BooksContract(ForgedLawsContract, OrderLawsContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    # --- the statement

    async def test_a_statement_says_what_each_star_was_for(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        spent = held(wallet, "order-1", 220, at=NOW + MINUTE).release("order-1", at=NOW + HOUR)
        await store.save(spent)
        lines = await store.books.statement(customer.id, limit=10)
        assert lines == [
            StatementLine(NOW + HOUR, "RELEASE", "training", Stars.of(220), Stars.of(500), "order-1:release", 3),
            StatementLine(NOW + MINUTE, "HOLD", "training", Stars.of(-220), Stars.of(280), "order-1:hold", 2),
            StatementLine(
                NOW, "CREDIT", "payment", Stars.of(500), Stars.of(500), f"payment:{STARS_GATEWAY}:charge-1:credit", 1
            ),
        ]

    async def test_a_statement_says_whether_a_plan_or_a_top_up_was_paid(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        plan = PlanPurchase(PlanCode("NEUROPHOTO"), 1, 0, 30)
        paid = settled(wallet, replace(a_payment(customer, 2), purpose=plan), "charge-2")
        await store.save(*paid.records)
        given = paid.wallet.give(Stars(1), "grant", "grant:1", cause=Cause("grant", paid.payment.id), at=NOW)
        await store.save(replace(given, postings=given.postings[-1:]))
        lines = await store.books.statement(customer.id, limit=10)
        assert [line.plan for line in lines] == [None, "NEUROPHOTO", None]

    async def test_a_line_says_where_the_page_before_it_begins(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        await store.save(held(wallet, "order-1", 220).release("order-1", at=NOW))
        (latest,) = await store.books.statement(customer.id, limit=1)
        rest = await store.books.statement(customer.id, limit=10, before=latest.version)
        assert [line.version for line in (latest, *rest)] == [3, 2, 1]

    async def test_a_statement_is_read_page_by_page(self, store: Store, customer: Customer) -> None:
        for number in range(1, 8):
            await store.save(credited((await store.read(customer)).wallet, number, f"charge-{number}"))
        amounts = [line.amount for line in await store.books.statement(customer.id, limit=3)]
        assert amounts == [Stars.of(7), Stars.of(6), Stars.of(5)]
        amounts = [line.amount for line in await store.books.statement(customer.id, limit=3, before=5)]
        assert amounts == [Stars.of(4), Stars.of(3), Stars.of(2)]
        amounts = [line.amount for line in await store.books.statement(customer.id, limit=3, before=2)]
        assert amounts == [Stars.of(1)]
        assert await store.books.statement(customer.id, limit=3, before=1) == []

    async def test_what_does_not_touch_the_available_stars_is_not_on_the_statement(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        await store.save(held(wallet, "order-1", 220).capture("order-1", at=NOW))
        kinds = [line.kind for line in await store.books.statement(customer.id, limit=10)]
        assert kinds == ["HOLD", "CREDIT"]

    async def test_nobody_has_an_empty_statement(self, store: Store) -> None:
        assert await store.books.statement(NOBODY, limit=10) == []
        assert await store.books.postings(NOBODY) == []

    # --- postings

    async def test_every_posting_of_a_customer_is_found_in_order_and_nobody_elses(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        other = await store.registered(2)
        await store.save(credited((await store.read(other)).wallet, 5, "charge-2"))
        first = held(wallet, "order-1", 220)
        await store.save(first)
        later = (await store.read(customer)).wallet.capture("order-1", at=NOW)
        await store.save(later)
        postings = await store.books.postings(customer.id)
        assert [posting.transfer.key for posting in postings][1:] == ["order-1:hold", "order-1:capture"]
        assert postings[1:] == [*first.postings, *later.postings]
        assert len(postings) == 3

    async def test_several_postings_of_one_commit_keep_their_order(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        after = held(held(wallet, "order-b", 30), "order-a", 20).release("order-b", at=NOW)
        await store.save(after)
        assert tuple((await store.books.postings(customer.id))[1:]) == after.postings

    # --- totals

    async def test_totals_are_per_business_account_of_a_network(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        receipt = Receipt(NETWORK, ROUBLE_GATEWAY, "77", Price(111_000, Currency.RUB), "NEUROPHOTO")
        earned = held(wallet, "order-1", 220).capture("order-1", at=NOW)
        given = earned.give(Stars(150), "promo", "promo:x", cause=Cause("promo", "x"), at=NOW)
        await store.save(given, money_received(receipt, Cause("payment", "77"), NOW))
        assert await store.books.totals(NETWORK) == {
            f"{NETWORK}/sales/{STARS_GATEWAY}": -50_000,
            f"{NETWORK}/cash/{STARS_GATEWAY}/XTR": 500,
            f"{NETWORK}/income/XTR-500/XTR": -500,
            f"{NETWORK}/revenue/training": 22_000,
            f"{NETWORK}/bonus/promo": -150,
            f"{NETWORK}/cash/robokassa/RUB": 111_000,
            f"{NETWORK}/income/NEUROPHOTO/RUB": -111_000,
        }

    async def test_networks_do_not_mix(self, store: Store, wallet: Wallet) -> None:
        receipt = Receipt(NETWORK, ROUBLE_GATEWAY, "77", Price(100, Currency.RUB), "NEUROPHOTO")
        longer = replace(receipt, network=type(NETWORK)(f"{NETWORK}_2"), charge="78")
        await store.save(*(money_received(each, Cause("payment", each.charge), NOW) for each in (receipt, longer)))
        for network in (NETWORK, longer.network):
            totals = await store.books.totals(network)
            money = {name: total for name, total in totals.items() if name.endswith("RUB")}
            assert money == {f"{network}/cash/robokassa/RUB": 100, f"{network}/income/NEUROPHOTO/RUB": -100}

    # --- seals

    async def test_days_are_sealed_one_after_the_other_each_once(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        await store.save(held(wallet, "order-1", 5, at=NOW + 2 * DAY))
        first, second, third = await store.books.seal(NOW.date() + 2 * DAY)
        transfers = [posting.transfer for posting in await store.books.postings(customer.id)]
        assert (first.day, first.transfers) == (NOW.date(), 2)
        assert second == sealed(NOW.date() + DAY, [])
        assert third == sealed(NOW.date() + 2 * DAY, transfers[-1:])
        assert await store.books.seal(NOW.date() + 2 * DAY) == []
        assert [each.day for each in await store.books.seal(NOW.date() + 3 * DAY)] == [NOW.date() + 3 * DAY]

    async def test_several_who_seal_at_once_seal_each_day_once(self, store: Store, wallet: Wallet) -> None:
        await store.save(held(wallet, "order-1", 5))
        made = await asyncio.gather(*(store.books.seal(NOW.date() + 4 * DAY) for _ in range(4)))
        assert sorted(seal.day for seals in made for seal in seals) == [NOW.date() + n * DAY for n in range(5)]

    async def test_without_transfers_and_before_the_first_there_is_nothing_to_seal(
        self, store: Store, customer: Customer
    ) -> None:
        assert await store.books.seal(NOW.date()) == []
        await store.save(granted((await store.read(customer)).wallet, 5))
        assert await store.books.seal(NOW.date() - DAY) == []

    async def test_sums_are_the_same_before_and_after_a_seal(self, store: Store, wallet: Wallet) -> None:
        before = await store.books.totals(NETWORK)
        await store.books.seal(NOW.date() + DAY)
        assert await store.books.totals(NETWORK) == before
        later = wallet.give(Stars(150), "promo", "promo:x", cause=Cause("promo", "x"), at=NOW + 3 * DAY)
        await store.save(later)
        assert await store.books.totals(NETWORK) == {**before, f"{NETWORK}/bonus/promo": -150}
        await store.books.seal(NOW.date() + 3 * DAY)
        assert await store.books.totals(NETWORK) == {**before, f"{NETWORK}/bonus/promo": -150}
        assert await store.books.violations() == []

    @pytest.mark.parametrize("late", [HOUR, DAY, 9 * DAY], ids=str)
    async def test_nothing_is_written_into_a_day_that_is_sealed(
        self, store: Store, wallet: Wallet, late: timedelta
    ) -> None:
        await store.books.seal(NOW.date())
        totals = await store.books.totals(NETWORK)
        midnight = datetime.combine(NOW + DAY, time(), UTC)
        with pytest.raises(ConcurrentChange):
            await store.save(given(wallet, at=midnight - late))
        assert (await store.books.totals(NETWORK), await store.books.violations()) == (totals, [])
        await store.save(given(wallet, at=midnight))
        assert await store.books.violations() == []

    async def test_a_commit_with_one_transfer_of_a_sealed_day_writes_nothing(
        self, store: Store, wallet: Wallet
    ) -> None:
        await store.books.seal(NOW.date())
        with pytest.raises(ConcurrentChange):
            await store.save(given(given(wallet, 1, at=NOW + DAY), 2, at=NOW))
        assert await store.books.violations() == []

    async def test_what_comes_while_its_day_is_sealed_is_under_the_seal_or_refused(self, store: Store) -> None:
        wallets = [(await store.read(await store.registered(number))).wallet for number in range(1, 9)]
        await store.save(given(wallets[0], 1))
        late = [store.save(given(each, number)) for number, each in enumerate(wallets[1:], start=2)]
        done = await asyncio.gather(*late, store.books.seal(NOW.date()), return_exceptions=True)
        assert {type(each) for each in done if isinstance(each, BaseException)} <= {ConcurrentChange}
        await store.books.seal(NOW.date())
        assert await store.books.violations() == []
