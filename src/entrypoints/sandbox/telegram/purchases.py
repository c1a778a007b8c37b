"""How Stars move: pre-checkout, charge, renewal, refund, chargeback (core.telegram.org/bots/payments-stars)."""

import asyncio
from dataclasses import dataclass

from .records import Charge, Invoice, Json, Message, Person, PreCheckout, StarTransaction, Subscription, present
from .state import BotAccount, World

PRE_CHECKOUT_LIMIT_S = 10
BOT_SILENT = "BOT_PRECHECKOUT_TIMEOUT"
"""What the payer's client is told when the bot did not answer in time (core.telegram.org/api/errors)."""
TOO_POOR = "BALANCE_TOO_LOW"


class CannotDo(Exception):
    """A person with a real Telegram client could not do this."""


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """What a payer saw: a charge, or the reason why there was none; `update_id` is the bot's evidence."""

    is_paid: bool
    charge_id: str | None = None
    failure: str | None = None
    update_id: int | None = None
    subscription: Subscription | None = None


def bot_of(world: World, bot_id: int) -> BotAccount:
    """Return a bot by its numeric id."""
    return world.bots_by_id[bot_id]


async def ask_bot(world: World, invoice: Invoice, payer: Person) -> str | None:
    """Ask the bot whether the payment may go on; return why not, or None.  Waits 10 s of the world's clock."""
    if payer.stars < invoice.amount:
        return TOO_POOR
    query_id = str(5_000_000 + world.number())
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    checkout = PreCheckout(query_id, invoice.bot_id, payer.person_id, invoice, answer)
    world.checkouts[query_id] = checkout
    asked: Json = {
        "id": query_id,
        "from": payer.wire(),
        "currency": invoice.currency,
        "total_amount": invoice.amount,
        "invoice_payload": invoice.payload,
    }
    world.tell(bot_of(world, invoice.bot_id), "pre_checkout_query", asked, payer.person_id)
    is_answered = await world.clock.wait(answer, PRE_CHECKOUT_LIMIT_S)
    checkout.is_closed = True
    if not is_answered:
        return BOT_SILENT
    return None if answer.result() else checkout.error_message


def charge(world: World, invoice: Invoice, payer: Person, renewed: Subscription | None = None) -> PaymentOutcome:
    """Move the Stars and tell the bot; a renewal repeats the payload under a new charge id."""
    bot = bot_of(world, invoice.bot_id)
    charge_id = f"stx{world.number():010d}"
    payer.stars -= invoice.amount
    bot.stars += invoice.amount
    subscription = renewed or _subscription(world, invoice, payer)
    if subscription is not None:
        subscription.charge_ids.append(charge_id)
        subscription.expires = max(subscription.expires, world.clock.unix()) + subscription.period_s
    world.charges[charge_id] = Charge(charge_id, bot.bot_id, payer.person_id, invoice, world.clock.unix(), subscription)
    bot.transactions.append(
        StarTransaction(charge_id, invoice.amount, world.clock.unix(), _partner(payer, invoice), is_incoming=True)
    )
    message = _service_message(world, bot, payer)
    message.payment = present(
        currency=invoice.currency,
        total_amount=invoice.amount,
        invoice_payload=invoice.payload,
        subscription_expiration_date=subscription.expires if subscription else None,
        is_recurring=True if subscription else None,
        is_first_recurring=True if subscription and renewed is None else None,
        telegram_payment_charge_id=charge_id,
        provider_payment_charge_id="",
    )
    update_id = _announce(world, bot, message, "paid")
    return PaymentOutcome(is_paid=True, charge_id=charge_id, update_id=update_id, subscription=subscription)


def _subscription(world: World, invoice: Invoice, payer: Person) -> Subscription | None:
    if invoice.subscription_period_s is None:
        return None
    subscription = Subscription(invoice.bot_id, payer.person_id, invoice, world.clock.unix())
    world.subscriptions.append(subscription)
    return subscription


def give_back(world: World, given: Charge) -> None:
    """Refund a charge in full and tell the bot."""
    bot, payer = bot_of(world, given.bot_id), world.people[given.person_id]
    _take_from_bot(world, bot, given)
    payer.stars += given.invoice.amount
    message = _service_message(world, bot, payer)
    message.refunded_payment = {
        "currency": "XTR",
        "total_amount": given.invoice.amount,
        "invoice_payload": given.invoice.payload,
        "telegram_payment_charge_id": given.charge_id,
    }
    _announce(world, bot, message, "refunded")


def take_back(world: World, charge_id: str) -> None:
    """Let the payer's app store claw a charge back: Stars leave the bot and no update says so."""
    given = world.charges[charge_id]
    _take_from_bot(world, bot_of(world, given.bot_id), given)


def _take_from_bot(world: World, bot: BotAccount, given: Charge) -> None:
    given.is_refunded = True
    bot.stars -= given.invoice.amount
    partner = _partner(world.people[given.person_id], given.invoice)
    bot.transactions.append(
        StarTransaction(given.charge_id, given.invoice.amount, world.clock.unix(), partner, is_incoming=False)
    )
    if given.subscription is not None:
        given.subscription.expires = min(given.subscription.expires, world.clock.unix())


def renew(world: World, subscription: Subscription) -> PaymentOutcome:
    """Charge the next period: nobody is asked, the payload repeats, the charge id is new.  Raises CannotDo."""
    if subscription.is_canceled:
        raise CannotDo("a cancelled subscription is not charged")
    return charge(world, subscription.invoice, world.people[subscription.person_id], renewed=subscription)


def tell_subscription(world: World, subscription: Subscription, state: str) -> int | None:
    """Send the bot a `subscription` update; returns its update id."""
    bot, person = bot_of(world, subscription.bot_id), world.people[subscription.person_id]
    update: Json = {"user": person.wire(), "invoice_payload": subscription.invoice.payload, "state": state}
    return world.tell(bot, "subscription", update, person.person_id)


def _partner(payer: Person, invoice: Invoice) -> Json:
    return present(
        type="user",
        transaction_type="invoice_payment",
        user=payer.wire(),
        invoice_payload=invoice.payload,
        subscription_period=invoice.subscription_period_s,
    )


def _service_message(world: World, bot: BotAccount, payer: Person) -> Message:
    chat = world.chat(bot, payer)
    chat.is_opened = True
    return world.blank(chat, is_from_bot=False)


def _announce(world: World, bot: BotAccount, message: Message, kind: str) -> int | None:
    payer = world.people[message.person_id]
    world.put(world.chat(bot, payer), message, kind)
    return world.tell(bot, "message", world.wire(message), payer.person_id)
