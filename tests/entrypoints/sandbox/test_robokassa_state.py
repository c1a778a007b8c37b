"""Questions about an operation's state, and the look inside over HTTP."""

from collections.abc import AsyncIterator
from xml.etree import ElementTree as ET

import httpx
import pytest

from entrypoints.sandbox.robokassa import RobokassaSandbox
from entrypoints.sandbox.serving import http_client

SPACE = "{http://auth.robokassa.ru/Merchant/WebService/}"
CHECKOUT = {
    "MerchantLogin": "test",
    "OutSum": "5.12",
    "InvId": "5",
    "SignatureValue": "d33ad746fefb057705993fc6662c5beb",
}
QUESTION = {"MerchantLogin": "test", "InvoiceID": "5", "Signature": "007666849b7a7dc779f40feb37764210"}


@pytest.fixture
async def robokassa() -> AsyncIterator[RobokassaSandbox]:
    async with RobokassaSandbox.running() as sandbox:
        yield sandbox


async def ask(robokassa: RobokassaSandbox, **changes: str) -> ET.Element:
    address = f"{robokassa.base_url}/Merchant/WebService/Service.asmx/OpStateExt"
    async with http_client() as http:
        return ET.fromstring((await http.get(address, params=QUESTION | changes)).text)  # noqa: S314  (our own answer)


def code(answer: ET.Element, part: str) -> str | None:
    return answer.findtext(f"{SPACE}{part}/{SPACE}Code")


async def test_an_operation_is_created_then_done(robokassa: RobokassaSandbox) -> None:
    await robokassa.look(robokassa.link(**CHECKOUT))
    assert code(await ask(robokassa), "State") == "5"
    await robokassa.pay(robokassa.link(**CHECKOUT), notices=0)
    answer = await ask(robokassa)
    assert (code(answer, "Result"), code(answer, "State")) == ("0", "100")
    assert answer.findtext(f"{SPACE}Info/{SPACE}OutSum") == "5.120000"
    assert answer.findtext(f"{SPACE}Info/{SPACE}OpKey") == robokassa.invoices[5].operation_key


async def test_a_declined_operation_is_cancelled(robokassa: RobokassaSandbox) -> None:
    await robokassa.decline(robokassa.link(**CHECKOUT))
    assert code(await ask(robokassa), "State") == "10"


async def test_a_question_that_is_signed_wrongly_is_not_answered(robokassa: RobokassaSandbox) -> None:
    await robokassa.look(robokassa.link(**CHECKOUT))
    answer = await ask(robokassa, Signature="0" * 32)
    assert (code(answer, "Result"), code(answer, "State")) == ("1", None)


async def test_an_invoice_that_nobody_opened_is_not_found(robokassa: RobokassaSandbox) -> None:
    assert code(await ask(robokassa), "Result") == "3"


async def test_the_stand_in_can_be_looked_into_and_set_over_http(robokassa: RobokassaSandbox) -> None:
    async with httpx.AsyncClient(base_url=robokassa.base_url) as http:
        await http.post("/sandbox/shop", json={"result_url": "http://127.0.0.1:9/result"})
        robokassa.retry_after_s = ()
        await robokassa.pay(robokassa.link(**CHECKOUT))
        state = (await http.get("/sandbox/state")).json()
    assert state["invoices"] == [{"id": 5, "amount": "5.12", "state": "DONE"}]
    assert [(one["invoice"], one["status"]) for one in state["notices"]] == [(5, None)]
