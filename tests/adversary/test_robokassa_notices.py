"""Robokassa's ResultURL under attack, through the real app over HTTP: what is not genuine credits and keeps nothing."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import md5, sha256
from urllib.parse import urlencode

import httpx
import pytest

from adapters.robokassa import RobokassaGateway, RobokassaSettings
from avatar_core.ids import PaymentId
from avatar_core.money import Currency, Price
from avatar_core.payments import EvidenceStatus, PaymentStatus
from avatar_core.testing.examples import ROUBLE_GATEWAY, a_customer, a_payment, uid
from entrypoints.bot.desk import Rail, Rails
from tests.entrypoints.memory_house import MemoryHouse
from tests.entrypoints.web.conftest import Served, serving

CUSTOMER = a_customer()
PRICE = Price(110000, Currency.RUB)
PAYMENT = replace(a_payment(CUSTOMER, 5), gateway=ROUBLE_GATEWAY, price=PRICE)
OTHER = replace(a_payment(CUSTOMER, 6), gateway=ROUBLE_GATEWAY, price=PRICE)
FIRST, SECOND = "first-word", "second-word"
GENUINE = {"OutSum": "1100.000000", "InvId": "5", "Fee": "0.00", "PaymentMethod": "BankCard", "Shp_payment": PAYMENT.id}


@pytest.fixture
def outside() -> MemoryHouse:
    made = MemoryHouse()
    shop = RobokassaGateway(RobokassaSettings("shop", FIRST, SECOND))
    made.vendors_take(Rails((Rail(made.stars, Currency.XTR, "s"), Rail(shop, Currency.RUB, "r"))))
    return made


@pytest.fixture(autouse=True)
async def _billed(outside: MemoryHouse) -> None:
    async with outside.house.ground.store.begin() as work:
        work.save(CUSTOMER, PAYMENT, OTHER)
        await work.commit()


def signature(fields: Mapping[str, str], password: str = SECOND) -> str:
    own = [f"{name}={value}" for name, value in sorted(fields.items()) if name.lower().startswith("shp_")]
    text = ":".join([fields["OutSum"], fields["InvId"], password, *own])
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def signed(fields: Mapping[str, str]) -> bytes:
    return urlencode({"SignatureValue": signature(fields), **fields}).encode()


async def post(served: Served, body: bytes, kind: str = "application/x-www-form-urlencoded") -> httpx.Response:
    return await served.client.post("/robokassa/result", content=body, headers={"Content-Type": kind})


def statuses(outside: MemoryHouse) -> list[PaymentStatus]:
    return [outside.database.payments[each.id].status for each in (PAYMENT, OTHER)]


def untouched(outside: MemoryHouse) -> bool:
    pending = [PaymentStatus.PENDING] * 2
    return (
        statuses(outside) == pending and not list(outside.database.evidence) and not list(outside.database.happenings)
    )


SIGNATURE = signature(GENUINE)
FORGED = {
    "another sum": {**GENUINE, "OutSum": "1.000000", "SignatureValue": SIGNATURE},
    "the same sum written otherwise": {**GENUINE, "OutSum": "1100.00", "SignatureValue": SIGNATURE},
    "another number": {**GENUINE, "InvId": "6", "SignatureValue": SIGNATURE},
    "another payment's id": {**GENUINE, "Shp_payment": OTHER.id, "SignatureValue": SIGNATURE},
    "our id left out": {name: GENUINE[name] for name in ("OutSum", "InvId")} | {"SignatureValue": SIGNATURE},
    "one more field of the shop's": {**GENUINE, "Shp_z": "1", "SignatureValue": SIGNATURE},
    "our id in other letters": {
        **{name: value for name, value in GENUINE.items() if name != "Shp_payment"},
        "shp_payment": PAYMENT.id,
        "SignatureValue": SIGNATURE,
    },
    "the password of checkouts": {**GENUINE, "SignatureValue": signature(GENUINE, FIRST)},
    "no password": {**GENUINE, "SignatureValue": signature(GENUINE, "")},
    "another hash": {**GENUINE, "SignatureValue": sha256(b"1100.000000:5:second-word").hexdigest()},
    "a signature with a space": {**GENUINE, "SignatureValue": f"{SIGNATURE} "},
    "half a signature": {**GENUINE, "SignatureValue": SIGNATURE[:16]},
    "letters that are no hex": {**GENUINE, "SignatureValue": "ı" * 32},
    "no signature": dict(GENUINE),
    "a test payment": {**GENUINE, "SignatureValue": SIGNATURE, "IsTest": "1"},
}


@pytest.mark.parametrize("fields", FORGED.values(), ids=FORGED)
async def test_a_forged_result_is_refused_and_not_kept(served: Served, fields: Mapping[str, str]) -> None:
    answer = await post(served, urlencode(fields).encode())
    assert answer.status_code in {400, 403}
    assert "OK" not in answer.text
    assert untouched(served.outside)


NUMBERS = ["0", "-5", "+5", "5.0", " 5", "5 ", "", "٥", "2147483648", "9" * 400, "5\x00", "0x5", "5_0"]
SUMS = ["0", "-1100.00", "NaN", "Infinity", "1e3", "1100,00", "1_100.00", " 1100.00", "", "9" * 400, "1100.001", "١١٠٠"]
UNREADABLE = [{**GENUINE, "InvId": each} for each in NUMBERS] + [{**GENUINE, "OutSum": each} for each in SUMS]


@pytest.mark.parametrize("fields", UNREADABLE, ids=lambda each: repr(each["InvId"] + "/" + each["OutSum"])[:30])
async def test_odd_numbers_with_a_genuine_signature_are_refused_in_words(
    served: Served, fields: Mapping[str, str]
) -> None:
    answer = await post(served, signed(fields))
    assert (answer.status_code, answer.json()["error"]) == (400, "notice-unreadable")
    assert untouched(served.outside)


BODIES = {
    "nothing": b"",
    "JSON": b'{"OutSum": "1100.00", "InvId": 5}',
    "no UTF-8": b"OutSum=\xff&InvId=5&SignatureValue=x",
    "no UTF-8 behind the percent": b"OutSum=%ff&InvId=5&SignatureValue=x",
    "UTF-16": signed(GENUINE).decode().encode("utf-16"),
    "a field twice": signed(GENUINE) + b"&OutSum=1100.000000",
    "a thousand fields": b"&".join(b"a%d=1" % each for each in range(1000)) + b"&" + signed(GENUINE),
    "a multipart form": b'--x\r\nContent-Disposition: form-data; name="OutSum"\r\n\r\n1100.00\r\n--x--\r\n',
    "NUL": bytes(1000),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_form_is_refused_in_words(served: Served, body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", ""):
        answer = await post(served, body, kind)
        assert (answer.status_code, answer.json()["error"]) == (400, "notice-unreadable")
    assert untouched(served.outside)


async def test_a_result_cut_off_anywhere_credits_nothing(served: Served) -> None:
    body = urlencode({**GENUINE, "SignatureValue": SIGNATURE}).encode()
    for cut in range(len(body)):
        assert (await post(served, body[:cut])).status_code in {400, 403}
    assert untouched(served.outside)
    assert (await post(served, body)).text == "OK5"


async def test_the_same_result_in_another_order_and_again_credits_once(served: Served) -> None:
    await post(served, signed(GENUINE))
    credits_given = len(served.outside.database.transfers.taken())
    for _ in range(3):
        again = signed(dict(reversed(GENUINE.items())))
        assert (await post(served, again)).text == "OK5"
    assert len(served.outside.database.transfers.taken()) == credits_given
    assert statuses(served.outside) == [PaymentStatus.COMPLETED, PaymentStatus.PENDING]


@pytest.mark.parametrize("named", [OTHER.id, uid(9, 9), "x" * 5000, "nul\x00\udc80", ""], ids=lambda each: each[:12])
@pytest.mark.parametrize("comes_first", [False, True])
async def test_a_second_genuine_notice_about_another_payment_is_kept_and_put_into_quarantine(
    served: Served, named: str, *, comes_first: bool
) -> None:
    """The key left our id out: the second one was taken for a repeat, and nobody ever saw it."""
    named = named.encode(errors="replace").decode()
    odd = signed({**GENUINE, "Shp_payment": named})
    for body in (odd, signed(GENUINE)) if comes_first else (signed(GENUINE), odd):
        assert (await post(served, body)).text == "OK5"
    kept = {each.payment_id: each for each in served.outside.database.evidence}
    assert set(kept) == {PAYMENT.id, PaymentId(named) if named else None}
    if named or not comes_first:  # a number alone may pay, once
        assert kept[PAYMENT.id].status is EvidenceStatus.SETTLED
        assert kept[PaymentId(named) if named else None].status is EvidenceStatus.QUARANTINED
    assert statuses(served.outside) == [PaymentStatus.COMPLETED, PaymentStatus.PENDING]
    assert len(served.outside.database.transfers.taken()) == 2  # the stars, and the money behind them


async def test_the_page_after_paying_credits_nothing_even_with_a_genuine_signature(served: Served) -> None:
    for method in ("GET", "POST"):
        fields = {**GENUINE, "SignatureValue": SIGNATURE}
        await served.client.request(method, "/robokassa/success", params=fields)
    assert untouched(served.outside)


async def test_a_shop_that_is_not_set_up_has_no_door(outside: MemoryHouse) -> None:
    outside.vendors_take(Rails((Rail(outside.stars, Currency.XTR, "s"),)))
    async with serving(outside) as served:
        assert (await post(served, signed(GENUINE))).status_code == 404
    assert untouched(outside)
