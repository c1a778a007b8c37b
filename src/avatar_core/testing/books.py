"""What every set of books must do: say where each star came from and went, and notice what is broken."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.ids import CustomerId
from avatar_core.ledger import Cause, Receipt, money_received
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import PaymentStatus
from avatar_core.ports import StatementLine, Violation
from avatar_core.runs import FailureReason
from avatar_core.subscriptions import Subscription
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    MINUTE,
    NETWORK,
    NOW,
    ROUBLE_GATEWAY,
    STARS_GATEWAY,
    a_draft,
    a_painting,
    a_payment,
    a_running,
    a_term,
    an_order,
    credited,
    held,
    uid,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.wallet import Wallet

NOBODY = CustomerId(uid(1, 404))


def about(violations: Iterable[Violation]) -> set[str]:
    """Return what violations are about."""
    return {violation.subject for violation in violations}


class BooksContract(StoreContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    @pytest.fixture
    async def wallet(self, store: Store, customer: Customer) -> Wallet:
        """A wallet with 500 ⭐ that were paid for."""
        payment = a_payment(customer).settle("charge-1", Price(500, Currency.XTR), at=NOW)
        await store.save(payment, credited((await store.read(customer)).wallet, 500))
        return (await store.read(customer)).wallet

    # --- the statement

    async def test_a_statement_says_what_each_star_was_for(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        spent = held(wallet, "order-1", 220, at=NOW + MINUTE).release("order-1", at=NOW + HOUR)
        await store.save(spent)
        lines = await store.books.statement(customer.id, limit=10)
        assert lines == [
            StatementLine(NOW + HOUR, "RELEASE", "training", Stars.of(220), Stars.of(500), "order-1:release"),
            StatementLine(NOW + MINUTE, "HOLD", "training", Stars.of(-220), Stars.of(280), "order-1:hold"),
            StatementLine(
                NOW, "CREDIT", "payment", Stars.of(500), Stars.of(500), f"payment:{STARS_GATEWAY}:charge-1:credit"
            ),
        ]

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

    # --- the laws

    async def test_empty_books_break_no_law(self, store: Store) -> None:
        assert await store.books.violations() == []

    async def test_honest_books_break_no_law(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.succeed(at=NOW))
        order = a_painting(an_order(customer, avatar))
        wallet = held(held(wallet, training.id, 220).capture(training.id, at=NOW), order.id, 15, "portraits")
        wallet = wallet.refund(training.id, 1, Stars.of(20), capture=f"{training.id}:capture", at=NOW)
        owing = wallet.claw_back(Stars.of(400), STARS_GATEWAY, "charge-1", cause=Cause("payment", "1"), at=NOW)
        subscription = Subscription(customer.id, customer.network, terms=(a_term(), a_term(NOW + 30 * DAY)))
        await store.save(training, order, owing, subscription, a_draft(customer, avatar, 2))
        assert await store.books.violations() == []

    async def test_a_hold_that_is_open_past_its_deadline_is_noticed(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        past = NOW - 2 * DAY
        await store.save(wallet.hold("order-1", "training", Stars.of(5), deadline=past, at=past))
        assert "order-1" in about(await store.books.violations())

    async def test_a_payment_that_was_not_credited_is_noticed(self, store: Store, customer: Customer) -> None:
        payment = replace(a_payment(customer), status=PaymentStatus.COMPLETED, charge="charge-9")
        await store.save(payment)
        assert about(await store.books.violations()) == {payment.id}

    async def test_a_charge_that_was_credited_to_somebody_else_is_noticed(self, store: Store, wallet: Wallet) -> None:
        other = await store.registered(2)
        payment = replace(a_payment(other, 2), status=PaymentStatus.COMPLETED, charge="charge-2")
        await store.save(credited(wallet, 500, "charge-2"), payment)
        assert about(await store.books.violations()) == {payment.id}

    async def test_a_payment_without_stars_needs_no_credit(self, store: Store, customer: Customer) -> None:
        payment = replace(a_payment(customer), stars=Stars(0), status=PaymentStatus.COMPLETED, charge="charge-9")
        await store.save(payment)
        assert await store.books.violations() == []

    async def test_an_order_without_a_hold_is_noticed(self, store: Store, customer: Customer, avatar: Avatar) -> None:
        training, order = a_running(a_draft(customer, avatar)), a_painting(an_order(customer, avatar))
        await store.save(training, order)
        assert about(await store.books.violations()) == {training.id, order.id}

    async def test_an_ended_order_that_still_holds_stars_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.fail(FailureReason.VANISHED, at=NOW))
        await store.save(training, held(wallet, training.id, 220))
        assert about(await store.books.violations()) == {training.id}

    async def test_a_failed_order_that_was_charged_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training, order = a_running(a_draft(customer, avatar)), a_painting(an_order(customer, avatar))
        training = replace(training, run=training.run.fail(FailureReason.VANISHED, at=NOW))
        order = replace(order, run=order.run.fail(FailureReason.MODERATION, at=NOW))
        wallet = held(held(wallet, training.id, 220), order.id, 15, "portraits")
        await store.save(training, order, wallet.capture(training.id, at=NOW).capture(order.id, at=NOW))
        assert about(await store.books.violations()) == {training.id, order.id}

    async def test_a_training_that_succeeded_unpaid_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.succeed(at=NOW))
        await store.save(training, held(wallet, training.id, 220).release(training.id, at=NOW))
        assert about(await store.books.violations()) == {training.id}

    async def test_terms_that_overlap_are_noticed(self, store: Store, customer: Customer) -> None:
        terms = (a_term(NOW), a_term(NOW + DAY))
        await store.save(Subscription(customer.id, customer.network, terms=terms))
        assert about(await store.books.violations()) == {customer.id}
