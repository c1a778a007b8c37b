"""A stand-in for Telegram: the Bot API over HTTP on 127.0.0.1, and the customer's side of every chat.

Start it with `async with TelegramSandbox.running() as telegram`, give a bot `telegram.base_url`, and be the customer:

    bot = telegram.register_bot("123456:TEST", username="demo_bot")
    visitor = telegram.person(first_name="Visitor", language_code="ru")
    await visitor.write("/start")
    menu = await visitor.wait_for("Menu")
    await visitor.tap("Top up")
    outcome = await visitor.pay()
"""

from .clock import SandboxClock
from .customer import Customer
from .faults import Fault, FaultKind, Faults
from .paying import ForwardedInvoice
from .purchases import CannotDo, PaymentOutcome
from .records import CallbackQuery, Happening, Invoice, Person, StarTransaction, Subscription
from .sandbox import TelegramSandbox
from .screen import Button, ChatMessage
from .state import BotAccount, CallRecord

__all__ = [
    "BotAccount",
    "Button",
    "CallRecord",
    "CallbackQuery",
    "CannotDo",
    "ChatMessage",
    "Customer",
    "Fault",
    "FaultKind",
    "Faults",
    "ForwardedInvoice",
    "Happening",
    "Invoice",
    "PaymentOutcome",
    "Person",
    "SandboxClock",
    "StarTransaction",
    "Subscription",
    "TelegramSandbox",
]
