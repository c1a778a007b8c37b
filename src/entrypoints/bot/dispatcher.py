"""Which kind of update goes to whom: payments first, then conversations, and a net below both.

A table of our own.  aiogram's dispatcher asks middlewares, routers and filters that nobody here needs, at 40 µs an
update; its bots and methods are what we use of it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from pydantic import TypeAdapter

from adapters.telegram.updates import (
    CallbackQuery,
    Message,
    PaidMediaPurchased,
    PreCheckoutQuery,
    SubscriptionUpdated,
)
from entrypoints.bot.desk import Desk
from entrypoints.bot.failures import Failed, Failures
from entrypoints.bot.payments import Cashier
from entrypoints.bot.reception import Reception
from entrypoints.bot.storage import ConversationStore
from entrypoints.bot.talk import Arrived, Raw

Handler = Callable[[Any, Bot, Arrived], Awaitable[None]]
"""Takes what an update tells of, the bot that it came to, and how it came."""
Net = Callable[[Failed, Bot, Arrived], Awaitable[bool]]
"""Takes what a handler raised; returns whether that is the end of it, or the update must be tried again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of update: what it tells of, and who handles it."""

    told: TypeAdapter[Any]
    handle: Handler


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Leads each update to the handler of its kind."""

    kinds: Mapping[str, Kind]
    failed: Net

    def kind_of(self, raw: Raw) -> str | None:
        """Return an update's kind, if somebody handles it."""
        return next((kind for kind in raw if kind in self.kinds), None)

    def read(self, kind: str, raw: Raw) -> object:
        """Return what an update tells of.  Raises pydantic's ValidationError for what nobody can read."""
        return self.kinds[kind].told.validate_python(raw[kind])

    async def feed(self, bot: Bot, arrived: Arrived) -> None:
        """Have an update handled; when it returns it is.  Raises what must be tried again."""
        kind = self.kind_of(arrived.raw)
        if kind is None:
            return
        told = self.read(kind, arrived.raw)
        try:
            await self.kinds[kind].handle(told, bot, arrived)
        except Exception as error:
            if not await self.failed(Failed(error, kind, told), bot, arrived):
                raise


def make_dispatcher(desk: Desk, conversations: ConversationStore) -> Dispatcher:
    """Return the dispatcher of all bots; an `Intake` feeds it and tells it which bot each update is for."""
    cashier, reception = Cashier(desk), Reception(desk, conversations)

    async def message(told: Message, bot: Bot, arrived: Arrived) -> None:
        """Let no conversation swallow a payment (bug museum 46)."""
        if told.successful_payment is not None:
            await cashier.paid(arrived)
        elif told.refunded_payment is not None:
            await cashier.refunded(told, bot, arrived)
        else:
            await reception.message(told, bot, arrived)

    kinds = {
        "message": Kind(TypeAdapter(Message), message),
        "callback_query": Kind(TypeAdapter(CallbackQuery), reception.tap),
        "pre_checkout_query": Kind(TypeAdapter(PreCheckoutQuery), cashier.asked),
        "subscription": Kind(TypeAdapter(SubscriptionUpdated), cashier.subscription),
        "purchased_paid_media": Kind(TypeAdapter(PaidMediaPurchased), cashier.media),
    }
    return Dispatcher(kinds, Failures(desk).failed)
