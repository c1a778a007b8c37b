"""The journeys of buyers: invoices, payments by each rail, and plans that end."""

from datetime import timedelta

from avatar_core.payments import LEASE, PAYMENT_LIFE
from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram import ChatMessage
from tests.crash_matrix.beginnings import NEWCOMER, SUBSCRIBED
from tests.crash_matrix.script import MOMENT, Journey, Step, let_pass, nothing, offers, some
from tests.crash_matrix.stage import Stage

PAYMENTS = 3
"""Who is told that the bot did not answer pays once more, some minutes later."""


async def _plans(stage: Stage) -> None:
    await stage.person.write("/menu")
    await stage.person.press(Tap.PLANS)
    await stage.person.sees(offers(Tap.BUY))
    await stage.quiet()


def _ask_for_invoice(item: str, shelf: Tap = Tap.PLANS) -> Step:
    async def ask(stage: Stage) -> None:
        person = stage.person
        await person.write("/menu")
        await person.press(shelf)
        await person.press(Tap.BUY, says=f"^{item}:s")
        await person.chat.wait_for(lambda one: one.invoice is not None)
        await stage.quiet()

    return ask


async def _press_buy(stage: Stage) -> None:
    await stage.person.press(Tap.BUY, says="^NEUROPHOTO:s")


async def _pay(stage: Stage) -> None:
    for _ in range(PAYMENTS):
        if (await stage.outlasting(stage.person.chat.pay())).is_paid:
            return
        stage.clock.push(LEASE)


async def _ask_for_link(stage: Stage) -> None:
    await stage.person.write("/menu")
    await stage.person.press(Tap.PLANS)
    await stage.person.press(Tap.BUY, says="^NEUROPHOTO:r")
    await stage.person.sees(lambda one: _link(one) is not None)
    await stage.quiet()


async def _pay_at_the_shop(stage: Stage) -> None:
    url = next(link for message in reversed(stage.person.chat.received) if (link := _link(message)))
    await stage.robokassa.pay(url)


def _link(message: ChatMessage) -> str | None:
    return next((button.url for button in message.buttons if button.url), None)


async def _let_it_end(stage: Stage) -> None:
    """Let the days go by at which something is said about the end of a plan of thirty days."""
    for days, said in ((27, "THREE_DAYS_LEFT"), (2, "ONE_DAY_LEFT"), (1, "ENDED"), (3, "GRACE_OVER")):
        stage.clock.push(timedelta(days=days))
        await stage.quiet(some("subscriptions", f"announced ->> 'stage' = '{said}'"))


INVOICED, PAID, EXPIRED = (some("payments", f"status = '{each}'") for each in ("PENDING", "COMPLETED", "EXPIRED"))

BUY = Journey("buy a plan with Telegram Stars", NEWCOMER, _ask_for_invoice("NEUROPHOTO"), _pay, PAID)
BUY_AT_THE_SHOP = Journey("buy a plan with roubles", NEWCOMER, _ask_for_link, _pay_at_the_shop, PAID)
PURCHASES = (
    Journey("ask for an invoice", NEWCOMER, _plans, _press_buy, INVOICED),
    BUY,
    BUY_AT_THE_SHOP,
    Journey("top up with Telegram Stars", SUBSCRIBED, _ask_for_invoice("xtr-100", Tap.TOP_UP), _pay, PAID),
    Journey("renew the plan", SUBSCRIBED, _ask_for_invoice("NEUROPHOTO"), _pay, PAID),
    Journey("buy a higher plan", SUBSCRIBED, _ask_for_invoice("NEUROVIDEO"), _pay, PAID),
    Journey(
        "let an invoice expire", NEWCOMER, _ask_for_invoice("NEUROPHOTO"), let_pass(PAYMENT_LIFE + MOMENT), EXPIRED
    ),
    Journey("let a plan end", SUBSCRIBED, nothing, _let_it_end, "true"),
)
