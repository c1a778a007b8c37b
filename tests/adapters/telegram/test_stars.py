"""Telegram Stars as a gateway: what Telegram's update is evidence of."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.stars import StarsGateway
from avatar_core.errors import InvalidAmount, NoticeUnreadable
from avatar_core.ids import BotId, CustomerId, GatewayCode, NetworkId, PackCode, PaymentId
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import Payment, TopUp

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
GATEWAY = StarsGateway()


def payment(price: Price) -> Payment:
    return Payment(
        id=PaymentId("p1"),
        number=1,
        customer=CustomerId("c1"),
        network=NetworkId("n"),
        bot=BotId("demo_bot"),
        purpose=TopUp(PackCode("small")),
        price=price,
        stars=Stars.of(100),
        gateway=GATEWAY.code,
        created_at=AT,
        expires_at=AT + timedelta(minutes=30),
    )


def paid(**changes: object) -> dict[str, Any]:
    return {
        "currency": "XTR",
        "total_amount": 476,
        "invoice_payload": "p1",
        "telegram_payment_charge_id": "stx1",
        "provider_payment_charge_id": "",
        **changes,
    }


def notice(successful_payment: object, **around: object) -> bytes:
    message = {"message_id": 5, "from": {"id": 700, "is_bot": False}, "successful_payment": successful_payment}
    return json.dumps({"bot": "demo_bot", "update": {"update_id": 9, "message": message | around}}).encode()


async def test_a_checkout_in_stars_has_no_link() -> None:
    wanted = payment(Price(476, Currency.XTR))
    checkout = await GATEWAY.checkout(wanted, "476 ⭐")
    assert (GATEWAY.code, checkout.payment, checkout.url) == ("telegram-stars", wanted, None)


async def test_roubles_cannot_be_paid_in_stars() -> None:
    with pytest.raises(InvalidAmount):
        await GATEWAY.checkout(payment(Price(50000, Currency.RUB)), "500 ₽")


def test_a_successful_payment_is_evidence() -> None:
    raw = notice(paid())
    seen = GATEWAY.read(raw, AT)
    assert (seen.id, seen.gateway, seen.charge) == ("telegram-stars:stx1", GatewayCode("telegram-stars"), "stx1")
    assert (seen.bot, seen.payer, seen.payment_id, seen.payment_number) == ("demo_bot", 700, "p1", None)
    assert (seen.price, seen.raw, seen.received_at) == (Price(476, Currency.XTR), raw.decode(), AT)


def test_the_message_alone_is_enough() -> None:
    message = json.loads(notice(paid()))["update"]["message"]
    assert GATEWAY.read(json.dumps({"bot": "demo_bot", "update": message}).encode(), AT).charge == "stx1"


def test_a_renewal_repeats_its_payload_and_is_other_evidence() -> None:
    first, second = (
        GATEWAY.read(notice(paid(telegram_payment_charge_id=charge, is_recurring=True)), AT) for charge in ("a", "b")
    )
    assert first.payment_id == second.payment_id
    assert first.id != second.id


@pytest.mark.parametrize(
    "unreadable",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update": {}}',
        notice(None),
        notice(paid(total_amount="476")),
        notice(paid(total_amount=476.5)),
        notice(paid(total_amount=True)),
        notice(paid(total_amount=0)),
        notice(paid(total_amount=-5)),
        notice(paid(currency="EUR")),
        notice(paid(telegram_payment_charge_id="")),
        notice(paid(invoice_payload=7)),
        notice(paid(), **{"from": None}),
        notice(paid(), **{"from": {"id": "700"}}),
    ],
    ids=range(16),
)
def test_a_notice_that_is_no_payment_is_unreadable(unreadable: bytes) -> None:
    with pytest.raises(NoticeUnreadable):
        GATEWAY.read(unreadable, AT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["bot", "update", "message", "from", "id"]), inner),
)


@given(JSON)
def test_no_json_whatever_breaks_the_reader(told: object) -> None:
    with pytest.raises(NoticeUnreadable):
        GATEWAY.read(json.dumps(told).encode(), AT)
