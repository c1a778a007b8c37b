"""Methods about Telegram Stars: invoices, the bot's word at pre-checkout, refunds, subscriptions, the account.

Rules: core.telegram.org/bots/payments-stars and core.telegram.org/bots/api#payments.
"""

from typing import Annotated

from pydantic import BaseModel

from .purchases import give_back
from .records import Invoice, Json
from .refusals import QUERY_TOO_OLD, bad_request
from .sending import Sending, started
from .wire import AsJson, Call, Handler, Params

SUBSCRIPTION_PERIOD_S = 2_592_000
MAX_SUBSCRIPTION_STARS = 10_000
MAX_STARS = 100_000
MAX_TITLE = 32
MAX_DESCRIPTION = 255
MAX_PAYLOAD_BYTES = 128
MAX_START_PARAMETER = 64
MAX_PAGE = 100


class _Price(BaseModel):
    label: str
    amount: int


class _Offer(Params):
    title: str
    description: str
    payload: str
    currency: str
    prices: Annotated[list[_Price], AsJson]
    provider_token: str | None = None
    max_tip_amount: int | None = None
    is_flexible: bool = False


class SendInvoice(_Offer, Sending):
    """Parameters of sendInvoice."""

    start_parameter: str = ""


class CreateInvoiceLink(_Offer):
    """Parameters of createInvoiceLink."""

    subscription_period: int | None = None


class AnswerPreCheckout(Params):
    """Parameters of answerPreCheckoutQuery."""

    pre_checkout_query_id: str
    ok: bool
    error_message: str | None = None


class RefundStars(Params):
    """Parameters of refundStarPayment."""

    user_id: int
    telegram_payment_charge_id: str


class EditSubscription(RefundStars):
    """Parameters of editUserStarSubscription."""

    is_canceled: bool


class GetTransactions(Params):
    """Parameters of getStarTransactions."""

    offset: int = 0
    limit: int = MAX_PAGE


def _invoice(call: Call, offer: _Offer, start_parameter: str = "") -> Invoice:
    """Return the invoice an offer makes.  Raises ApiRefusal.

    The codes for a bad title and description are not published; these follow the pattern of the others.
    """
    _check_words(offer)
    if offer.currency != "XTR" or offer.provider_token:
        raise bad_request("PAYMENT_PROVIDER_INVALID" if offer.currency == "XTR" else "CURRENCY_INVALID")
    if not offer.prices:
        raise bad_request("there must be at least one price")
    if len(offer.prices) != 1 or offer.max_tip_amount or offer.is_flexible:
        raise bad_request("STARS_INVOICE_INVALID")
    if not offer.prices[0].label:
        raise bad_request("can't parse labeled price: LabeledPrice label must be non-empty")
    amount = offer.prices[0].amount
    if not 1 <= amount <= MAX_STARS:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    if len(start_parameter) > MAX_START_PARAMETER:
        raise bad_request("START_PARAM_TOO_LONG")
    return Invoice(
        bot_id=call.bot.bot_id,
        title=offer.title,
        description=offer.description,
        payload=offer.payload,
        currency=offer.currency,
        amount=amount,
        start_parameter=start_parameter,
    )


def _check_words(offer: _Offer) -> None:
    if not 1 <= len(offer.title) <= MAX_TITLE:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(offer.description) <= MAX_DESCRIPTION:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if not 1 <= len(offer.payload.encode()) <= MAX_PAYLOAD_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")


async def send_invoice(call: Call) -> object:
    """Send a message with a Pay button."""
    sending = call.read(SendInvoice)
    chat = call.world.chat_for(call.bot, sending.chat_id)
    invoice = _invoice(call, sending, sending.start_parameter)
    message = started(call, chat, sending, is_invoice=True)
    message.invoice = invoice
    return call.world.wire(call.world.put(chat, message))


async def create_invoice_link(call: Call) -> object:
    """Return a link that anybody may pay, once or, with subscription_period, every 30 days."""
    offer = call.read(CreateInvoiceLink)
    invoice = _invoice(call, offer)
    if offer.subscription_period is not None:
        if offer.subscription_period != SUBSCRIPTION_PERIOD_S:
            raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
        if invoice.amount > MAX_SUBSCRIPTION_STARS:
            raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
        invoice.subscription_period_s = offer.subscription_period
    invoice.link = f"https://t.me/$sandbox{call.world.number():06d}"
    call.world.links[invoice.link] = invoice
    return invoice.link


async def answer_pre_checkout(call: Call) -> object:
    """Take the bot's word; after 10 seconds the query is gone."""
    answer = call.read(AnswerPreCheckout)
    checkout = call.world.checkouts.get(answer.pre_checkout_query_id)
    if checkout is None or checkout.bot_id != call.bot.bot_id or checkout.is_closed:
        raise bad_request(QUERY_TOO_OLD)
    if not answer.ok and not answer.error_message:
        raise bad_request('parameter "error_message" is required')
    checkout.is_closed = True
    checkout.error_message = answer.error_message
    if not checkout.answer.done():
        checkout.answer.set_result(answer.ok)
    return True


async def refund(call: Call) -> object:
    """Give a charge back in full, once."""
    asked = call.read(RefundStars)
    charge = call.world.charges.get(asked.telegram_payment_charge_id)
    if asked.user_id not in call.world.people:
        raise bad_request("user not found")
    if charge is None or charge.bot_id != call.bot.bot_id or charge.person_id != asked.user_id:
        raise bad_request("CHARGE_NOT_FOUND")
    if charge.is_refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    if call.bot.stars < charge.invoice.amount:
        raise bad_request("BALANCE_TOO_LOW")
    give_back(call.world, charge)
    return True


async def edit_subscription(call: Call) -> object:
    """Stop or allow the next charges of a subscription; any of its charge ids is accepted."""
    asked = call.read(EditSubscription)
    if asked.user_id not in call.world.people:
        raise bad_request("user not found")
    for subscription in call.world.subscriptions:
        owner = (subscription.bot_id, subscription.person_id)
        if owner == (call.bot.bot_id, asked.user_id) and asked.telegram_payment_charge_id in subscription.charge_ids:
            if subscription.expires <= call.world.clock.now():
                raise bad_request("SUBSCRIPTION_NOT_ACTIVE")
            subscription.is_canceled_by_bot = asked.is_canceled
            return True
    raise bad_request("CHARGE_ID_INVALID")


async def transactions(call: Call) -> object:
    """Return a page of the bot's star account, oldest first."""
    asked = call.read(GetTransactions)
    if asked.offset < 0 or not 1 <= asked.limit <= MAX_PAGE:
        raise bad_request("LIMIT_INVALID" if asked.offset >= 0 else "OFFSET_INVALID")
    page: list[Json] = [line.wire() for line in call.bot.transactions[asked.offset : asked.offset + asked.limit]]
    return {"transactions": page}


async def star_balance(call: Call) -> object:
    """Return the bot's Stars."""
    return {"amount": call.bot.stars, "nanostar_amount": 0}


METHODS: dict[str, Handler] = {
    "sendInvoice": send_invoice,
    "createInvoiceLink": create_invoice_link,
    "answerPreCheckoutQuery": answer_pre_checkout,
    "refundStarPayment": refund,
    "editUserStarSubscription": edit_subscription,
    "getStarTransactions": transactions,
    "getMyStarBalance": star_balance,
}
