"""A customer at the Robokassa stand-in: pays, declines, comes back; and the shop is told."""

import hashlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest

from entrypoints.sandbox.robokassa import CheckoutFailed, RobokassaSandbox, State
from entrypoints.sandbox.serving import http_client
from tests.entrypoints.sandbox.webhook_receiver import Receiver, receiving


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        receiver.answer = (200, "OK5")
        yield receiver


@pytest.fixture
async def robokassa(shop: Receiver) -> AsyncIterator[RobokassaSandbox]:
    async with RobokassaSandbox.running("test", "securepass1", "securepass2", shop.url) as sandbox:
        sandbox.retry_after_s = (0.01, 0.01)
        yield sandbox


def checkout(robokassa: RobokassaSandbox, **changes: str) -> str:
    """A link for 5.12 by invoice 5, signed rightly unless a change breaks it."""
    parameters = {"MerchantLogin": "test", "OutSum": "5.12", "InvId": "5", "Description": "12 portraits"} | changes
    fields = [f"{name}={parameters[name]}" for name in sorted(parameters) if name.startswith("Shp_")]
    signature = md5(parameters["MerchantLogin"], parameters["OutSum"], parameters["InvId"], "securepass1", *fields)
    return robokassa.link(**({"SignatureValue": signature} | parameters))


def told(shop: Receiver) -> list[dict[str, str]]:
    return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for body in shop.bodies]


async def test_a_paid_invoice_is_told_to_the_shop_with_the_second_password(
    robokassa: RobokassaSandbox, shop: Receiver
) -> None:
    await robokassa.pay(checkout(robokassa, Shp_b="2", Shp_a="1"))
    (notice,) = told(shop)
    assert notice["OutSum"] == "5.120000"
    assert notice["SignatureValue"].lower() == "cb21b41c44f63f768d11a25a68fdb822"
    assert (notice["Shp_a"], notice["Shp_b"], notice["PaymentMethod"]) == ("1", "2", "BankCard")
    assert [one.accepted for one in robokassa.notices] == [True]
    assert robokassa.invoices[5].state is State.DONE


