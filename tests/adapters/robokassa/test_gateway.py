"""Robokassa as a gateway, against its stand-in over HTTP and against forged notices."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.robokassa import RobokassaGateway, RobokassaReceipt, RobokassaSettings
from adapters.robokassa.settings import HASHES
from avatar_core.errors import InvalidAmount, NoticeForged, NoticeUnreadable
from avatar_core.money import Currency, Price
from avatar_core.payments import Payment
from avatar_core.testing.examples import NOW, a_customer, a_payment
from entrypoints.sandbox.robokassa import RobokassaSandbox
from entrypoints.sandbox.robokassa.sandbox import CheckoutFailed
from entrypoints.sandbox.robokassa.signatures import result_signature
from tests.entrypoints.sandbox.webhook_receiver import Receiver, receiving

SHOP = RobokassaSettings("test", "securepass1", "securepass2")
GATEWAY = RobokassaGateway(SHOP)
PAYMENT = replace(a_payment(a_customer(), 77), gateway=GATEWAY.code, price=Price(111_050, Currency.RUB))


def notice(password: str = "securepass2", algorithm: str = "md5", **fields: str) -> bytes:
    signed = {"OutSum": "1110.500000", "InvId": "77", "Shp_payment": PAYMENT.id} | fields
    signature = result_signature(algorithm, signed, password)
    return urlencode({**signed, "Fee": "0.1", "EMail": "a@b.example", "SignatureValue": signature}).encode()


async def link_of(gateway: RobokassaGateway, payment: Payment = PAYMENT, title: str = "500 ⭐") -> dict[str, str]:
    url = (await gateway.checkout(payment, title)).url
    assert url is not None
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        receiver.answer = (200, f"OK{PAYMENT.number}")
        yield receiver


@pytest.mark.parametrize("algorithm", HASHES)
async def test_a_checkout_can_be_paid_and_its_notice_read_with_every_hash(receiver: Receiver, algorithm: str) -> None:
    async with RobokassaSandbox.running(result_url=receiver.url, hash=algorithm) as robokassa:
        gateway = RobokassaGateway(replace(SHOP, hash=algorithm, base_url=robokassa.base_url))
        checkout = await gateway.checkout(PAYMENT, "500 ⭐")
        assert checkout.url is not None
        await robokassa.pay(checkout.url)
        evidence = gateway.read(receiver.bodies[0], NOW)
        assert robokassa.notices[0].accepted
    assert (evidence.id, evidence.charge) == (f"robokassa:77:1110.50:{PAYMENT.id}", f"77:1110.50:{PAYMENT.id}")
    assert (evidence.price, evidence.payment_number, evidence.payment_id) == (PAYMENT.price, 77, PAYMENT.id)
    assert (evidence.payer, evidence.bot, evidence.received_at) == (None, None, NOW)
    assert gateway.answer(evidence) == "OK77"


async def test_a_checkout_with_everything_in_it_can_be_paid(receiver: Receiver) -> None:
    async with RobokassaSandbox.running(result_url=receiver.url) as robokassa:
        robokassa.accept_tests(SHOP.password1, SHOP.password2)
        receipt = RobokassaReceipt(tax="vat20", system="usn_income")
        shop = replace(SHOP, base_url=robokassa.base_url, test=True, receipt=receipt, sends_expiry=True)
        gateway = RobokassaGateway(shop)
        payment = replace(PAYMENT, expires_at=datetime.now(UTC) + timedelta(minutes=30))
        checkout = await gateway.checkout(payment, 'Звёзды & "скидки" 100 %')
        assert checkout.url is not None
        await robokassa.pay(checkout.url)
        assert gateway.read(receiver.bodies[0], NOW).price == payment.price
        with pytest.raises(NoticeForged, match="test"):
            RobokassaGateway(replace(shop, test=False)).read(receiver.bodies[0], NOW)


async def test_a_link_that_somebody_made_cheaper_meets_an_error_page(receiver: Receiver) -> None:
    async with RobokassaSandbox.running(result_url=receiver.url) as robokassa:
        gateway = RobokassaGateway(replace(SHOP, base_url=robokassa.base_url))
        link = (await gateway.checkout(PAYMENT, "500 ⭐")).url
        assert link is not None
        with pytest.raises(CheckoutFailed, match="29"):
            await robokassa.pay(link.replace("1110.50", "1.00"))


async def test_a_link_says_what_is_paid_and_no_password() -> None:
    link = await link_of(GATEWAY, title="x" * 200)
    assert link["OutSum"] == "1110.50"
    assert (link["InvId"], link["MerchantLogin"], link["Shp_payment"]) == ("77", "test", PAYMENT.id)
    assert (link["Description"], link["Encoding"]) == ("x" * 100, "utf-8")
    assert {"IsTest", "Receipt", "ExpirationDate"}.isdisjoint(link)
    assert "securepass" not in str(link)


@pytest.mark.parametrize(
    ("title", "described"),
    [
        ("📸 НейроФото", "НейроФото"),
        ("217 ⭐", "217"),
        ("Ёлка — «pro», 50 % (12 шт.)", "Ёлка — «pro», 50 % (12 шт.)"),
        ("⭐" * 200 + "a\tb\u202ec", "a b c"),
        ("⭐", "77"),
        ("⭐ " + "x" * 200, "x" * 100),
    ],
)
async def test_a_title_is_described_in_the_characters_that_robokassa_takes(title: str, described: str) -> None:
    async with RobokassaSandbox.running() as robokassa:
        gateway = RobokassaGateway(replace(SHOP, base_url=robokassa.base_url))
        assert (await link_of(gateway, title=title))["Description"] == described
        checkout = await gateway.checkout(PAYMENT, title)
        assert checkout.url is not None
        await robokassa.look(checkout.url)


@given(title=st.text(max_size=200))
async def test_whatever_a_title_has_its_description_is_short_and_plain(title: str) -> None:
    described = (await link_of(GATEWAY, title=title))["Description"]
    assert 1 <= len(described) <= 100
    assert described == " ".join(described.split())


async def test_a_receipt_is_compact_encoded_once_and_has_the_exact_sum() -> None:
    link = await link_of(RobokassaGateway(replace(SHOP, receipt=RobokassaReceipt())), title='50 "stars" ⭐')
    encoded = link["Receipt"]
    assert encoded.isascii()
    assert '"sum":1110.50}' in unquote(encoded)
    assert json.loads(unquote(encoded)) == {
        "items": [
            {
                "name": '50 "stars"',
                "quantity": 1,
                "tax": "none",
                "payment_method": "full_payment",
                "payment_object": "service",
                "sum": 1110.5,
            }
        ]
    }


async def test_only_roubles_can_be_paid() -> None:
    with pytest.raises(InvalidAmount):
        await GATEWAY.checkout(replace(PAYMENT, price=Price(500, Currency.XTR)), "500 ⭐")


@pytest.mark.parametrize("written", ["1110.5", "1110.50", "1110.500000"])
def test_a_sum_is_the_same_however_it_is_written(written: str) -> None:
    evidence = GATEWAY.read(notice(OutSum=written), NOW)
    assert (evidence.id, evidence.price) == (f"robokassa:77:1110.50:{PAYMENT.id}", PAYMENT.price)


def test_another_sum_for_the_same_number_is_other_evidence() -> None:
    assert GATEWAY.read(notice(OutSum="1.00"), NOW).id == f"robokassa:77:1.00:{PAYMENT.id}"


def test_a_notice_without_our_field_is_known_by_its_number() -> None:
    body = {"OutSum": "5.12", "InvId": "5", "SignatureValue": "5E000357E91DE9AC78F9DF163ECEEFA8"}
    evidence = GATEWAY.read(urlencode(body).encode(), NOW)
    assert (evidence.payment_id, evidence.payment_number, evidence.price.plain) == (None, 5, "5.12")


FORGERIES = {
    "password 1": notice("securepass1"),
    "no password": notice(""),
    "another hash": notice(algorithm="sha256"),
    "an empty one": b"OutSum=5.12&InvId=5&SignatureValue=",
    "not hex": "OutSum=5.12&InvId=5&SignatureValue=подпись".encode(),
    "another payment": notice().replace(PAYMENT.id.encode(), b"another"),
    "another number": notice().replace(b"InvId=77", b"InvId=78"),
    "another sum": notice().replace(b"1110.500000", b"1.00"),
    "a field added": notice() + b"&Shp_extra=1",
    "a test": notice() + b"&IsTest=1",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_notice_is_refused(forgery: str) -> None:
    with pytest.raises(NoticeForged) as refused:
        GATEWAY.read(FORGERIES[forgery], NOW)
    assert "securepass" not in str(refused.value)


MALFORMED = [
    b"",
    b"{}",
    b"\xff=1",
    b"a=%ff",
    b"OutSum=5.12",
    b"InvId=5",
    b"OutSum=5.12&InvId=5",
    b"&".join(b"a%d=1" % number for number in range(200)),
    notice() + b"&InvId=77",
    *(notice(InvId=number) for number in ("", "0", "-5", "5.0", "x", "٥", "2147483648", "9" * 5000)),
    *(notice(OutSum=amount) for amount in ("", "x", "NaN", "Infinity", "0", "-5.12", "5.123", "1e999999")),
]


@pytest.mark.parametrize("malformed", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_notice_is_unreadable(malformed: bytes) -> None:
    with pytest.raises(NoticeUnreadable):
        GATEWAY.read(malformed, NOW)


@given(st.binary())
def test_whatever_strangers_send_is_refused(body: bytes) -> None:
    with pytest.raises((NoticeForged, NoticeUnreadable)):
        GATEWAY.read(body, NOW)
