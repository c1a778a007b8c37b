"""What every payment gateway must do, and what one whose notices are signed must do besides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from avatar_core.customers import Customer
from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.ids import PaymentId, TelegramId
from avatar_core.money import Price
from avatar_core.payments import EvidenceStatus, Payment, evidence_id
from avatar_core.ports import PaymentGateway
from avatar_core.testing import strategies
from avatar_core.testing.examples import MINUTE, NOW, a_customer, a_payment, uid
from avatar_core.testing.properties import SHARED_ADAPTER, Opaque

GARBAGE = [b"", b"not a notice", b"{}", b"[]", b"null", b'{"id": 1}', b"\xff\xfe\x00", b"OutSum=abc&InvId=x", b"\n" * 9]


def nothing_else(_: Payment) -> Sequence[bytes]:
    """For a gateway that brings a notice only when money came."""
    return ()


@dataclass(frozen=True)
class GatewayWorld(Opaque):
    """A gateway, a payment that it can take money for, and what it says when somebody has paid.

    ``pay(payment, charge)`` returns the notice of that payment, sent at NOW, as the gateway would send it.
    """

    gateway: PaymentGateway
    payment: Payment
    pay: Callable[[Payment, str], bytes]
    customer: Customer = field(default_factory=a_customer)
    several_charges: bool = True
    """Whether one invoice can be paid twice; False where the protocol has no id of a charge, so that none can tell."""
    unpaid: Callable[[Payment], Sequence[bytes]] = nothing_else
    """Its genuine notices of anything but money that came: refused, pending, given back, a test's; if it has such."""

    @property
    def charges(self) -> tuple[str, str]:
        """Two charges of the payment."""
        return "1001", "1002"


def payment_of(gateway: PaymentGateway, price: Price) -> Payment:
    """An invoice that this gateway can take money for."""
    return replace(a_payment(a_customer(), 77), gateway=gateway.code, price=price)


class PaymentGatewayContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> GatewayWorld:
        raise NotImplementedError

    async def test_a_checkout_is_for_the_payment_and_the_same_each_time(self, world: GatewayWorld) -> None:
        first = await world.gateway.checkout(world.payment, "500 ⭐")
        assert first.payment == world.payment
        assert await world.gateway.checkout(world.payment, "500 ⭐") == first

    async def test_checkouts_of_two_payments_are_two(self, world: GatewayWorld) -> None:
        other = replace(world.payment, id=PaymentId(uid(2, 78)), number=78)
        first, second = [await world.gateway.checkout(payment, "500 ⭐") for payment in (world.payment, other)]
        assert (first.payment, second.payment) == (world.payment, other)
        assert first.url is None or first.url != second.url

    def test_a_paid_notice_is_read_as_evidence(self, world: GatewayWorld) -> None:
        evidence = world.gateway.read(world.pay(world.payment, world.charges[0]), NOW + MINUTE)
        assert evidence.gateway == world.gateway.code
        assert evidence.price == world.payment.price
        assert evidence.received_at == NOW + MINUTE
        assert (evidence.status, evidence.reason, evidence.version) == (EvidenceStatus.RECEIVED, None, 0)
        assert evidence.raw

    def test_evidence_is_named_by_its_gateway_and_its_charge(self, world: GatewayWorld) -> None:
        evidence = world.gateway.read(world.pay(world.payment, world.charges[0]), NOW)
        assert evidence.id == evidence_id(world.gateway.code, evidence.charge)

    def test_what_tells_of_no_money_is_no_evidence(self, world: GatewayWorld) -> None:
        for notice in world.unpaid(world.payment):
            with pytest.raises((NoticeUnreadable, NoticeForged)):
                world.gateway.read(notice, NOW)

    def test_evidence_names_the_payment(self, world: GatewayWorld) -> None:
        evidence = world.gateway.read(world.pay(world.payment, world.charges[0]), NOW)
        named = {evidence.payment_id, evidence.payment_number}
        assert named & {world.payment.id, world.payment.number}
        assert evidence.payment_id in {None, world.payment.id}
        assert evidence.payment_number in {None, world.payment.number}

    def test_evidence_names_no_other_payer_than_the_one_who_paid(self, world: GatewayWorld) -> None:
        evidence = world.gateway.read(world.pay(world.payment, world.charges[0]), NOW)
        payers: set[TelegramId | None] = {None, world.customer.telegram_id}
        assert evidence.payer in payers

    def test_the_same_notice_again_is_the_same_evidence(self, world: GatewayWorld) -> None:
        notice = world.pay(world.payment, world.charges[0])
        first, second = world.gateway.read(notice, NOW), world.gateway.read(notice, NOW + MINUTE)
        assert replace(second, received_at=first.received_at) == first

    def test_another_payment_is_other_evidence(self, world: GatewayWorld) -> None:
        other = replace(world.payment, id=type(world.payment.id)("another"), number=78)
        first, second = (
            world.gateway.read(world.pay(payment, charge), NOW)
            for payment, charge in zip((world.payment, other), world.charges, strict=True)
        )
        assert first.id != second.id
        assert first.charge != second.charge

    def test_a_second_payment_of_one_invoice_is_other_evidence(self, world: GatewayWorld) -> None:
        first, second = (world.gateway.read(world.pay(world.payment, charge), NOW) for charge in world.charges)
        assert (first.id != second.id) is world.several_charges
        assert (first.charge != second.charge) is world.several_charges

    @pytest.mark.parametrize("garbage", GARBAGE)
    def test_garbage_is_no_evidence(self, world: GatewayWorld, garbage: bytes) -> None:
        with pytest.raises((NoticeUnreadable, NoticeForged)):
            world.gateway.read(garbage, NOW)

    @SHARED_ADAPTER
    @example(minor=29, number=2**31 - 1, name=uid(2, 2))  # 0.29 * 100 is 28.999999999999996 in floats
    @given(minor=st.integers(1, 10**9), number=st.integers(1, 2**31 - 1), name=strategies.uids())
    def test_any_amount_of_any_payment_is_read_exactly(
        self, world: GatewayWorld, minor: int, number: int, name: str
    ) -> None:
        price = Price(minor, world.payment.price.currency)
        payment = replace(world.payment, id=PaymentId(name), number=number, price=price)
        evidence = world.gateway.read(world.pay(payment, world.charges[0]), NOW)
        assert evidence.price == price
        assert {evidence.payment_id, evidence.payment_number} & {payment.id, payment.number}

    @SHARED_ADAPTER
    @given(garbage=st.binary(max_size=300) | strategies.texts(max_size=300).map(str.encode))
    def test_nothing_that_anybody_makes_up_is_evidence(self, world: GatewayWorld, garbage: bytes) -> None:
        with pytest.raises((NoticeUnreadable, NoticeForged)):
            world.gateway.read(garbage, NOW)

    def test_half_a_notice_is_no_evidence(self, world: GatewayWorld) -> None:
        notice = world.pay(world.payment, world.charges[0])
        with pytest.raises((NoticeUnreadable, NoticeForged)):
            world.gateway.read(notice[: len(notice) // 2], NOW)


class SignedGatewayContract(PaymentGatewayContract):
    """For a gateway that anybody can reach: what it says counts only with its signature."""

    def test_a_notice_with_any_digit_changed_is_forged(self, world: GatewayWorld) -> None:
        notice = world.pay(world.payment, world.charges[0])
        digits = [place for place, byte in enumerate(notice) if chr(byte).isdigit()]
        for place in digits:
            other = b"7" if notice[place : place + 1] != b"7" else b"8"
            with pytest.raises((NoticeForged, NoticeUnreadable)):
                world.gateway.read(notice[:place] + other + notice[place + 1 :], NOW)

    def test_a_notice_for_another_amount_is_forged(self, world: GatewayWorld) -> None:
        notice = world.pay(world.payment, world.charges[0])
        minor = str(world.payment.price.minor).encode()
        plain = world.payment.price.plain.encode()
        cheaper = notice.replace(minor, b"1").replace(plain, b"0.01")
        assert cheaper != notice
        with pytest.raises(NoticeForged):
            world.gateway.read(cheaper, NOW)

    @SHARED_ADAPTER
    @given(data=st.data())
    def test_a_notice_with_any_byte_changed_says_the_same_or_nothing(
        self, world: GatewayWorld, data: st.DataObject
    ) -> None:
        notice = world.pay(world.payment, world.charges[0])
        place, byte = data.draw(st.integers(0, len(notice) - 1)), data.draw(st.binary(max_size=2))
        try:
            evidence = world.gateway.read(notice[:place] + byte + notice[place + 1 :], NOW)
        except (NoticeForged, NoticeUnreadable):
            return
        assert replace(evidence, raw="") == replace(world.gateway.read(notice, NOW), raw="")
