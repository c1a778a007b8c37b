"""Payments, notices and subscriptions: kept fact for fact, found by every name, taken once."""

from dataclasses import replace

import pytest

from avatar_core.customers import Customer
from avatar_core.dossier import OfEvidence, OfPayment
from avatar_core.errors import ConcurrentChange, PaymentNotFound
from avatar_core.ids import EvidenceId, PaymentId, PlanCode, TelegramId
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import Evidence, Payment, PlanPurchase
from avatar_core.subscriptions import AS_BOUGHT, Announcement, Stage, Subscription
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    NOW,
    ROUBLE_GATEWAY,
    SECOND,
    a_customer,
    a_notice,
    a_payment,
    a_term,
    an_endless_term,
    uid,
)
from avatar_core.testing.store import Store, StoreContract


class PaymentsContract(StoreContract):
    """What was bought, and what gateways told us."""

    async def test_a_payment_is_found_with_its_customer(self, store: Store, customer: Customer) -> None:
        await store.save(a_payment(customer), a_payment(customer, 2))
        async with store.begin() as work:
            dossier = await work.dossier(OfPayment(a_payment(customer, 2).id))
        assert dossier.customer == customer
        assert list(dossier.payments.values()) == [replace(a_payment(customer, 2), version=1)]

    async def test_every_fact_of_a_payment_is_kept(self, store: Store, customer: Customer) -> None:
        pending = replace(
            a_payment(customer, 2_147_483_647),
            purpose=PlanPurchase(PlanCode("NEUROVIDEO"), 3, 1, None),
            price=Price(299_900, Currency.RUB),
            stars=Stars(130_301),
            gateway=ROUBLE_GATEWAY,
            resume="train:1000",
        )
        await store.save(pending)
        leased = replace(pending, version=1).approve(customer.id, pending.price, "query-1", at=NOW)
        await self._saved_as(store, leased)
        settled = replace(leased, version=2).settle("charge-1", pending.price, at=NOW + SECOND)
        await self._saved_as(store, settled)

    async def _saved_as(self, store: Store, payment: Payment) -> None:
        await store.save(payment)
        async with store.begin() as work:
            stored = (await work.dossier(OfPayment(payment.id))).payment()
        assert stored == replace(payment, version=payment.version + 1)

    async def test_payment_numbers_never_repeat(self, store: Store) -> None:
        numbers = []
        for _ in range(5):
            async with store.begin() as work:
                numbers += [await work.next_number(), await work.next_number()]
        assert len(set(numbers)) == 10
        assert min(numbers) >= 1

    async def test_a_payment_number_is_taken_once(self, store: Store, customer: Customer) -> None:
        await store.save(a_payment(customer))
        with pytest.raises(ConcurrentChange):
            await store.save(replace(a_payment(customer, 2), number=1))

    async def test_a_charge_pays_one_payment(self, store: Store, customer: Customer) -> None:
        first, second = (replace(a_payment(customer, number), charge="same") for number in (1, 2))
        await store.save(first, replace(second, gateway=ROUBLE_GATEWAY))
        with pytest.raises(ConcurrentChange):
            await store.save(replace(a_payment(customer, 3), charge="same"))

    @pytest.mark.parametrize("by", ["id", "number"])
    async def test_a_notice_leads_to_the_payment_it_names(self, store: Store, customer: Customer, by: str) -> None:
        payment = a_payment(customer)
        number = {"id": None, "number": payment.number}[by]
        notice = replace(a_notice(payment), payment_id={"id": payment.id, "number": None}[by], payment_number=number)
        await store.save(payment, notice, a_payment(customer, 2))
        async with store.begin() as work:
            dossier = await work.dossier(OfEvidence(notice.id))
        assert dossier.payment() == replace(payment, version=1)
        assert dossier.notice() == replace(notice, version=1)
        assert dossier.customer == customer

    async def test_a_notice_whose_id_is_not_ours_is_not_matched_by_its_number(
        self, store: Store, customer: Customer
    ) -> None:
        payment = a_payment(customer)
        foreign = replace(a_notice(payment), payment_id=PaymentId(uid(2, 404)), payment_number=payment.number)
        await store.save(payment, foreign)
        async with store.begin() as work:
            with pytest.raises(PaymentNotFound):
                await work.dossier(OfEvidence(foreign.id))

    async def test_where_id_and_number_name_two_payments_the_id_counts(self, store: Store, customer: Customer) -> None:
        one, two = a_payment(customer), a_payment(customer, 2)
        odd = replace(a_notice(one), payment_id=one.id, payment_number=two.number)
        await store.save(one, two, odd)
        async with store.begin() as work:
            dossier = await work.dossier(OfEvidence(odd.id))
        assert dossier.payment().id == one.id

    async def test_a_notice_that_names_no_payment_of_ours_is_kept_all_the_same(self, store: Store) -> None:
        strange = replace(a_notice(a_payment(a_customer())), payment_id=PaymentId(uid(2, 404)))
        other = replace(strange, id=EvidenceId("telegram-stars:2"), payment_id=None, payment_number=404)
        nameless = replace(strange, id=EvidenceId("telegram-stars:3"), payment_id=None)
        foreign = replace(strange, id=EvidenceId("telegram-stars:4"), payment_id=PaymentId("no id of ours; '"))
        await store.save(strange, other, nameless, foreign)
        async with store.begin() as work:
            for notice in (strange, other, nameless, foreign):
                with pytest.raises(PaymentNotFound):
                    await work.dossier(OfEvidence(notice.id))
                assert await work.evidence(notice.id) == replace(notice, version=1)

    async def test_every_fact_of_a_notice_is_kept(self, store: Store) -> None:
        notice = Evidence(
            id=EvidenceId("robokassa:77"),
            gateway=ROUBLE_GATEWAY,
            charge="77",
            price=Price(111_000, Currency.RUB),
            raw="OutSum=1110.00&InvId=77&комментарий=да\n",
            received_at=NOW,
            bot=None,
            payment_number=77,
            payer=TelegramId(7_777_777_777),
        )
        await store.save(notice)
        judged = replace(notice, version=1).quarantined("wrong-amount")
        await store.save(judged)
        async with store.begin() as work:
            assert await work.evidence(notice.id) == replace(judged, version=2)

    async def test_a_notice_is_kept_once(self, store: Store, customer: Customer) -> None:
        notice = a_notice(a_payment(customer))
        await store.save(notice)
        with pytest.raises(ConcurrentChange):
            await store.save(replace(notice, raw="something else"))
        async with store.begin() as work:
            assert (await work.evidence(notice.id)).raw == notice.raw

    # --- subscriptions

    async def test_every_fact_of_a_subscription_is_kept(self, store: Store, customer: Customer) -> None:
        bare = Subscription(customer.id, customer.network)
        assert (await store.read(customer)).subscription == bare
        full = replace(
            bare.add(a_term(), "payment 1", AS_BOUGHT).add(
                replace(a_term(), plan=PlanCode("NEUROVIDEO"), rank=1), "payment 2", AS_BOUGHT
            ),
            endless=an_endless_term(NOW - HOUR),
            announced=Announcement(NOW + 60 * DAY, Stage.ONE_DAY_LEFT),
        )
        assert len(full.terms) == 2
        await store.save(full)
        assert (await store.read(customer)).subscription == replace(full, version=1)
