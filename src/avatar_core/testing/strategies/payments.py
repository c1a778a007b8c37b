"""Invoices and notices."""

from hypothesis import strategies as st

from avatar_core.customers import Customer
from avatar_core.ids import BotId, GatewayCode, PlanCode
from avatar_core.payments import Evidence, EvidenceStatus, Lease, Payment, PaymentStatus, PlanPurchase, TopUp
from avatar_core.testing.strategies.values import codes, moments, prices, stars, telegram_ids, texts, uids


def purposes() -> st.SearchStrategy[PlanPurchase | TopUp]:
    """What is bought."""
    days = st.none() | st.integers(1, 3650)
    plan = st.builds(PlanPurchase, codes().map(PlanCode), st.integers(1, 99), st.integers(0, 9), days)
    return plan | st.builds(TopUp, codes())


def payments(customer: Customer) -> st.SearchStrategy[Payment]:
    """An invoice of a customer and whatever became of it; settled ones have their charge."""
    lease = st.builds(Lease, texts(min_size=1), moments())
    opened = st.builds(
        Payment,
        id=uids(),
        number=st.integers(1, 2**31 - 1),
        customer=st.just(customer.id),
        network=st.just(customer.network),
        bot=st.just(customer.bot),
        purpose=purposes(),
        price=prices(),
        stars=stars(smallest=0),
        gateway=codes().map(GatewayCode),
        created_at=moments(),
        expires_at=moments(),
        status=st.sampled_from([each for each in PaymentStatus if each is not PaymentStatus.COMPLETED]),
        lease=st.none() | lease,
        resume=st.none() | texts(),
    )
    settled = st.builds(
        lambda payment, charge, at: payment.settle(charge, payment.price, at=at), opened, uids(), moments()
    )
    return opened | settled


def evidence() -> st.SearchStrategy[Evidence]:
    """A notice of any gateway about anything, judged or not."""
    return st.builds(
        Evidence,
        id=uids(),
        gateway=codes().map(GatewayCode),
        charge=texts(min_size=1),
        price=prices(),
        raw=texts(max_size=500),
        received_at=moments(),
        bot=st.none() | codes().map(BotId),
        payment_id=st.none() | texts(),
        payment_number=st.none() | st.integers(-(10**30), 10**30),
        payer=st.none() | telegram_ids(),
        status=st.sampled_from(EvidenceStatus),
        reason=st.none() | texts(),
    )
