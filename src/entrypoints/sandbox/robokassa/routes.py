"""Robokassa's addresses: the checkout, its buttons, the state of an operation; and `/sandbox` to look inside."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from entrypoints.sandbox.robokassa.notices import Herald, Manner
from entrypoints.sandbox.robokassa.pages import (
    MANNERS,
    checkout_page,
    error_page,
    outcome_page,
    posting_page,
)
from entrypoints.sandbox.robokassa.shop import CheckoutRefused, Invoice, Shop, State
from entrypoints.sandbox.robokassa.signatures import same, state_signature

routes = APIRouter()
XML_NAMESPACE = "http://auth.robokassa.ru/Merchant/WebService/"


def herald_of(request: Request) -> Herald:
    """Return the herald, and with it the shop, of this application (a FastAPI dependency)."""
    herald = request.app.state.herald
    if not isinstance(herald, Herald):
        raise TypeError("the application was built without a shop")
    return herald


At = Annotated[Herald, Depends(herald_of)]


class NewSettings(BaseModel):
    """Body of `POST /sandbox/shop`: what is left out stays as it is."""

    result_url: str | None = None
    success_url: str | None = None
    fail_url: str | None = None
    active: bool | None = None


async def parameters_of(request: Request) -> dict[str, str]:
    """Read the query and the form of a request, url-decoded once."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if request.method == "POST":
        pairs += parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return dict(pairs)


@routes.api_route("/Merchant/Index.aspx", methods=["GET", "POST"])
async def check_out(request: Request, herald: At) -> Response:
    """Show the checkout, or the error page (with status 400; which one the vendor uses is not documented)."""
    try:
        invoice = herald.shop.open(await parameters_of(request))
    except CheckoutRefused as refusal:
        return HTMLResponse(error_page(str(refusal)), 400)
    return HTMLResponse(checkout_page(invoice, herald.shop.login), headers={"X-Invoice-Id": str(invoice.id)})


@routes.post("/Merchant/Pay/{invoice_id}")
async def press_button(invoice_id: int, request: Request, herald: At) -> Response:
    """Do what the pressed button says, and send the customer back to the shop."""
    invoice = herald.shop.invoices.get(invoice_id)
    if invoice is None:
        return HTMLResponse(error_page("Ошибка 53. Счёт не найден"), 404)
    pressed = await parameters_of(request)
    if invoice.state is not State.CREATED:
        return HTMLResponse(error_page(str(CheckoutRefused(40))), 400)
    action = pressed.get("action", "pay")
    if action == "decline":
        invoice.become(State.CANCELLED)
        return _send_back(invoice, "Fail", herald.shop)
    if action not in MANNERS:
        return HTMLResponse(error_page(str(CheckoutRefused(20))), 400)
    invoice.become(State.DONE)
    await herald.tell(invoice, _manner(pressed, MANNERS[action]))
    return _send_back(invoice, "Success", herald.shop)


@routes.get("/Merchant/WebService/Service.asmx/OpStateExt")
async def show_state(request: Request, herald: At) -> Response:
    """Answer a question about an operation: Result 0 found, 1 bad signature, 3 not found (nor is a test's)."""
    asked = await parameters_of(request)
    shop, invoice_id = herald.shop, asked.get("InvoiceID", "")
    expected = state_signature(shop.algorithm, shop.login, invoice_id, shop.passwords[1])
    invoice = shop.invoices.get(int(invoice_id)) if invoice_id.isdecimal() else None
    if asked.get("MerchantLogin") != shop.login or not same(asked.get("Signature", ""), expected):
        return _xml(_result(1, "Invalid signature"))
    if invoice is None or invoice.is_test:
        return _xml(_result(3, "Operation not found"))
    return _xml(_result(0, "") + _operation(invoice))


@routes.get("/sandbox/state")
async def look_inside(herald: At) -> dict[str, object]:
    """Show every invoice, and every notice with the shop's answer."""
    return {
        "invoices": [
            {"id": one.id, "amount": str(one.amount), "state": one.state.name} for one in herald.shop.invoices.values()
        ],
        "notices": [
            {"invoice": one.invoice_id, "attempt": one.attempt, "status": one.status, "answer": one.answer}
            for one in herald.log
        ],
    }


@routes.post("/sandbox/shop")
async def change_settings(settings: NewSettings, herald: At) -> dict[str, object]:
    """Change the shop's settings, as the merchant would in the cabinet."""
    changed = settings.model_dump(exclude_none=True)
    for name, value in changed.items():
        setattr(herald.shop, name, value)
    return changed


def _manner(pressed: Mapping[str, str], usual: Manner) -> Manner:
    return Manner(
        int(pressed.get("notices", usual.notices)),
        float(pressed.get("delay_s", usual.delay_s)),
        pressed.get("outsum_format", usual.outsum_format),
    )


def _send_back(invoice: Invoice, outcome: str, shop: Shop) -> Response:
    """Lead the customer to SuccessURL or FailURL; the checkout's own addresses go before the shop's."""
    done = outcome == "Success"
    asked = invoice.parameters.get(f"{outcome}Url2", "")
    url = asked or (shop.success_url if done else shop.fail_url)
    if not url:
        return HTMLResponse(outcome_page("Оплачено · Paid" if done else "Отменено · Declined"))
    fields = shop.way_back(invoice)
    if not done:
        del fields["SignatureValue"]  # FailURL is not signed
    if invoice.parameters.get(f"{outcome}Url2Method", "GET").upper() == "POST":
        return HTMLResponse(posting_page(url, fields))
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}", 302)


def _xml(body: str) -> Response:
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    text = f'{head}<OperationStateResponse xmlns="{XML_NAMESPACE}">{body}</OperationStateResponse>'
    return Response(text, media_type="text/xml; charset=utf-8")


def _result(code: int, description: str) -> str:
    return f"<Result><Code>{code}</Code><Description>{escape(description)}</Description></Result>"


def _operation(invoice: Invoice) -> str:
    moment = invoice.changed_at.isoformat()
    fields = "".join(
        f"<Field><Name>{escape(name)}</Name><Value>{escape(value)}</Value></Field>"
        for name, value in invoice.user_fields.items()
    )
    return (
        f"<State><Code>{invoice.state.value}</Code>"
        f"<RequestDate>{moment}</RequestDate><StateDate>{moment}</StateDate></State>"
        f"<Info><IncCurrLabel>BankCardPSR</IncCurrLabel><IncSum>{invoice.amount:.6f}</IncSum>"
        "<IncAccount>427638******1234</IncAccount>"
        "<PaymentMethod><Code>BankCard</Code><Description>Банковская карта</Description></PaymentMethod>"
        f"<OutCurrLabel>RUR</OutCurrLabel><OutSum>{invoice.amount:.6f}</OutSum>"
        f"<OpKey>{invoice.operation_key}</OpKey></Info><UserField>{fields}</UserField>"
    )
