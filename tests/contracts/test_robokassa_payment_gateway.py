from urllib.parse import urlencode

import pytest

from adapters.robokassa import RobokassaGateway, RobokassaSettings
from avatar_core.money import Currency, Price
from avatar_core.payments import Payment
from avatar_core.testing.payment_gateway import GatewayWorld, SignedGatewayContract, payment_of
from entrypoints.sandbox.robokassa.signatures import result_signature


def paid(payment: Payment, _charge: str) -> bytes:
    body = {"OutSum": f"{payment.price.plain}0000", "InvId": str(payment.number), "Shp_payment": payment.id}
    return urlencode(body | {"SignatureValue": result_signature("sha256", body, "securepass2")}).encode()


def unpaid(payment: Payment) -> list[bytes]:
    """A payment of the test mode, for a shop that sells: it is signed with the same words where both are set alike."""
    return [paid(payment, "") + b"&IsTest=1"]


class TestRobokassaGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        gateway = RobokassaGateway(RobokassaSettings("test", "securepass1", "securepass2", hash="sha256"))
        invoice = payment_of(gateway, Price(111_000, Currency.RUB))
        return GatewayWorld(gateway, invoice, paid, several_charges=False, unpaid=unpaid)
