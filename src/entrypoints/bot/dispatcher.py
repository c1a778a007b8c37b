"""The dispatcher: which kind of update goes to whom, payments before conversations, and a net below both."""

from aiogram import Bot, Dispatcher
from aiogram.types import Message

from entrypoints.bot.desk import Desk
from entrypoints.bot.failures import Failures
from entrypoints.bot.payments import Cashier
from entrypoints.bot.reception import Reception
from entrypoints.bot.storage import ConversationStore
from entrypoints.bot.talk import Arrived
from entrypoints.bot.tongues import Tongues


def make_dispatcher(desk: Desk, conversations: ConversationStore, tongues: Tongues) -> Dispatcher:
    """Return the dispatcher of all bots; an `Intake` feeds it and tells it which bot each update is for.

    One handler for each kind of update, at the dispatcher itself: each router costs an update 15 µs, and each filter
    5.  A conversation is read by whoever leads it, and for no payment, so aiogram's FSM is off.
    """
    cashier, reception = Cashier(desk), Reception(desk, conversations, tongues)

    async def message(told: Message, bot: Bot, arrived: Arrived) -> None:
        """Let no conversation swallow a payment (bug museum 46)."""
        if told.successful_payment is not None:
            await cashier.paid(arrived)
        elif told.refunded_payment is not None:
            await cashier.refunded(told, bot, arrived)
        else:
            await reception.message(told, bot, arrived)

    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.message.register(message)
    dispatcher.callback_query.register(reception.tap)
    dispatcher.pre_checkout_query.register(cashier.asked)
    dispatcher.subscription.register(cashier.subscription)
    dispatcher.purchased_paid_media.register(cashier.media)
    dispatcher.errors.register(Failures(desk, tongues).failed)
    return dispatcher
