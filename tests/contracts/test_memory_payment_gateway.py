import json

import pytest

from adapters.memory import MemoryGateway
from avatar_core.errors import GatewayUnavailable, NoticeForged
from avatar_core.money import Currency, Price
from avatar_core.testing.examples import HOUR, NOW
from avatar_core.testing.payment_gateway import GatewayWorld, SignedGatewayContract, payment_of

ROUBLES = Price(111_000, Currency.RUB)


class TestMemoryGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        gateway = MemoryGateway()
        return GatewayWorld(gateway, payment_of(gateway, ROUBLES), lambda paid, charge: gateway.pay(paid, charge, NOW))


async def test_a_gateway_that_is_down_gives_no_checkout() -> None:
    gateway = MemoryGateway(down=True)
    with pytest.raises(GatewayUnavailable):
        await gateway.checkout(payment_of(gateway, ROUBLES), "500 ⭐")
    assert gateway.checkouts == []


def test_a_notice_from_an_hour_ago_is_stale() -> None:
    gateway = MemoryGateway()
    with pytest.raises(NoticeForged):
        gateway.read(gateway.pay(payment_of(gateway, ROUBLES), "1", NOW), NOW + HOUR)


def test_a_notice_can_be_told_to_be_odd() -> None:
    gateway = MemoryGateway()
    odd = gateway.pay(payment_of(gateway, ROUBLES), "1", NOW, minor=1, payer=404)
    evidence = gateway.read(odd, NOW)
    assert (evidence.price, evidence.payer) == (Price(1, Currency.RUB), 404)
    assert json.loads(evidence.raw)["minor"] == 1
