"""What every set of books must notice of payments, periods and gifts: each has all that belongs to it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from avatar_core.customers import Customer
from avatar_core.ids import EvidenceId, PaymentId
from avatar_core.ledger import Cause, Receipt, money_received
from avatar_core.money import Currency, Price, Stars
from avatar_core.ports import Violation
from avatar_core.subscriptions import AS_BOUGHT, Subscription
from avatar_core.testing.examples import (
    DAY,
    NETWORK,
    NOW,
    ROUBLE_GATEWAY,
    STARS_GATEWAY,
    a_customer,
    a_notice,
    a_payment,
    a_term,
    credited,
    uid,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.testing.whole import a_plan_paid, bought
from avatar_core.wallet import Wallet


def about(violations: Iterable[Violation]) -> set[str]:
    """Return what violations are about."""
    return {violation.subject for violation in violations}


def broken(violations: Iterable[Violation]) -> set[str]:
    """Return the laws that are broken."""
    return {violation.law for violation in violations}


class PaidLawsContract(StoreContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    @pytest.fixture
    async def wallet(self, store: Store, customer: Customer) -> Wallet:
        """A wallet with 500 ⭐ that were paid for."""
        paid = bought((await store.read(customer)).wallet)
        await store.save(*paid.records, events=paid.events)
        return (await store.read(customer)).wallet

    async def test_empty_books_break_no_law(self, store: Store) -> None:
        assert await store.books.violations() == []

    # --- what was paid

    async def test_a_payment_that_was_not_credited_is_noticed(self, store: Store, customer: Customer) -> None:
        paid = bought((await store.read(customer)).wallet)
        notice, payment, money, _ = paid.records
        await store.save(notice, payment, money, events=paid.events)
        assert broken(await store.books.violations()) == {"I5: each charge is credited once"}

    async def test_a_charge_that_was_credited_to_somebody_else_is_noticed(self, store: Store, wallet: Wallet) -> None:
        other = await store.registered(2)
        paid = bought((await store.read(other)).wallet, charge="charge-2", number=2)
        await store.save(*paid.records[:-1], credited(wallet, 500, "charge-2"), events=paid.events)
        assert broken(await store.books.violations()) == {
            "I5: each charge is credited once",
            "I5: a credit has its payment",
        }

    async def test_a_payment_without_stars_needs_no_credit(self, store: Store, customer: Customer) -> None:
        paid = bought((await store.read(customer)).wallet, 0)
        await store.save(*paid.records, events=paid.events)
        assert await store.books.violations() == []

    async def test_stars_that_nobody_paid_are_noticed(self, store: Store, wallet: Wallet) -> None:
        await store.save(credited(wallet, 5, "charge-2"))
        assert broken(await store.books.violations()) == {"I5: a credit has its payment"}

    async def test_a_charge_that_is_credited_twice_is_noticed(self, store: Store, wallet: Wallet) -> None:
        cause = Cause("payment", a_payment(a_customer()).id)
        await store.save(wallet.credit(Stars.of(500), STARS_GATEWAY, "charge-1 ", cause=cause, at=NOW))
        assert broken(await store.books.violations()) == {"I5: a credit has its payment"}

    async def test_money_that_nobody_paid_is_noticed(self, store: Store, customer: Customer) -> None:
        receipt = Receipt(NETWORK, ROUBLE_GATEWAY, "77", Price(111_000, Currency.RUB), "NEUROPHOTO")
        await store.save(money_received(receipt, Cause("payment", a_payment(customer).id), NOW))
        assert broken(await store.books.violations()) == {"I5: money has its payment"}

    @pytest.mark.parametrize(
        ("missing", "law"),
        [(0, "I5: a payment has its evidence"), (2, "I5: a payment has its money")],
        ids=["evidence", "money"],
    )
    async def test_a_payment_that_lacks_something_is_noticed(
        self, store: Store, customer: Customer, missing: int, law: str
    ) -> None:
        paid = bought((await store.read(customer)).wallet)
        records = paid.records[:missing] + paid.records[missing + 1 :]
        await store.save(*records, events=paid.events)
        assert broken(await store.books.violations()) == {law}

    async def test_a_payment_at_another_price_than_was_noticed_is_noticed(
        self, store: Store, customer: Customer
    ) -> None:
        paid = bought((await store.read(customer)).wallet)
        cheaper = replace(a_notice(paid.payment).settled(), price=Price(1, Currency.XTR))
        await store.save(cheaper, *paid.records[1:], events=paid.events)
        assert broken(await store.books.violations()) == {
            "I5: a payment has its evidence",
            "I5: settled evidence has its payment",
        }

    @pytest.mark.parametrize(
        "odd",
        [{"charge": "charge-9"}, {"payment_id": PaymentId(uid(2, 9))}, {"payment_number": 9}],
        ids=["charge", "payment", "number"],
    )
    async def test_a_settled_notice_of_no_payment_is_noticed(
        self, store: Store, customer: Customer, wallet: Wallet, odd: dict[str, Any]
    ) -> None:
        notice = replace(a_notice(a_payment(customer)).settled(), id=EvidenceId("another"), **odd)
        await store.save(notice)
        assert broken(await store.books.violations()) == {"I5: settled evidence has its payment"}

    # --- periods

    async def test_terms_that_overlap_are_noticed(self, store: Store, customer: Customer) -> None:
        terms = (a_term(NOW), a_term(NOW + DAY))
        await store.save(Subscription(customer.id, customer.network, terms=terms, causes=("grant:1", "grant:2")))
        found = await store.books.violations()
        assert (broken(found), about(found)) == ({"I8: terms do not overlap"}, {customer.id})

    async def test_a_period_that_was_given_twice_is_noticed(self, store: Store, customer: Customer) -> None:
        twice = Subscription(customer.id, NETWORK, terms=(a_term(),), causes=("grant:1", "grant:1"))
        await store.save(twice)
        assert broken(await store.books.violations()) == {"I8: each period has a cause of its own"}

    async def test_a_period_that_nobody_paid_is_noticed(self, store: Store, customer: Customer) -> None:
        await store.save(Subscription(customer.id, NETWORK).add(a_term(), a_payment(customer).id, AS_BOUGHT))
        assert broken(await store.books.violations()) == {
            "I8: each period is paid once",
            "I8: terms are as long as what was paid",
        }

    async def test_a_period_that_somebody_else_paid_is_noticed(self, store: Store, customer: Customer) -> None:
        other = await store.registered(2)
        paid, subscription = a_plan_paid(other, (await store.read(other)).wallet)
        stolen = replace(subscription, customer=customer.id)
        await store.save(*paid.records, subscription, stolen, events=paid.events)
        found = await store.books.violations()
        assert about(found) == {customer.id}
        assert broken(found) == {"I8: each period is paid once", "I8: terms are as long as what was paid"}

    async def test_a_period_that_was_paid_and_not_given_is_noticed(self, store: Store, customer: Customer) -> None:
        paid, _ = a_plan_paid(customer, (await store.read(customer)).wallet)
        await store.save(*paid.records, events=paid.events)
        assert broken(await store.books.violations()) == {"I8: each period is paid once"}

    async def test_a_term_that_is_longer_than_was_paid_is_noticed(self, store: Store, customer: Customer) -> None:
        paid, subscription = a_plan_paid(customer, (await store.read(customer)).wallet)
        longer = replace(subscription, terms=(a_term(days=31),))
        await store.save(*paid.records, longer, events=paid.events)
        assert broken(await store.books.violations()) == {"I8: terms are as long as what was paid"}

    async def test_money_that_was_put_aside_or_came_too_late_has_to_be_told(
        self, store: Store, customer: Customer
    ) -> None:
        expired = a_payment(customer).expire(at=NOW + DAY)
        puzzling = a_notice(a_payment(customer), "charge-3").quarantined("wrong-amount")
        await store.save(expired, puzzling)
        found = {(each.law, each.subject, each.detail) for each in await store.books.violations()}
        law = "I7: a state has its event"
        assert found == {(law, expired.id, "payment.expired"), (law, puzzling.id, "payment.quarantined")}

    async def test_an_end_that_is_told_twice_is_noticed(self, store: Store, customer: Customer) -> None:
        paid = bought((await store.read(customer)).wallet)
        await store.save(*paid.records, events=paid.events * 2)
        assert broken(await store.books.violations()) == {"I7: an end is told once and is true"}

    async def test_a_payment_that_was_not_told_of_is_noticed(self, store: Store, customer: Customer) -> None:
        await store.save(*bought((await store.read(customer)).wallet).records)
        found = await store.books.violations()
        assert [(each.law, each.detail) for each in found] == [("I7: a state has its event", "payment.completed")]

    async def test_a_plan_that_was_paid_breaks_no_law(self, store: Store, customer: Customer) -> None:
        paid, subscription = a_plan_paid(customer, (await store.read(customer)).wallet)
        await store.save(*paid.records, subscription, events=paid.events)
        assert await store.books.violations() == []
