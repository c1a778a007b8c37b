"""What every set of worklists must do: find what has to be looked at, the most urgent first, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.ledger import SEAL_AFTER
from avatar_core.payments import Lease, Payment, PaymentStatus
from avatar_core.runs import RUNNING_LIMIT, FailureReason, Run, RunStatus
from avatar_core.subscriptions import GRACE, Announcement, Stage, Subscription
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    a_draft,
    a_notice,
    a_painting,
    a_payment,
    a_photo,
    a_requested,
    a_running,
    a_term,
    an_avatar,
    an_endless_term,
    an_order,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.testing.whole import granted
from avatar_core.trainings import Training

LATER = NOW + DAY
ENDS = (lambda run: run.fail(FailureReason.VANISHED, at=NOW), lambda run: run.cancel(at=NOW))


def an_invoice(customer: Customer, number: int, expires_at: datetime) -> Payment:
    """Return an open payment that expires at a moment."""
    return replace(a_payment(customer, number), expires_at=expires_at)


def ending(customer: Customer, ends: datetime) -> Subscription:
    """Return a subscription of one term of 30 days, by its end."""
    term = replace(a_term(), starts=ends - 30 * DAY, ends=ends)
    return Subscription(customer.id, customer.network, terms=(term,))


class WorklistsContract(StoreContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    async def test_an_empty_store_has_no_work(self, store: Store) -> None:
        assert await store.worklists.payments_to_expire(LATER, 10) == []
        assert await store.worklists.subscriptions_to_announce(LATER, 10) == []
        assert await store.worklists.trainings_to_poll(LATER, 10) == []
        assert await store.worklists.portraits_to_poll(LATER, 10) == []
        assert await store.worklists.evidence_to_judge(LATER, 10) == []
        assert await store.worklists.photos_to_delete(LATER, 10) == []

    # --- payments

    async def test_open_payments_expire_at_their_time_the_oldest_first(self, store: Store, customer: Customer) -> None:
        payments = [an_invoice(customer, number, NOW + minute * MINUTE) for number, minute in ((1, 3), (2, 1), (3, 2))]
        await store.save(*payments)
        found = await store.worklists.payments_to_expire(NOW + 2 * MINUTE, 10)
        assert found == [payments[1].id, payments[2].id]
        assert await store.worklists.payments_to_expire(LATER, 1) == [payments[1].id]

    async def test_a_payment_that_is_no_longer_open_does_not_expire(self, store: Store, customer: Customer) -> None:
        closed = [status for status in PaymentStatus if status is not PaymentStatus.PENDING]
        await store.save(*(replace(a_payment(customer, n), status=status) for n, status in enumerate(closed, 1)))
        assert await store.worklists.payments_to_expire(LATER, 10) == []

    async def test_a_payment_that_is_being_paid_does_not_expire_yet(self, store: Store, customer: Customer) -> None:
        until = NOW + 2 * MINUTE
        payment = replace(an_invoice(customer, 1, NOW), lease=Lease("query", until))
        await store.save(payment)
        assert await store.worklists.payments_to_expire(until - SECOND, 10) == []
        assert await store.worklists.payments_to_expire(until, 10) == [payment.id]

    # --- subscriptions

    @pytest.mark.parametrize("after", [-3 * DAY, -DAY, timedelta(0), GRACE])
    async def test_an_end_is_announced_at_each_stage(self, store: Store, customer: Customer, after: timedelta) -> None:
        await store.save(ending(customer, NOW))
        earlier = replace(ending(customer, NOW), version=1)
        announced = earlier.due(NOW + after - SECOND)
        if_announced = replace(earlier, announced=announced)
        await store.save(if_announced)
        assert await store.worklists.subscriptions_to_announce(NOW + after - SECOND, 10) == []
        assert await store.worklists.subscriptions_to_announce(NOW + after, 10) == [customer.id]

    async def test_what_was_announced_about_an_earlier_end_does_not_count(
        self, store: Store, customer: Customer
    ) -> None:
        before = Announcement(NOW - 30 * DAY, Stage.GRACE_OVER)
        await store.save(replace(ending(customer, NOW), announced=before))
        assert await store.worklists.subscriptions_to_announce(NOW, 10) == [customer.id]

    async def test_nothing_is_announced_where_there_is_no_end(self, store: Store, customer: Customer) -> None:
        other = await store.registered(2)
        endless = replace(ending(other, NOW), endless=an_endless_term())
        await store.save(Subscription(customer.id, customer.network), endless)
        assert await store.worklists.subscriptions_to_announce(LATER, 10) == []

    async def test_the_last_of_several_terms_is_the_end(self, store: Store, customer: Customer) -> None:
        first = ending(customer, NOW)
        await store.save(replace(first, terms=(*first.terms, a_term(NOW))))
        assert await store.worklists.subscriptions_to_announce(NOW, 10) == []
        assert await store.worklists.subscriptions_to_announce(NOW + 30 * DAY, 10) == [customer.id]

    async def test_the_earliest_end_is_announced_first(self, store: Store) -> None:
        customers = [await store.registered(number) for number in (1, 2, 3)]
        for customer, hours in zip(customers, (2, 1, 3), strict=True):
            await store.save(ending(customer, NOW + hours * HOUR))
        found = await store.worklists.subscriptions_to_announce(NOW, 2)
        assert found == [customers[1].id, customers[0].id]

    # --- trainings and portraits

    async def test_running_trainings_are_polled_the_nearest_deadline_first(self, store: Store) -> None:
        found = []
        for number, minute in ((1, 2), (2, 0), (3, 1)):
            customer = await store.registered(number)
            avatar = an_avatar(customer, number)
            training = a_running(a_draft(customer, avatar, number), NOW + minute * MINUTE)
            await store.save(avatar, training)
            found.append(training.id)
        assert await store.worklists.trainings_to_poll(NOW, 10) == [found[1], found[2], found[0]]
        assert await store.worklists.trainings_to_poll(NOW, 1) == [found[1]]

    @pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.SUBMITTING])
    async def test_a_training_that_waits_is_polled_when_its_deadline_has_passed(
        self, store: Store, customer: Customer, avatar: Avatar, status: RunStatus
    ) -> None:
        training = a_requested(a_draft(customer, avatar))
        training = replace(training, run=replace(training.run, status=status))
        await store.save(training)
        assert await store.worklists.trainings_to_poll(NOW + RUNNING_LIMIT - SECOND, 10) == []
        assert await store.worklists.trainings_to_poll(NOW + RUNNING_LIMIT, 10) == [training.id]

    async def test_drafts_and_ended_trainings_are_not_polled(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        ended = a_running(a_draft(customer, avatar, 2))
        ended = replace(ended, run=ended.run.succeed(at=NOW))
        await store.save(a_draft(customer, avatar), ended)
        assert await store.worklists.trainings_to_poll(NOW + 30 * DAY, 10) == []

    async def test_unfinished_orders_are_polled_the_nearest_deadline_first(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        quoted = an_order(customer, avatar)
        late, early = an_order(customer, avatar, 2), an_order(customer, avatar, 3)
        waiting, ended = an_order(customer, avatar, 4).request(at=NOW), a_painting(an_order(customer, avatar, 5))
        ended = replace(ended, run=ended.run.fail(FailureReason.MODERATION, at=NOW))
        await store.save(quoted, a_painting(late, NOW + MINUTE), a_painting(early), waiting, ended)
        assert await store.worklists.portraits_to_poll(NOW, 10) == [early.id, late.id]
        assert await store.worklists.portraits_to_poll(NOW, 1) == [early.id]
        assert set(await store.worklists.portraits_to_poll(LATER, 10)) == {early.id, late.id, waiting.id}

    async def test_a_painted_order_is_polled_only_when_its_deadline_has_passed(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        painted = a_painting(an_order(customer, avatar)).painted(("https://provider.example/1.jpg",), at=NOW)
        await store.save(painted)
        assert await store.worklists.portraits_to_poll(NOW + RUNNING_LIMIT - SECOND, 10) == []
        assert await store.worklists.portraits_to_poll(NOW + RUNNING_LIMIT, 10) == [painted.id]

    async def test_an_order_in_the_middle_of_being_handed_over_is_polled_when_its_deadline_has_passed(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        order = an_order(customer, avatar).request(at=NOW)
        await store.save(replace(order, run=replace(order.run, status=RunStatus.SUBMITTING)))
        assert await store.worklists.portraits_to_poll(NOW + RUNNING_LIMIT - SECOND, 10) == []
        assert await store.worklists.portraits_to_poll(NOW + RUNNING_LIMIT, 10) == [order.id]

    # --- notices

    async def test_notices_that_nobody_judged_are_found_the_oldest_first(
        self, store: Store, customer: Customer
    ) -> None:
        payment = a_payment(customer)
        notices = [
            replace(a_notice(payment, f"charge-{minute}"), received_at=NOW + minute * MINUTE) for minute in (3, 1, 2)
        ]
        settled = replace(a_notice(payment, "settled").settled(), received_at=NOW)
        quarantined = replace(a_notice(payment, "quarantined").quarantined("wrong-amount"), received_at=NOW)
        await store.save(*notices, settled, quarantined)
        found = await store.worklists.evidence_to_judge(NOW + 3 * MINUTE, 10)
        assert found == [notices[1].id, notices[2].id]
        assert await store.worklists.evidence_to_judge(LATER, 1) == [notices[1].id]

    # --- photos

    async def test_photos_of_trainings_that_ended_long_ago_are_to_delete(self, store: Store) -> None:
        ended = []
        for number, hours in ((1, 2), (2, 1), (3, 3)):
            customer = await store.registered(number)
            avatar = an_avatar(customer, number)
            training = a_running(a_draft(customer, avatar, number))
            ended.append(replace(training, run=training.run.succeed(at=NOW + hours * HOUR)))
            await store.save(avatar, ended[-1])
        assert await store.worklists.photos_to_delete(NOW + 3 * HOUR, 10) == [ended[1].id, ended[0].id]
        assert await store.worklists.photos_to_delete(LATER, 1) == [ended[1].id]

    @pytest.mark.parametrize("end", ENDS, ids=["failed", "canceled"])
    async def test_photos_are_to_delete_however_their_training_ended(
        self, store: Store, customer: Customer, avatar: Avatar, end: Callable[[Run], Run]
    ) -> None:
        training = a_running(a_draft(customer, avatar))
        await store.save(replace(training, run=end(training.run)))
        assert await store.worklists.photos_to_delete(LATER, 10) == [training.id]

    async def test_photos_that_are_needed_or_gone_are_not_to_delete(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        bare = a_running(a_draft(customer, avatar, 2))
        bare = replace(bare, run=bare.run.succeed(at=NOW), photos=())
        await store.save(a_running(a_draft(customer, avatar)), bare, self._full_draft(customer, avatar))
        assert await store.worklists.photos_to_delete(LATER, 10) == []

    def _full_draft(self, customer: Customer, avatar: Avatar) -> Training:
        draft = a_draft(customer, avatar, 3)
        return replace(draft, photos=a_requested(draft).photos)

    # --- days to seal

    async def test_a_day_is_to_be_sealed_some_hours_after_its_end_once_there_is_a_transfer_behind_it(
        self, store: Store, customer: Customer
    ) -> None:
        ends = datetime.combine(NOW.date() + DAY, time(), UTC)
        over = ends + SEAL_AFTER
        assert await store.worklists.days_to_seal(over, 10) == []
        await store.save(granted((await store.read(customer)).wallet, 5))
        assert await store.worklists.days_to_seal(over, 10) == []
        await store.save(granted((await store.read(customer)).wallet, 5, 2, ends))
        assert await store.worklists.days_to_seal(over - SECOND, 10) == []
        assert await store.worklists.days_to_seal(over, 10) == [NOW.date()]
        await store.books.seal(NOW.date())
        assert await store.worklists.days_to_seal(over, 10) == []

    async def test_days_in_which_nothing_was_posted_yet_are_not_to_be_sealed(
        self, store: Store, customer: Customer
    ) -> None:
        """A clock that is ahead for a while must not close the books for the days that are still to come."""
        over = datetime.combine(NOW.date() + DAY, time(), UTC) + SEAL_AFTER
        await store.save(granted((await store.read(customer)).wallet, 5))
        await store.save(granted((await store.read(customer)).wallet, 5, 2, over))
        assert await store.worklists.days_to_seal(over + 40 * DAY, 10) == []
        assert await store.worklists.days_to_seal(over, 10) == [NOW.date()]

    # --- what nobody went on with

    async def test_quotes_that_were_never_taken_are_to_be_discarded(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        orders = [an_order(customer, avatar, number) for number in (1, 2, 3)]
        older = replace(orders[1], created_at=NOW - HOUR)
        await store.save(orders[0], older, orders[2].request(at=NOW))
        assert await store.worklists.quotes_to_discard(NOW, 10) == [older.id]
        assert await store.worklists.quotes_to_discard(NOW + SECOND, 10) == [older.id, orders[0].id]
        assert await store.worklists.quotes_to_discard(NOW + SECOND, 1) == [older.id]

    async def test_drafts_without_a_photo_are_to_be_discarded(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        other = await store.registered(2)
        empty, begun = a_draft(customer, avatar), a_draft(other, an_avatar(other, 2), 2)
        done = replace(a_draft(customer, avatar, 3), run=empty.run.cancel(at=NOW))
        await store.save(an_avatar(other, 2), empty, replace(begun, photos=(a_photo(),)), done)
        assert await store.worklists.drafts_to_discard(NOW, 10) == []
        assert await store.worklists.drafts_to_discard(NOW + SECOND, 10) == [empty.id]
