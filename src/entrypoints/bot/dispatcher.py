"""The dispatcher: payments first, then conversations, and a net below both."""

from aiogram import Dispatcher, Router

from entrypoints.bot.desk import Desk
from entrypoints.bot.failures import Failures
from entrypoints.bot.payments import Cashier
from entrypoints.bot.reception import Reception
from entrypoints.bot.storage import ConversationStorage


def make_dispatcher(desk: Desk, storage: ConversationStorage) -> Dispatcher:
    """Return the dispatcher of all bots; an `Intake` feeds it and tells it which bot each update is for."""
    dispatcher = Dispatcher(storage=storage)
    dispatcher.include_routers(Cashier(desk).router(), _conversations(desk))
    dispatcher.errors.register(Failures(desk).failed)
    return dispatcher


def _conversations(desk: Desk) -> Router:
    router, reception = Router(name="conversations"), Reception(desk)
    router.message.register(reception.message)
    router.callback_query.register(reception.tap)
    return router
