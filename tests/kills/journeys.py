"""The journeys: how each gets to the step in question, takes it, and when it is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entrypoints.bot.callbacks import Tap
from tests.kills.beginnings import DRAFTED, TRAINED
from tests.kills.stage import Stage

PAYMENTS = 3
"""Who is told that the bot did not answer pays once more."""


@dataclass(frozen=True, slots=True)
class Journey:
    """``approach`` is undisturbed; ``act`` is what a process dies in."""

    name: str
    beginning: str
    approach: Callable[[Stage], Awaitable[None]]
    act: Callable[[Stage], Awaitable[None]]
    over: str
    """SQL that is true once the journey has reached its end."""


async def _invoice(stage: Stage) -> None:
    person = stage.person
    await person.write("/menu")
    await person.press(Tap.PLANS)
    await person.press(Tap.BUY, says="^NEUROPHOTO")
    await person.chat.wait_for(lambda one: one.invoice is not None)
    await stage.quiet("true")


async def _pay(stage: Stage) -> None:
    for _ in range(PAYMENTS):
        if (await stage.outlasting(stage.person.chat.pay())).is_paid:
            return


async def _quote(stage: Stage) -> None:
    person = stage.person
    await person.write("/menu")
    await person.press(Tap.AVATARS)
    await person.press(Tap.PHOTOS)
    await person.press(Tap.STEPS)
    await person.press(Tap.QUOTE_TRAINING, says="^flux-dev-lora:1000$")
    await person.sees(lambda one: any((button.data or "").startswith(f"{Tap.TRAIN}:") for button in one.buttons))
    await stage.quiet("true")


async def _order(stage: Stage) -> None:
    await stage.person.press(Tap.TRAIN)


async def _ordered(stage: Stage) -> None:
    await _quote(stage)
    await _order(stage)
    await stage.quiet(TRAINING)


async def _let_run(stage: Stage) -> None:
    stage.replicate.clock.run_at(1.0)


async def _choose(stage: Stage) -> None:
    person = stage.person
    await person.write("/menu")
    await person.press(Tap.PORTRAITS)
    await person.press(Tap.STYLE)
    await person.press(Tap.QUOTE_PORTRAITS, says=":2$")
    await person.sees(lambda one: any((button.data or "").startswith(f"{Tap.PAINT}:") for button in one.buttons))
    await stage.quiet("true")


async def _paint(stage: Stage) -> None:
    await stage.person.press(Tap.PAINT)


async def _painting(stage: Stage) -> None:
    await _choose(stage)
    await _paint(stage)
    await stage.quiet(PAINTING)


TRAINING = "EXISTS (SELECT FROM avatar.trainings WHERE (run).status = 'PROCESSING')"
TRAINED_NOW = "EXISTS (SELECT FROM avatar.trainings WHERE (run).status = 'SUCCEEDED')"
PAINTING = "EXISTS (SELECT FROM avatar.portrait_orders WHERE (run).status = 'PROCESSING')"
PORTRAYED = "EXISTS (SELECT FROM avatar.portrait_orders WHERE (run).status = 'SUCCEEDED')"
PAID = "EXISTS (SELECT FROM avatar.payments WHERE status = 'COMPLETED')"

SETTLE = Journey("settle a payment", DRAFTED, _invoice, _pay, PAID)
SUBMIT = Journey("request and submit a training", DRAFTED, _quote, _order, TRAINING)
REPORT = Journey("report a training", DRAFTED, _ordered, _let_run, TRAINED_NOW)
PAINT = Journey("request and submit portraits", TRAINED, _choose, _paint, PAINTING)
DELIVER = Journey("report and deliver portraits", TRAINED, _painting, _let_run, PORTRAYED)
JOURNEYS = (SETTLE, SUBMIT, REPORT, PAINT, DELIVER)
