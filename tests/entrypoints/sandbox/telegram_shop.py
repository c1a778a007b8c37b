"""A bot that sells for Stars at the Telegram stand-in."""

from aiogram import Bot, Dispatcher, F
from aiogram.types import BotSubscriptionUpdated, Message, PreCheckoutQuery

from entrypoints.sandbox.telegram import Customer

from .telegram_demo_bot import stars

MONTH_S = 2_592_000
"""The only period Telegram takes."""


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
