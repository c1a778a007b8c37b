"""Stars at the Telegram stand-in: pre-checkout, charges, refunds, the account."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import PreCheckoutQuery, Update

from entrypoints.sandbox.telegram import Customer, TelegramSandbox

from .telegram_demo_bot import TOKEN, api, bot_of
from .telegram_shop import Shop, invoice, link


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
