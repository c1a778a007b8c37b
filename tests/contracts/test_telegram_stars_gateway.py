import json
from typing import Any

import pytest

from adapters.telegram.stars import StarsGateway
from avatar_core.money import Currency, Price
from avatar_core.payments import Payment
from avatar_core.testing.examples import BOT, NOW, a_customer
from avatar_core.testing.payment_gateway import GatewayWorld, PaymentGatewayContract, payment_of
from avatar_core.testing.vectors import vectors


def told(payment: Payment, charge: str, of: str = "successful_payment") -> bytes:
    facts = {
        "currency": payment.price.currency,
        "total_amount": payment.price.minor,
        "invoice_payload": payment.id,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    message = {"from": {"id": a_customer().telegram_id}, of: facts}
    return json.dumps({"bot": BOT, "update": {"update_id": 1, "message": message}}).encode()


def unpaid(payment: Payment) -> list[bytes]:
    return [told(payment, "1001", "refunded_payment")]


def stars_world(gateway: StarsGateway) -> GatewayWorld:
    return GatewayWorld(gateway, payment_of(gateway, Price(500, Currency.XTR)), told, unpaid=unpaid)


class TestStarsGateway(PaymentGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return stars_world(StarsGateway())


@pytest.mark.parametrize("vector", vectors("telegram-stars")["updates"])
def test_the_vectors_say_what_they_say(vector: dict[str, Any]) -> None:
    says = vector["says"]
    evidence = StarsGateway().read(json.dumps({"bot": BOT, "update": vector["update"]}).encode(), NOW)
    assert (evidence.payer, evidence.payment_id, evidence.charge) == (says["payer"], says["payment"], says["charge"])
    assert evidence.price == Price(says["minor"], Currency(says["currency"]))