async def test_the_sum_is_written_as_asked(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.pay(checkout(robokassa), outsum_format="5.12")
    (notice,) = told(shop)
    assert (notice["OutSum"], notice["SignatureValue"].lower()) == ("5.12", "5e000357e91de9ac78f9df163eceefa8")


@pytest.mark.parametrize("notices", [0, 1, 2, 3])
async def test_the_shop_is_told_as_often_as_asked(robokassa: RobokassaSandbox, shop: Receiver, notices: int) -> None:
    await robokassa.pay(checkout(robokassa), notices=notices)
    assert len(shop.bodies) == notices
    assert len(set(shop.bodies)) == min(notices, 1)


async def test_a_late_notice_comes_after_the_customer_is_back(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.pay(checkout(robokassa), delay_s=0.05)
    assert shop.bodies == []
    await robokassa.told()
    assert len(shop.bodies) == 1


async def test_a_notice_is_repeated_until_the_shop_says_ok(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    shop.answers = [(500, "no"), (200, "OK6")]
    await robokassa.pay(checkout(robokassa))
    await robokassa.told()
    assert [(one.status, one.answer, one.accepted) for one in robokassa.notices] == [
        (500, "no", False),
        (200, "OK6", False),
        (200, "OK5", True),
    ]


async def test_a_shop_that_cannot_be_reached_is_logged_and_tried_again(robokassa: RobokassaSandbox) -> None:
    robokassa.result_url = "http://127.0.0.1:9/result"
    await robokassa.pay(checkout(robokassa))
    await robokassa.told()
    assert [(one.attempt, one.status) for one in robokassa.notices] == [(1, None), (2, None), (3, None)]


async def test_a_declined_invoice_tells_nothing_and_leads_to_the_fail_page(
    robokassa: RobokassaSandbox, shop: Receiver
) -> None:
    robokassa.shop.fail_url = "https://shop.example/fail"
    back = await robokassa.decline(checkout(robokassa))
    assert back.startswith("https://shop.example/fail?OutSum=5.12&InvId=5")
    assert "SignatureValue" not in back
    assert shop.bodies == []
    assert robokassa.invoices[5].state is State.CANCELLED


async def test_a_declined_invoice_can_be_paid_after_all(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.decline(checkout(robokassa))
    await robokassa.pay(checkout(robokassa))
    assert len(shop.bodies) == 1


async def test_the_way_back_is_signed_with_the_first_password(robokassa: RobokassaSandbox) -> None:
    robokassa.shop.success_url = "https://shop.example/ok?from=robokassa"
    back = parse_qs(urlsplit(await robokassa.pay(checkout(robokassa))).query)
    assert back["from"] == ["robokassa"]
    assert back["SignatureValue"] == ["549c01c6f4c4bdf522e233b82c514f35"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"MerchantLogin": "somebody"}, 26),
        ({"SignatureValue": md5("test", "5.13", "5", "securepass1")}, 29),
        ({"SignatureValue": ""}, 29),
        ({"StepByStep": "true"}, 29),
        ({"InvId": "0x5"}, 30),
        ({"InvId": "2147483648"}, 30),
        ({"InvId": "-5"}, 30),
        ({"OutSum": "0"}, 31),
        ({"OutSum": "5.123"}, 31),
        ({"OutSum": "5,12"}, 31),
        ({"OutSum": "NaN"}, 31),
        ({"Description": "x" * 101}, 20),
        ({"Description": "📸 НейроФото"}, 20),
        ({"Description": "217 ⭐"}, 20),
        ({"Description": "a\nb"}, 20),
        ({"Description": "žluťoučký"}, 20),
        ({"ExpirationDate": "2020-01-01T00:00"}, 33),
        ({"ExpirationDate": "tomorrow"}, 20),
        ({"IsTest": "1"}, 23),
    ],
)
async def test_a_wrong_checkout_meets_the_error_page(
    robokassa: RobokassaSandbox, changes: dict[str, str], code: int
) -> None:
    with pytest.raises(CheckoutFailed, match=f"Ошибка {code}\\."):
        await robokassa.look(checkout(robokassa, **changes))


async def test_a_shop_that_is_not_active_meets_the_error_page(robokassa: RobokassaSandbox) -> None:
    robokassa.shop.active = False
    with pytest.raises(CheckoutFailed, match="Ошибка 25"):
        await robokassa.look(checkout(robokassa))


async def test_a_paid_invoice_is_not_paid_again(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.pay(checkout(robokassa))
    with pytest.raises(CheckoutFailed, match="Ошибка 40"):
        await robokassa.pay(checkout(robokassa))
    assert len(shop.bodies) == 1


async def test_a_second_press_on_an_open_page_does_not_pay_again(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.pay(checkout(robokassa))
    async with http_client() as browser:
        again = await browser.post(f"{robokassa.base_url}/Merchant/Pay/5", data={"action": "pay"})
    assert again.status_code == 400
    assert len(shop.bodies) == 1


async def test_a_receipt_enters_the_signature_encoded_once(robokassa: RobokassaSandbox) -> None:
    receipt = quote('{"items":[{"name":"Аватар","sum":5.12}]}', safe="")
    signed = md5("test", "5.12", "5", receipt, "securepass1")
    assert "5.12" in await robokassa.look(checkout(robokassa, Receipt=receipt, SignatureValue=signed))


async def test_a_checkout_may_be_posted_as_a_form(robokassa: RobokassaSandbox) -> None:
    form = dict(parse_qsl(urlsplit(checkout(robokassa)).query))
    async with http_client() as browser:
        page = await browser.post(robokassa.checkout_url, data=form)
    assert (page.status_code, page.text.count("<button")) == (200, 5)


async def test_tests_are_signed_and_told_with_their_own_passwords(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    robokassa.accept_tests("test1", "test2")
    signed = md5("test", "5.12", "5", "test1")
    await robokassa.pay(checkout(robokassa, IsTest="1", SignatureValue=signed))
    (notice,) = told(shop)
    assert notice["IsTest"] == "1"
    assert notice["SignatureValue"].lower() == md5("5.120000", "5", "test2")


async def test_the_shops_own_page_may_be_asked_for_by_post(robokassa: RobokassaSandbox) -> None:
    signed = md5("test", "5.12", "5", "https://shop.example/ok", "POST", "securepass1")
    asked = {"SuccessUrl2": "https://shop.example/ok", "SuccessUrl2Method": "POST", "SignatureValue": signed}
    link = checkout(robokassa, **asked)
    async with http_client() as browser:
        await browser.get(link)
        page = await browser.post(f"{robokassa.base_url}/Merchant/Pay/5", data={"action": "pay"})
    assert '<form method="post" action="https://shop.example/ok">' in page.text
    assert 'name="SignatureValue" value="549c01c6f4c4bdf522e233b82c514f35"' in page.text


async def test_a_forged_notice_can_be_sent_on_purpose(robokassa: RobokassaSandbox, shop: Receiver) -> None:
    await robokassa.pay(checkout(robokassa), notices=0)
    await robokassa.notify(5, password2="guessed")
    await robokassa.notify(5, out_sum="1.000000")
    await robokassa.notify(5, OutSum="9999.000000")
    forged, cheaper, changed = told(shop)
    assert forged["SignatureValue"] == md5("5.120000", "5", "guessed")
    assert cheaper["SignatureValue"].lower() == md5("1.000000", "5", "securepass2")
    assert changed["SignatureValue"].lower() == md5("5.120000", "5", "securepass2")


async def test_a_checkout_at_another_place_is_not_opened(robokassa: RobokassaSandbox) -> None:
    with pytest.raises(ValueError, match="does not lead to this stand-in"):
        await robokassa.look("https://auth.robokassa.ru/Merchant/Index.aspx?InvId=5")


async def test_what_is_shown_of_the_customer_is_escaped(robokassa: RobokassaSandbox) -> None:
    page = await robokassa.look(checkout(robokassa, Description="<script>alert(1)</script>"))
    assert "<script>" not in page
