"""Robokassa's notices, as the real form body: evidence first, the answer after it."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import md5
from urllib.parse import urlencode

import httpx
import pytest

from adapters.robokassa import RobokassaGateway, RobokassaSettings
from avatar_core.errors import StoreUnavailable
from avatar_core.events import PaymentQuarantined
from avatar_core.ids import EvidenceId
from avatar_core.money import Currency, Price
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus
from avatar_core.testing.examples import ROUBLE_GATEWAY, a_customer, a_payment
from entrypoints.bot.desk import Rail, Rails
from tests.entrypoints.memory_house import MemoryHouse
from tests.entrypoints.web.conftest import Served, serving

CUSTOMER = a_customer()
PAYMENT = replace(a_payment(CUSTOMER, 5), gateway=ROUBLE_GATEWAY, price=Price(110000, Currency.RUB))
SECOND_WORD = "second-word"
SHOP = RobokassaSettings("shop", "first-word", SECOND_WORD)


@pytest.fixture
def outside() -> MemoryHouse:
    made = MemoryHouse()
    made.vendors_take(Rails((Rail(made.stars, Currency.XTR, "s"), Rail(RobokassaGateway(SHOP), Currency.RUB, "r"))))
    return made


@pytest.fixture(autouse=True)
async def _billed(outside: MemoryHouse) -> None:
    async with outside.house.ground.store.begin() as work:
        work.save(CUSTOMER, PAYMENT)
        await work.commit()


def a_form(amount: str = "1100.000000", number: str = "5", payment: Payment | None = PAYMENT, **odd: str) -> bytes:
    fields = {"OutSum": amount, "InvId": number, "Fee": "0.00", "PaymentMethod": "BankCard"}
    if payment:
        fields["Shp_payment"] = payment.id
    return urlencode({**fields, "SignatureValue": signature(fields), **odd}).encode()


def signature(fields: Mapping[str, str], password: str = SECOND_WORD) -> str:
    own = [f"{name}={value}" for name, value in sorted(fields.items()) if name.startswith("Shp_")]
    text = ":".join([fields["OutSum"], fields["InvId"], password, *own])
    return md5(text.encode(), usedforsecurity=False).hexdigest().upper()


async def post(served: Served, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await served.client.post("/robokassa/result", content=body, headers=headers)


def status(outside: MemoryHouse) -> PaymentStatus:
    return outside.database.payments[PAYMENT.id].status


def notices(outside: MemoryHouse) -> list[Evidence]:
    return list(outside.database.evidence)


async def test_a_paid_invoice_is_credited_and_answered_with_its_number(served: Served) -> None:
    """Bug museum 4: Robokassa sends form bodies; the JSON-only route read nothing."""
    answer = await post(served, a_form())
    assert (answer.status_code, answer.text) == (200, "OK5")
    assert status(served.outside) is PaymentStatus.COMPLETED


async def test_a_repeated_notice_is_answered_the_same_and_credits_once(served: Served) -> None:
    await post(served, a_form())
    entries = len(served.outside.database.transfers.taken())
    answer = await post(served, a_form())
    assert (answer.status_code, answer.text) == (200, "OK5")
    assert len(served.outside.database.transfers.taken()) == entries


@pytest.mark.parametrize("told", ["", "0" * 32, signature({"OutSum": "1100.000000", "InvId": "5"}, "first-word")])
async def test_a_forged_result_credits_nothing_keeps_nothing_and_is_answered_with_an_error(
    served: Served, told: str
) -> None:
    """Bug museum 1: a forged Robokassa result credits nothing and is answered with an error."""
    answer = await post(served, a_form(SignatureValue=told))
    assert answer.status_code == 403
    assert not answer.text.startswith("OK")
    assert notices(served.outside) == []
    assert status(served.outside) is PaymentStatus.PENDING


@pytest.mark.parametrize("body", [b"", b"{}", b"OutSum=1", b"OutSum=1&InvId=x&SignatureValue=y", b"\xff\xfe"])
async def test_what_is_no_notice_is_refused(served: Served, body: bytes) -> None:
    answer = await post(served, body)
    assert answer.status_code in {400, 403}
    assert notices(served.outside) == []


async def test_another_amount_credits_nothing_and_goes_to_quarantine(served: Served) -> None:
    """Bug museum 2: a good signature and another amount credits nothing and goes to quarantine."""
    answer = await post(served, a_form("1.000000"))
    assert (answer.status_code, answer.text) == (200, "OK5")
    (notice,) = notices(served.outside)
    assert (notice.status, notice.reason) == (EvidenceStatus.QUARANTINED, "wrong-amount")
    assert status(served.outside) is PaymentStatus.PENDING


async def test_money_for_an_unknown_invoice_is_kept_and_told_to_the_owner(served: Served) -> None:
    answer = await post(served, a_form(number="77", payment=None))
    assert (answer.status_code, answer.text) == (200, "OK77")
    (notice,) = notices(served.outside)
    assert notice.status is EvidenceStatus.QUARANTINED
    assert [each.event for each in served.outside.database.happenings] == [
        PaymentQuarantined(bot=notice.bot, evidence=notice.id, price=notice.price, reason="payment-not-found")
    ]


async def test_while_the_store_is_away_the_gateway_is_told_to_come_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug museum 3: errors were answered `OK<InvId>`, so the gateway never came back."""

    async def keep(*_: object) -> Evidence:
        raise StoreUnavailable(reason="restarting")

    monkeypatch.setattr("avatar_core.use_cases.settlement.KeepEvidence.__call__", keep)
    answer = await post(served, a_form())
    assert answer.status_code == 503
    assert "OK" not in answer.text


@pytest.mark.parametrize("error", [StoreUnavailable(reason="restarting"), KeyError("a defect")])
async def test_a_notice_that_is_kept_is_answered_even_if_judging_it_fails(
    served: Served, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def settle(self: object, evidence: EvidenceId) -> Evidence:
        raise error

    monkeypatch.setattr("avatar_core.use_cases.settlement.SettlePayment.__call__", settle)
    answer = await post(served, a_form())
    assert (answer.status_code, answer.text) == (200, "OK5")
    (notice,) = notices(served.outside)
    assert notice.status is EvidenceStatus.RECEIVED


async def test_a_test_payment_is_refused_in_production(served: Served) -> None:
    answer = await post(served, a_form(IsTest="1"))
    assert answer.status_code == 403
    assert status(served.outside) is PaymentStatus.PENDING


async def test_nobody_is_at_the_door_of_a_gateway_that_is_not_set_up(outside: MemoryHouse) -> None:
    outside.vendors_take(Rails((Rail(outside.stars, Currency.XTR, "s"),)))
    async with serving(outside) as without:
        assert (await post(without, a_form())).status_code == 404
    assert notices(outside) == []


@pytest.mark.parametrize(
    ("language", "page", "words"),
    [
        ("ru-RU,ru;q=0.9", "success", "Спасибо за оплату"),
        ("ru", "fail", "Деньги не списаны"),
        ("de-DE,de;q=0.9", "success", "Thank you for paying"),
        ("", "fail", "No money was taken"),
    ],
)
async def test_the_pages_after_paying_speak_both_languages_and_credit_nothing(
    served: Served, language: str, page: str, words: str
) -> None:
    fields = {"OutSum": "1100.00", "InvId": "5", "SignatureValue": "anything"}
    answer = await served.client.get(f"/robokassa/{page}", params=fields, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert words in answer.text
    assert status(served.outside) is PaymentStatus.PENDING
