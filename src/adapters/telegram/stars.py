"""Telegram Stars: the messenger shows the invoice itself, and its update is the notice (protocols page 4.1)."""

import json
from dataclasses import dataclass
from datetime import datetime

from avatar_core.bots import TELEGRAM_STARS
from avatar_core.errors import InvalidAmount, NoticeUnreadable
from avatar_core.ids import BotId, GatewayCode, PaymentId, TelegramId
from avatar_core.money import Currency, Price
from avatar_core.payments import Evidence, Payment, evidence_id
from avatar_core.ports import Checkout

LARGEST_NUMBER = 2**63 - 1
"""Telegram's ids and amounts are 64-bit numbers, and so are the columns that keep them."""


@dataclass(frozen=True, slots=True)
class StarsGateway:
    """Takes Telegram Stars.

    Whether a notice is genuine is known before it gets here: from the webhook's secret token, or from our own poll.
    """

    @property
    def code(self) -> GatewayCode:
        """``telegram-stars``."""
        return TELEGRAM_STARS

    async def checkout(self, payment: Payment, title: str) -> Checkout:
        """Return a checkout without a link: the bot sends the invoice.  Raises InvalidAmount for another currency."""
        if payment.price.currency is not Currency.XTR:
            raise InvalidAmount(what="Telegram Stars", value=str(payment.price))
        return Checkout(payment, None)

    def read(self, notice: bytes, at: datetime) -> Evidence:
        """Return the evidence in ``{"bot": <our name of the bot>, "update": <Telegram's update, or its message>}``.

        The key is the charge id and never the payload: a renewal repeats its payload.  Raises NoticeUnreadable.
        """
        try:
            told = json.loads(notice)
            message = told["update"].get("message", told["update"])
            return _evidence(BotId(_text(told["bot"])), message, notice.decode(), at)
        except (AttributeError, InvalidAmount, LookupError, RecursionError, TypeError, ValueError) as cause:
            raise NoticeUnreadable(source=TELEGRAM_STARS, reason="it is no payment in Telegram's form") from cause


def _evidence(bot: BotId, message: dict[str, dict[str, object]], raw: str, at: datetime) -> Evidence:
    paid, payer = message["successful_payment"], message["from"]["id"]
    charge = _text(paid["telegram_payment_charge_id"])
    return Evidence(
        id=evidence_id(TELEGRAM_STARS, charge),
        gateway=TELEGRAM_STARS,
        charge=charge,
        price=Price(_number(paid["total_amount"]), Currency(_text(paid["currency"]))),
        raw=raw,
        received_at=at,
        bot=bot,
        payment_id=PaymentId(_text(paid["invoice_payload"])),
        payer=TelegramId(_number(payer)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"a text was expected, not a {type(value).__name__}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_NUMBER:
        raise TypeError("a positive whole number of 64 bits was expected")
    return value
