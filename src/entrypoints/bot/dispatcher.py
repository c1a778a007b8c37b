"""The dispatcher: payments first, then conversations, and a net below both."""

from aiogram import Dispatcher

from entrypoints.bot.desk import Desk
from entrypoints.bot.failures import Failures
from entrypoints.bot.payments import Cashier
from entrypoints.bot.reception import Reception
from entrypoints.bot.storage import ConversationStorage


def make_dispatcher(desk: Desk, storage: ConversationStorage) -> Dispatcher:
    """Return the dispatcher of all bots; an `Intake` feeds it and tells it which bot each update is for.

    All stands at the dispatcher itself, in the order in which it is asked: each router below would cost 15 µs.
    """
    dispatcher = Dispatcher(storage=storage)
    Cashier(desk).register_at(dispatcher)
    reception = Reception(desk)
    dispatcher.message.register(reception.message)
    dispatcher.callback_query.register(reception.tap)
    dispatcher.errors.register(Failures(desk).failed)
    return dispatcher
