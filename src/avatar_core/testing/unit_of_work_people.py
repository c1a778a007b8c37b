"""Who a customer is, what is not there, and that a commit holds or falls as one."""

from dataclasses import replace

import pytest

from avatar_core.customers import Customer, Language, Level
from avatar_core.dossier import OfCustomer, OfEvidence, OfPayment, OfPerson, OfPortraits, OfTraining
from avatar_core.errors import (
    ConcurrentChange,
    CustomerNotFound,
    EvidenceNotFound,
    PaymentNotFound,
    PortraitOrderNotFound,
    TrainingNotFound,
)
from avatar_core.events import CustomerRegistered, TrainingRequested
from avatar_core.ids import (
    BotId,
    CustomerId,
    EvidenceId,
    NetworkId,
    PaymentId,
    PortraitOrderId,
    TelegramId,
    TrainingId,
)
from avatar_core.money import Stars
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Reaction
from avatar_core.testing.examples import NETWORK, a_customer, a_draft, a_payment, an_avatar, credited, uid
from avatar_core.testing.store import Store, StoreContract


class PeopleContract(StoreContract):
    """Customers, and the manners of every commit."""

    async def test_a_new_customer_is_found_by_id_and_by_person(self, store: Store) -> None:
        await store.save(a_customer())
        async with store.begin() as work:
            by_id = await work.dossier(OfCustomer(a_customer().id))
            by_person = await work.dossier(OfPerson(a_customer().network, a_customer().telegram_id))
        assert by_id == by_person
        assert by_id.customer == replace(a_customer(), version=1)

    async def test_every_fact_of_a_customer_is_kept(self, store: Store, customer: Customer) -> None:
        changed = replace(
            a_customer(2),
            bot=BotId("another_bot"),
            language=Language.EN,
            name="Ёлка <b>&amp; 🎄</b> O'Neill; --",
            inviter=customer.id,
            level=Level.PORTRAYED,
            reachable=False,
        )
        await store.save(changed)
        assert (await store.read(changed)).customer == replace(changed, version=1)

    async def test_a_change_is_kept_under_the_next_version(self, store: Store, customer: Customer) -> None:
        await store.save(customer.speaks(Language.EN))
        assert (await store.read(customer)).customer == replace(customer, language=Language.EN, version=2)

    async def test_a_newcomer_has_nothing(self, store: Store, customer: Customer) -> None:
        dossier = await store.read(customer)
        assert (dossier.wallet.available, dossier.wallet.held, dossier.wallet.debt) == (Stars(0), Stars(0), Stars(0))
        assert dossier.wallet.holds == {}
        assert dossier.wallet.postings == ()
        assert dossier.subscription == Subscription(customer.id, customer.network)
        assert (dossier.avatars, dossier.trainings, dossier.payments, dossier.orders) == ({}, {}, {}, {})
        assert dossier.evidence is None
        assert dossier.transfers == frozenset()
        assert dossier.unfinished is None

    async def test_the_same_person_in_another_network_is_another_customer(self, store: Store) -> None:
        elsewhere = replace(a_customer(2), network=NetworkId("elsewhere"), telegram_id=a_customer().telegram_id)
        await store.save(a_customer(), elsewhere)
        async with store.begin() as work:
            dossier = await work.dossier(OfPerson(elsewhere.network, elsewhere.telegram_id))
        assert dossier.customer.id == elsewhere.id

    async def test_a_person_is_registered_once_in_a_network(self, store: Store, customer: Customer) -> None:
        twin = replace(a_customer(2), telegram_id=customer.telegram_id)
        with pytest.raises(ConcurrentChange):
            await store.save(twin)
        with pytest.raises(CustomerNotFound):
            await store.read(twin)

    # --- what is not there

    async def test_an_unknown_customer_is_not_found(self, store: Store) -> None:
        async with store.begin() as work:
            with pytest.raises(CustomerNotFound):
                await work.dossier(OfCustomer(CustomerId(uid(1, 404))))
            with pytest.raises(CustomerNotFound):
                await work.dossier(OfPerson(NETWORK, TelegramId(404)))

    async def test_an_unknown_payment_training_or_order_is_not_found(self, store: Store) -> None:
        async with store.begin() as work:
            with pytest.raises(PaymentNotFound):
                await work.dossier(OfPayment(PaymentId(uid(2, 404))))
            with pytest.raises(TrainingNotFound):
                await work.dossier(OfTraining(TrainingId(uid(5, 404))))
            with pytest.raises(PortraitOrderNotFound):
                await work.dossier(OfPortraits(PortraitOrderId(uid(6, 404))))

    async def test_an_unknown_notice_is_not_found(self, store: Store) -> None:
        async with store.begin() as work:
            with pytest.raises(EvidenceNotFound):
                await work.dossier(OfEvidence(EvidenceId("telegram-stars:unheard-of")))
            with pytest.raises(EvidenceNotFound):
                await work.evidence(EvidenceId("telegram-stars:unheard-of"))

    # --- all or nothing

    async def test_leaving_without_commit_writes_nothing(self, store: Store) -> None:
        async with store.begin() as work:
            work.save(a_customer())
            work.emit(CustomerRegistered(customer=a_customer().id, person="somebody"))
        with pytest.raises(CustomerNotFound):
            await store.read(a_customer())
        assert await store.tasks() == []

    async def test_an_error_inside_writes_nothing(self, store: Store) -> None:
        with pytest.raises(KeyError):
            await self._saved_and_failed(store)
        with pytest.raises(CustomerNotFound):
            await store.read(a_customer())

    async def _saved_and_failed(self, store: Store) -> None:
        async with store.begin() as work:
            work.save(a_customer())
            raise KeyError

    async def test_nothing_is_visible_before_commit(self, store: Store) -> None:
        async with store.begin() as work:
            work.save(a_customer())
            with pytest.raises(CustomerNotFound):
                await store.read(a_customer())
            await work.commit()
        assert (await store.read(a_customer())).customer.version == 1

    async def test_a_refused_commit_writes_nothing_of_all_it_had(self, store: Store, customer: Customer) -> None:
        draft, avatar, payment = a_draft(customer, an_avatar(customer)), an_avatar(customer), a_payment(customer)
        wallet = credited((await store.read(customer)).wallet, 100)
        stale = replace(customer, version=0)
        event = CustomerRegistered(customer=customer.id, person="nobody")
        with pytest.raises(ConcurrentChange):
            await store.save(avatar, draft, wallet, payment, stale, events=(event,))
        dossier = await store.read(customer)
        assert dossier.customer == customer
        assert (dossier.avatars, dossier.trainings, dossier.wallet.available) == ({}, {}, Stars(0))
        assert await store.tasks() == []
        assert await store.books.postings(customer.id) == []
        await store.save(avatar, draft, wallet, payment, customer)

    async def test_a_commit_with_nothing_to_write_is_fine(self, store: Store) -> None:
        await store.save()

    async def test_what_was_saved_twice_is_written_as_of_the_last_time(self, store: Store, customer: Customer) -> None:
        async with store.begin() as work:
            work.save(replace(customer, name="First"))
            work.save(replace(customer, name="Last"))
            await work.commit()
        assert (await store.read(customer)).customer == replace(customer, name="Last", version=2)

    # --- events

    async def test_an_event_is_written_with_the_tasks_that_follow_it(self, store: Store, customer: Customer) -> None:
        event = TrainingRequested(
            customer=customer.id, training=TrainingId(uid(5, 1)), avatar="Я", price=Stars(7), minutes=2
        )
        await store.save(events=(event,))
        tasks = await store.tasks()
        assert {task.reaction for task in tasks} == {
            Reaction.TELL_CUSTOMER,
            Reaction.SUBMIT_TRAINING,
            Reaction.PUBLISH,
        }
        assert {task.happening.event for task in tasks} == {event}
        assert {task.happening.at for task in tasks} == {store.clock.now()}
        assert len({task.happening.id for task in tasks}) == 1

    async def test_each_event_is_a_happening_of_its_own(self, store: Store, customer: Customer) -> None:
        event = CustomerRegistered(customer=customer.id, person="somebody")
        await store.save(events=(event,))
        first = await store.tasks()
        for task in first:
            await store.outbox.done(task, "a watching test")
        await store.save(events=(event,))
        assert {task.happening.id for task in await store.tasks()}.isdisjoint({task.happening.id for task in first})
