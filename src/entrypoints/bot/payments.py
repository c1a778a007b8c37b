"""Payment updates, handled before any conversation (bug museum 46).

The customer hears of a payment from the worker, once it is in the books; nothing is said here.
"""

import asyncio
import json

import structlog
from aiogram import Bot
from aiogram.types import BotSubscriptionUpdated, Message, PaidMediaPurchased, PreCheckoutQuery, User

from adapters.telegram.refusals import MessageRefused
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.customers import Language
from avatar_core.errors import AvatarError, ConcurrentChange, InvalidAmount, StoreUnavailable
from avatar_core.ids import BotId, PaymentId, TelegramId
from avatar_core.money import Currency, Price
from avatar_core.use_cases.customers import Visit
from entrypoints.bot.desk import Desk
from entrypoints.bot.owners import tell_owners, tell_owners_surely
from entrypoints.bot.talk import Arrived
from entrypoints.bot.texts import words_in
from entrypoints.bot.voice import patiently

ANSWER_WITHIN_S = 8.0
"""Telegram waits 10 s for the answer to a pre-checkout query (protocols page 4.1)."""
NOT_NOW = "error-store-unavailable"
SUBSCRIPTION_STATES = {"active", "canceled", "failed"}
log = structlog.get_logger(__name__)


class Cashier:
    """Answers Telegram's questions about payments and takes its notices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def asked(self, query: PreCheckoutQuery, bot: Bot, arrived: Arrived) -> None:
        """Say yes or no, in time whatever happens: Telegram charges right after yes."""
        words = words_in(Language.spoken(query.from_user.language_code))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                refusal = await self._judge(query, arrived.bot)
        except (StoreUnavailable, TimeoutError) as trouble:
            log.warning("a payment could not be checked", query=query.id, reason=str(trouble) or "too slow")
            refusal = words.plain(NOT_NOW)
        except Exception:
            await _answer(query, bot, words.plain(NOT_NOW))
            raise
        if await _answer(query, bot, refusal) and refusal is None:
            await self._await_charge(query)

    async def _await_charge(self, query: PreCheckoutQuery) -> None:
        """Keep the invoice to this query: Telegram charges now.  What comes of it does not depend on this."""
        try:
            await self._desk.await_charge(PaymentId(query.invoice_payload), query.id)
        except (StoreUnavailable, ConcurrentChange) as trouble:
            log.warning("an approved payment could not be kept to its query", query=query.id, reason=str(trouble))

    async def _judge(self, query: PreCheckoutQuery, bot_id: BotId) -> str | None:
        """Return why the payment must not be made, in the payer's language, or None."""
        user = query.from_user
        dossier = await self._desk.welcome(_visit(bot_id, user))
        words = words_in(dossier.customer.language)
        try:
            price = _price(query.total_amount, query.currency)
            await self._desk.approve_payment(PaymentId(query.invoice_payload), dossier.customer.id, price, query.id)
        except StoreUnavailable:
            raise
        except AvatarError as refusal:
            return words.refusal(refusal)
        return None

    async def paid(self, arrived: Arrived) -> None:
        """Keep the evidence, then judge it.  What fails here is tried again; what is kept is never lost."""
        gateway, at = self._desk.rails.taking(TELEGRAM_STARS), self._desk.clock.now()
        notice = json.dumps({"bot": arrived.bot, "update": arrived.raw}, ensure_ascii=False).encode()
        kept = await self._desk.keep_evidence(gateway.read(notice, at))
        await self._desk.settle_payment(kept.id)

    async def refunded(self, message: Message, bot: Bot, arrived: Arrived) -> None:
        """Tell the owners: the stars that were bought are taken back by hand.  Raises MessengerUnavailable."""
        refund, payer = message.refunded_payment, message.from_user
        if refund is None:
            return
        facts = {"charge": refund.telegram_payment_charge_id, "amount": refund.total_amount}
        log.warning("Telegram refunded a payment", bot=arrived.bot, **facts)
        person = payer.full_name if payer else ""
        await tell_owners_surely(bot, self._desk.bots.of(arrived.bot), "owner-refunded", person=person, **facts)

    async def subscription(self, subscription: BotSubscriptionUpdated, bot: Bot, arrived: Arrived) -> None:
        """Tell the owners of a state that nobody has heard of; the known ones change nothing until they are charged."""
        facts = {"state": str(subscription.state), "payload": subscription.invoice_payload}
        log.info("a subscription's state", bot=arrived.bot, **facts)
        if facts["state"] not in SUBSCRIPTION_STATES:
            await tell_owners(bot, self._desk.bots.of(arrived.bot), "owner-subscription-puzzling", **facts)

    async def media(self, media: PaidMediaPurchased, bot: Bot, arrived: Arrived) -> None:
        """Tell the owners of a sale that this bot never offered.  Raises MessengerUnavailable."""
        log.warning("paid media was bought", bot=arrived.bot, payload=media.paid_media_payload)
        profile = self._desk.bots.of(arrived.bot)
        await tell_owners_surely(bot, profile, "owner-paid-media", payload=media.paid_media_payload)


def _visit(bot_id: BotId, user: User) -> Visit:
    return Visit(bot_id, TelegramId(user.id), user.full_name, user.language_code)


def _price(amount: int, currency: str) -> Price:
    try:
        return Price(amount, Currency(currency))
    except ValueError as cause:
        raise InvalidAmount(what="a price", value=f"{amount} {currency}") from cause


async def _answer(query: PreCheckoutQuery, bot: Bot, refusal: str | None) -> bool:
    """Answer, and return whether it was taken: a query that Telegram has closed cannot be charged any more."""
    try:
        await patiently(lambda: bot.answer_pre_checkout_query(query.id, ok=refusal is None, error_message=refusal))
    except MessageRefused as closed:
        log.warning("a pre-checkout query could not be answered", query=query.id, reason=str(closed))
        return False
    return True
