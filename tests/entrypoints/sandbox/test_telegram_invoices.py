"""Invoices at the Telegram stand-in: what one may say, and who may pay it."""

import pytest
from aiogram import Bot

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_demo_bot import api
from .telegram_shop import MONTH_S, Shop, invoice


async def test_an_invoice_is_paid_once(bot: Bot, visitor: Customer, shop: Shop) -> None:
    await invoice(bot, visitor)
    message = visitor.chat[-1]
    await visitor.pay(message)
    with pytest.raises(CannotDo, match="paid"):
        await visitor.pay(message)
    assert visitor.stars == 1_000_000 - 476
    assert not shop.refusal


async def test_a_forwarded_invoice_can_be_paid_only_without_start_parameter(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    stranger = telegram.person("Stranger")
    await invoice(bot, visitor, start_parameter="pay")
    closed = visitor.forward(visitor.chat[-1])
    assert closed.deep_link == "pay"
    with pytest.raises(CannotDo, match="no Pay button"):
        await stranger.pay(closed)
    await invoice(bot, visitor, start_parameter="")
    outcome = await stranger.pay(visitor.forward(visitor.chat[-1]))
    await stranger.wait_for("thanks")
    assert shop.charges == [outcome.charge_id]
    [query] = telegram.updates("pre_checkout_query")
    assert isinstance(query["pre_checkout_query"], dict)
    assert query["pre_checkout_query"]["from"]["id"] == stranger.person_id


async def test_anothers_payment_for_an_invoice_names_the_payer(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    stranger = telegram.person("Stranger")
    shop.refusal = "not yours"
    await invoice(bot, visitor)
    outcome = await visitor.pay(payer=stranger)
    assert outcome.failure == "not yours"
    assert (visitor.stars, stranger.stars) == (1_000_000, 1_000_000)


GOOD: dict[str, object] = {
    "title": "Plan",
    "description": "A month",
    "payload": "p",
    "currency": "XTR",
    "prices": [{"label": "Plan", "amount": 1}],
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": "x" * 33}, "INVOICE_TITLE_INVALID"),
        ({"title": ""}, 'parameter "title" is required'),
        ({"description": "x" * 256}, "INVOICE_DESCRIPTION_INVALID"),
        ({"payload": "я" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "USD"}, "CURRENCY_INVALID"),
        ({"provider_token": "1:TEST"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": []}, "there must be at least one price"),
        ({"prices": [{"label": "a", "amount": 1}] * 2}, "STARS_INVOICE_INVALID"),
        ({"prices": [{"label": "a", "amount": 0}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"prices": "nonsense"}, "can't parse prices JSON object"),
        ({"subscription_period": 86400}, "SUBSCRIPTION_PERIOD_INVALID"),
        (
            {"subscription_period": MONTH_S, "prices": [{"label": "a", "amount": 10_001}]},
            "CURRENCY_TOTAL_AMOUNT_INVALID",
        ),
    ],
)
async def test_an_invoice_against_the_rules_is_refused(
    telegram: TelegramSandbox, change: dict[str, object], reason: str
) -> None:
    answer = await api(telegram, "createInvoiceLink", **(GOOD | change))
    assert answer["description"] == f"Bad Request: {reason}"
    assert (await api(telegram, "createInvoiceLink", **GOOD))["ok"]


async def test_the_first_button_under_an_invoice_pays(telegram: TelegramSandbox, visitor: Customer) -> None:
    async def send(*labels: dict[str, object]) -> dict[str, object]:
        return await api(
            telegram, "sendInvoice", chat_id=visitor.person_id, **GOOD, reply_markup={"inline_keyboard": [list(labels)]}
        )

    pay: dict[str, object] = {"text": "Pay", "pay": True}
    other: dict[str, object] = {"text": "Back", "callback_data": "back"}
    assert (await send(other))["description"] == "Bad Request: REPLY_MARKUP_BUY_EMPTY"
    assert (await send(other, pay))["description"] == "Bad Request: BUTTON_POS_INVALID"
    assert (await send(pay, other))["ok"]
    assert visitor.chat[-1].labels == ["Pay", "Back"]
