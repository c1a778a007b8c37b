"""Subscriptions for Stars at the Telegram stand-in: renewed, cancelled by either side, resumed."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Update

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_shop import MONTH_S, Shop, link


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
