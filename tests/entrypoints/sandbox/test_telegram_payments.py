"""Stars at the Telegram stand-in: invoices, pre-checkout, charges, renewals, refunds, the account."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BotSubscriptionUpdated, Message, PreCheckoutQuery, Update

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_demo_bot import TOKEN, api, bot_of, polling, stars

MONTH_S = 2_592_000


class Shop:
    """A bot that sells one thing and remembers who paid."""

    def __init__(self) -> None:
        self.refusal: str | None = None
        self.charges: list[str] = []
        self.states: list[str] = []
        self.dispatcher = Dispatcher()
        self.dispatcher.pre_checkout_query()(self.approve)
        self.dispatcher.message(F.successful_payment)(self.settle)
        self.dispatcher.subscription()(self.note)

    async def approve(self, query: PreCheckoutQuery) -> None:
        await query.answer(ok=self.refusal is None, error_message=self.refusal)

    async def note(self, updated: BotSubscriptionUpdated) -> None:
        self.states.append(updated.state)

    async def settle(self, message: Message) -> None:
        assert message.successful_payment is not None
        self.charges.append(message.successful_payment.telegram_payment_charge_id)
        await message.answer(f"thanks for {message.successful_payment.invoice_payload}")


@pytest.fixture
async def shop(bot: Bot) -> AsyncIterator[Shop]:
    shop = Shop()
    async with polling(shop.dispatcher, bot):
        yield shop


async def invoice(bot: Bot, customer: Customer, amount: int = 476, start_parameter: str = "pay") -> Message:
    return await bot.send_invoice(
        customer.person_id,
        title="Plan",
        description="A month",
        payload="payment-1",
        currency="XTR",
        prices=stars(amount),
        start_parameter=start_parameter,
    )


async def link(bot: Bot, period_s: int | None = None, amount: int = 476) -> str:
    return await bot.create_invoice_link(
        title="Plan",
        description="A month",
        payload="payment-1",
        currency="XTR",
        prices=stars(amount),
        subscription_period=period_s,
    )


async def test_a_payment_moves_stars_and_tells_the_bot(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    before = visitor.stars
    await invoice(bot, visitor)
    assert visitor.chat[-1].labels == ["Pay ⭐476"]
    outcome = await visitor.pay()
    await visitor.wait_for("thanks for payment-1")
    assert outcome.is_paid
    assert shop.charges == [outcome.charge_id]
    assert visitor.stars == before - 476
    assert (await bot.get_my_star_balance()).amount == 476
    [payment] = [update["message"] for update in telegram.updates("message")][-1:]
    assert isinstance(payment, dict)
    assert payment["successful_payment"] == {
        "currency": "XTR",
        "total_amount": 476,
        "invoice_payload": "payment-1",
        "telegram_payment_charge_id": outcome.charge_id,
        "provider_payment_charge_id": "",
    }


async def test_an_invoice_is_paid_once(bot: Bot, visitor: Customer, shop: Shop) -> None:
    await invoice(bot, visitor)
    message = visitor.chat[-1]
    await visitor.pay(message)
    with pytest.raises(CannotDo, match="paid"):
        await visitor.pay(message)
    assert visitor.stars == 1_000_000 - 476
    assert not shop.refusal


async def test_a_bot_may_refuse_at_pre_checkout(bot: Bot, visitor: Customer, shop: Shop) -> None:
    shop.refusal = "Somebody else's invoice"
    await invoice(bot, visitor)
    outcome = await visitor.pay()
    assert (outcome.is_paid, outcome.failure) == (False, "Somebody else's invoice")
    assert visitor.stars == 1_000_000
    assert shop.charges == []


async def test_a_refusal_needs_words(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    await invoice(bot, visitor)
    paying = asyncio.create_task(visitor.pay())
    query = await pre_checkout(bot)
    answer = await api(telegram, "answerPreCheckoutQuery", pre_checkout_query_id=query.id, ok=False)
    assert answer["description"] == 'Bad Request: parameter "error_message" is required'
    await query.as_(bot).answer(ok=True)
    assert (await paying).is_paid


async def pre_checkout(bot: Bot) -> PreCheckoutQuery:
    offset = 0
    async with asyncio.timeout(10):
        while True:
            for update in await bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                if update.pre_checkout_query is not None:
                    return update.pre_checkout_query


async def test_a_bot_that_is_silent_for_10_seconds_fails_the_payment() -> None:
    async with TelegramSandbox.running(now=lambda: 1_700_000_000.0) as telegram, asyncio.timeout(20):
        telegram.register_bot(TOKEN)
        visitor = telegram.person("Visitor")
        await visitor.write("/start")
        async with bot_of(telegram) as bot:
            await invoice(bot, visitor)
            paying = asyncio.create_task(visitor.pay())
            query = await pre_checkout(bot)
            telegram.clock.advance(9.9)
            await asyncio.sleep(0.1)
            assert not paying.done()
            telegram.clock.advance(0.2)
            outcome = await paying
            with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
                await query.as_(bot).answer(ok=True)
    assert (outcome.is_paid, outcome.failure) == (False, "BOT_PRECHECKOUT_TIMEOUT")
    assert visitor.stars == 1_000_000


async def test_a_pre_checkout_is_answered_once(bot: Bot, visitor: Customer) -> None:
    await invoice(bot, visitor)
    paying = asyncio.create_task(visitor.pay())
    query = await pre_checkout(bot)
    await query.as_(bot).answer(ok=True)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await query.as_(bot).answer(ok=False, error_message="no")
    assert (await paying).is_paid


async def test_declining_tells_the_bot_nothing(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    await invoice(bot, visitor)
    await visitor.decline()
    assert telegram.updates("pre_checkout_query") == []
    assert visitor.history[-1].kind == "declined"


async def test_who_has_too_few_stars_cannot_pay(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    visitor.person.stars = 475
    await invoice(bot, visitor)
    assert (await visitor.pay()).failure == "BALANCE_TOO_LOW"
    assert telegram.updates("pre_checkout_query") == []


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


async def test_a_payment_can_be_told_twice(telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop) -> None:
    await invoice(bot, visitor)
    outcome = await visitor.pay()
    await visitor.wait_for("thanks")
    assert outcome.update_id is not None
    telegram.redeliver(outcome.update_id)
    await visitor.wait_until(lambda: len(shop.charges) == 2)
    telegram.repeat_as_new(outcome.update_id)
    await visitor.wait_until(lambda: len(shop.charges) == 3)
    assert set(shop.charges) == {outcome.charge_id}
    assert visitor.stars == 1_000_000 - 476


async def test_a_subscription_renews_with_its_payload_and_a_new_charge(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    first = await visitor.pay(await link(bot, MONTH_S))
    assert first.subscription is not None
    assert telegram.renew_due() == []
    telegram.clock.advance(MONTH_S + 1)
    [second] = telegram.renew_due()
    await visitor.wait_until(lambda: len(shop.charges) == 2)
    assert shop.charges == [first.charge_id, second.charge_id]
    paid = [line["message"] for line in telegram.updates("message") if "successful_payment" in str(line)]
    one, two = (message["successful_payment"] for message in paid if isinstance(message, dict))
    assert one["invoice_payload"] == two["invoice_payload"] == "payment-1"
    assert (one["is_recurring"], one.get("is_first_recurring")) == (True, True)
    assert (two["is_recurring"], two.get("is_first_recurring")) == (True, None)
    assert two["subscription_expiration_date"] - one["subscription_expiration_date"] in range(MONTH_S, MONTH_S + 5)


async def test_a_person_cancels_and_resumes(telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop) -> None:
    outcome = await visitor.pay(await link(bot, MONTH_S))
    subscription = outcome.subscription
    assert subscription is not None
    telegram.cancel_subscription(subscription)
    with pytest.raises(CannotDo):
        telegram.renew(subscription)
    telegram.resume_subscription(subscription)
    telegram.fail_renewal(subscription)
    told = [Update.model_validate(update).subscription for update in telegram.updates("subscription")]
    assert [(one.state, one.user.id, one.invoice_payload) for one in told if one] == [
        (state, visitor.person_id, "payment-1") for state in ("canceled", "active", "failed")
    ]
    await visitor.wait_until(lambda: shop.states == ["canceled", "active", "failed"])


async def test_after_the_bot_cancelled_only_the_bot_can_allow_it_again(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    outcome = await visitor.pay(await link(bot, MONTH_S))
    assert outcome.subscription is not None
    charge_id = str(outcome.charge_id)
    assert await bot.edit_user_star_subscription(visitor.person_id, charge_id, is_canceled=True)
    with pytest.raises(CannotDo):
        telegram.resume_subscription(outcome.subscription)
    assert await bot.edit_user_star_subscription(visitor.person_id, charge_id, is_canceled=False)
    assert telegram.renew(outcome.subscription).is_paid
    with pytest.raises(TelegramBadRequest, match="CHARGE_ID_INVALID"):
        await bot.edit_user_star_subscription(visitor.person_id, "stx0", is_canceled=True)
    telegram.clock.advance(3 * MONTH_S)
    with pytest.raises(TelegramBadRequest, match="SUBSCRIPTION_NOT_ACTIVE"):
        await bot.edit_user_star_subscription(visitor.person_id, charge_id, is_canceled=True)
    assert shop.refusal is None


async def test_a_charge_is_refunded_once_and_in_full(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    await invoice(bot, visitor)
    charge_id = str((await visitor.pay()).charge_id)
    await visitor.wait_for("thanks")
    assert await bot.refund_star_payment(visitor.person_id, charge_id)
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(visitor.person_id, charge_id)
    with pytest.raises(TelegramBadRequest, match="CHARGE_NOT_FOUND"):
        await bot.refund_star_payment(visitor.person_id, "stx0")
    assert visitor.stars == 1_000_000
    told = Update.model_validate(telegram.updates("message")[-1]).message
    assert told is not None
    assert told.refunded_payment is not None
    assert told.refunded_payment.telegram_payment_charge_id == charge_id
    account = (await bot.get_star_transactions()).transactions
    assert [(line.id, line.amount, line.source is None) for line in account] == [
        (charge_id, 476, False),
        (charge_id, 476, True),
    ]
    assert shop.charges == [charge_id]


async def test_the_account_is_read_by_pages(telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop) -> None:
    address = await link(bot)
    paid = [str((await visitor.pay(address)).charge_id) for _ in range(3)]
    page = (await bot.get_star_transactions(offset=1, limit=1)).transactions
    assert [line.id for line in page] == [paid[1]]
    assert (await api(telegram, "getStarTransactions", limit=101))["ok"] is False
    assert shop.refusal is None


async def test_a_chargeback_takes_stars_without_a_word(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, shop: Shop
) -> None:
    outcome = await visitor.pay(await link(bot))
    await visitor.wait_for("thanks")
    count = len(telegram.updates())
    telegram.charge_back(str(outcome.charge_id))
    assert (await bot.get_my_star_balance()).amount == 0
    assert len(telegram.updates()) == count
    assert shop.charges == [outcome.charge_id]


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
