"""What every set of books must notice of orders: each is paid, ends, and is told of."""

from dataclasses import replace

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.events import TrainingFailed
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.runs import HOLD_LIMIT, FailureReason
from avatar_core.subscriptions import AS_BOUGHT, Subscription
from avatar_core.testing.books_paid import PaidLawsContract, about, broken
from avatar_core.testing.every_event import an_event
from avatar_core.testing.examples import (
    DAY,
    NOW,
    SECOND,
    STARS_GATEWAY,
    a_draft,
    a_painting,
    a_running,
    a_term,
    an_avatar,
    an_order,
    held,
)
from avatar_core.testing.store import Store
from avatar_core.testing.whole import news_of
from avatar_core.wallet import Wallet


class OrderLawsContract(PaidLawsContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    async def test_honest_books_break_no_law(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.succeed(at=NOW))
        order = a_painting(an_order(customer, avatar))
        wallet = held(held(wallet, training.id, 220).capture(training.id, at=NOW), order.id, 15, "portraits")
        wallet = wallet.refund(training.id, 1, Stars.of(20), capture=f"{training.id}:capture", at=NOW)
        owing = wallet.claw_back(Stars.of(400), STARS_GATEWAY, "charge-1", cause=Cause("payment", "1"), at=NOW)
        subscription = (
            Subscription(customer.id, customer.network)
            .add(a_term(), "grant:1", AS_BOUGHT)
            .add(a_term(), "grant:2", AS_BOUGHT)
        )
        told = (*news_of(training), *news_of(order))
        await store.save(training, order, owing, subscription, a_draft(customer, avatar, 2), events=told)
        assert await store.books.violations() == []

    async def test_a_hold_that_is_open_past_its_deadline_is_noticed(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        past = NOW - 2 * DAY
        await store.save(wallet.hold("order-1", "training", Stars.of(5), deadline=past, at=past))
        assert "4: no hold is open past its deadline" in broken(await store.books.violations())

    # --- what was ordered

    async def test_an_order_without_a_hold_is_noticed(self, store: Store, customer: Customer, avatar: Avatar) -> None:
        training, order = a_running(a_draft(customer, avatar)), a_painting(an_order(customer, avatar))
        await store.save(training, order, events=(*news_of(training), *news_of(order)))
        found = await store.books.violations()
        assert (broken(found), about(found)) == ({"I6: an order has a hold"}, {training.id, order.id})

    async def test_a_hold_for_what_nobody_ordered_is_noticed(self, store: Store, wallet: Wallet) -> None:
        await store.save(held(wallet, "order-1", 5))
        assert broken(await store.books.violations()) == {"I6: a hold has its order"}

    async def test_an_order_that_somebody_else_pays_is_noticed(self, store: Store, wallet: Wallet) -> None:
        other = await store.registered(2)
        training = a_running(a_draft(other, an_avatar(other)))
        await store.save(an_avatar(other), training, held(wallet, training.id, 220), events=news_of(training))
        assert broken(await store.books.violations()) == {"I6: a hold has its order"}

    async def test_an_order_that_lives_too_long_is_noticed_and_so_is_a_hold_that_would(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        old = a_running(a_draft(customer, avatar), NOW - HOLD_LIMIT)
        order = a_painting(an_order(customer, avatar))
        wallet = held(wallet, old.id, 220, at=NOW - HOLD_LIMIT + SECOND)
        late = wallet.hold(order.id, "portraits", Stars.of(15), deadline=NOW + HOLD_LIMIT + SECOND, at=NOW)
        await store.save(old, order, late, events=(*news_of(old), *news_of(order)))
        found = await store.books.violations()
        assert (broken(found), about(found)) == ({"I6: no order outlives its time"}, {old.id, order.id})

    async def test_an_ended_order_that_still_holds_stars_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.fail(FailureReason.VANISHED, at=NOW))
        await store.save(training, held(wallet, training.id, 220), events=news_of(training))
        assert broken(await store.books.violations()) == {"I6: an ended order holds nothing"}

    async def test_a_failed_order_that_was_charged_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training, order = a_running(a_draft(customer, avatar)), a_painting(an_order(customer, avatar))
        training = replace(training, run=training.run.fail(FailureReason.VANISHED, at=NOW))
        order = replace(order, run=order.run.fail(FailureReason.MODERATION, at=NOW))
        wallet = held(held(wallet, training.id, 220), order.id, 15, "portraits")
        charged = wallet.capture(training.id, at=NOW).capture(order.id, at=NOW)
        await store.save(training, order, charged, events=(*news_of(training), *news_of(order)))
        found = await store.books.violations()
        assert (broken(found), about(found)) == ({"I6: what was delivered is charged"}, {training.id, order.id})

    async def test_a_training_that_succeeded_unpaid_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        training = replace(training, run=training.run.succeed(at=NOW))
        unpaid = held(wallet, training.id, 220).release(training.id, at=NOW)
        await store.save(training, unpaid, events=news_of(training))
        assert broken(await store.books.violations()) == {"I6: what was delivered is charged"}

    async def test_each_step_of_an_order_has_to_be_told(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training, order = a_running(a_draft(customer, avatar)), a_painting(an_order(customer, avatar))
        training = replace(training, run=training.run.succeed(at=NOW))
        order = replace(order, run=order.run.fail(FailureReason.MODERATION, at=NOW))
        wallet = held(wallet, training.id, 220).capture(training.id, at=NOW)
        wallet = held(wallet, order.id, 15, "portraits").release(order.id, at=NOW)
        draft = a_draft(customer, avatar, 2)
        await store.save(training, order, wallet, replace(draft, run=draft.run.cancel(at=NOW)))
        found = await store.books.violations()
        assert broken(found) == {"I7: a state has its event"}
        assert sorted((each.subject, each.detail) for each in found) == [
            (training.id, "training.requested"),
            (training.id, "training.succeeded"),
            (draft.id, "training.discarded"),
            (order.id, "portraits.failed"),
            (order.id, "portraits.requested"),
        ]

    async def test_an_end_that_is_told_but_never_was_is_noticed(
        self, store: Store, customer: Customer, avatar: Avatar, wallet: Wallet
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        false = an_event(TrainingFailed, bare=False, training=training.id)
        await store.save(training, held(wallet, training.id, 220), events=(*news_of(training), false))
        found = await store.books.violations()
        assert [(each.law, each.subject) for each in found] == [("I7: an end is told once and is true", training.id)]
