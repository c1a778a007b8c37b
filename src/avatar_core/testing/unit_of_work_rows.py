"""Every record in a unit of work: whatever its facts are, it is read as it was saved."""

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfPayment, OfPortraits, OfTraining
from avatar_core.ids import AvatarId, CustomerId, EvidenceId, PaymentId, PortraitOrderId, TelegramId, TrainingId
from avatar_core.testing import strategies
from avatar_core.testing.examples import a_customer, an_avatar, uid
from avatar_core.testing.properties import SHARED_ADAPTER
from avatar_core.testing.store import Store, StoreContract
from avatar_core.testing.unit_of_work_money import as_stored

numbers = count(1_000)
"""One for each example, so that all fit into one store."""


async def a_sitter(store: Store, number: int) -> tuple[Customer, Avatar]:
    """Register a customer who has no training yet, with an avatar."""
    customer = await store.registered(number)
    await store.save(an_avatar(customer, number))
    return customer, an_avatar(customer, number)


class RowsContract(StoreContract):
    """Any facts."""

    @SHARED_ADAPTER
    @given(drawn=strategies.customers())
    async def test_any_customer_is_read_as_they_were_saved(self, store: Store, drawn: Customer) -> None:
        number = next(numbers)
        customer = replace(drawn, id=CustomerId(uid(1, number)), telegram_id=TelegramId(number))
        await store.save(customer)
        assert (await store.read(customer)).customer == replace(customer, version=1)

    @SHARED_ADAPTER
    @given(name=strategies.unkeepable_texts())
    async def test_a_text_that_cannot_be_kept_takes_nothing_else_with_it(self, store: Store, name: str) -> None:
        customer = replace(a_customer(next(numbers)), name=name)
        await store.save(customer)
        kept = (await store.read(customer)).customer
        assert replace(kept, name=name) == replace(customer, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_subscription_is_read_as_it_was_saved(self, store: Store, data: st.DataObject) -> None:
        customer = await store.registered(next(numbers))
        subscription = data.draw(strategies.subscriptions(customer))
        await store.save(subscription)
        assert (await store.read(customer)).subscription == replace(subscription, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_payment_is_read_as_it_was_saved(
        self, store: Store, customer: Customer, data: st.DataObject
    ) -> None:
        number = next(numbers)
        drawn = data.draw(strategies.payments(customer))
        charge = drawn.charge and f"charge-{number}"
        payment = replace(drawn, id=PaymentId(uid(2, number)), number=number, charge=charge)
        await store.save(payment)
        async with store.begin() as work:
            assert (await work.dossier(OfPayment(payment.id))).payment() == replace(payment, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_notice_is_read_as_it_was_saved(self, store: Store, data: st.DataObject) -> None:
        notice = replace(data.draw(strategies.evidence()), id=EvidenceId(f"any:{next(numbers)}"))
        await store.save(notice)
        async with store.begin() as work:
            assert await work.evidence(notice.id) == replace(notice, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_avatar_is_read_as_it_was_saved(
        self, store: Store, customer: Customer, data: st.DataObject
    ) -> None:
        avatar = replace(data.draw(strategies.avatars(customer)), id=AvatarId(uid(3, next(numbers))))
        await store.save(avatar)
        assert (await store.read(customer)).avatars[avatar.id] == replace(avatar, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_training_is_read_as_it_was_saved(self, store: Store, data: st.DataObject) -> None:
        number = next(numbers)
        drawn = data.draw(strategies.trainings(*(await a_sitter(store, number))))
        training = replace(drawn, id=TrainingId(uid(5, number)))
        await store.save(training)
        async with store.begin() as work:
            found = (await work.dossier(OfTraining(training.id))).training(training.id)
        assert found == replace(training, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_order_of_portraits_is_read_as_it_was_saved(self, store: Store, data: st.DataObject) -> None:
        number = next(numbers)
        drawn = data.draw(strategies.portrait_orders(*(await a_sitter(store, number))))
        order = replace(drawn, id=PortraitOrderId(uid(6, number)))
        await store.save(order)
        async with store.begin() as work:
            found = (await work.dossier(OfPortraits(order.id))).order(order.id)
        assert found == replace(order, version=1)

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_any_moves_of_a_wallet_are_read_as_they_were_saved(self, store: Store, data: st.DataObject) -> None:
        number = next(numbers)
        customer = await store.registered(number)
        for visit in range(2):
            wallet = (await store.read(customer)).wallet
            after = data.draw(strategies.wallets(wallet, f"any-{number}-{visit}"))
            await store.save(after)
            assert (await store.read(customer)).wallet == as_stored(after)
