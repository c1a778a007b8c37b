"""The journeys: how each gets to the step in question, takes it, and when it is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from avatar_core.payments import LEASE, PAYMENT_LIFE
from avatar_core.runs import LATE_RUN_LIMIT, RUNNING_LIMIT
from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram import ChatMessage
from tests.crash_matrix.beginnings import DRAFTED, EMPTY, MORE_PHOTOS, NEWCOMER, SUBSCRIBED, TRAINED
from tests.crash_matrix.stage import Stage

PAYMENTS = 3
"""Who is told that the bot did not answer pays once more, some minutes later."""
MOMENT = timedelta(minutes=1)
NO_ANSWER_S = 0.05
"""How long a lost answer is waited for; then it is a 504, and nobody knows what came of the request."""
Step = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Journey:
    """``approach`` is undisturbed; ``act`` is what a process dies in."""

    name: str
    beginning: str
    approach: Step
    act: Step
    over: str
    """SQL that is true once the journey has reached its end."""


def offers(tap: Tap) -> Callable[[ChatMessage], bool]:
    return lambda message: any((button.data or "").partition(":")[0] == tap for button in message.buttons)


async def nothing(stage: Stage) -> None:
    await stage.quiet()


# Buying


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


def _let_pass(duration: timedelta) -> Step:
    async def act(stage: Stage) -> None:
        stage.clock.push(duration)

    return act


async def _let_it_end(stage: Stage) -> None:
    """Let the days go by at which something is said about the end of a plan of thirty days."""
    for days, said in ((27, "THREE_DAYS_LEFT"), (2, "ONE_DAY_LEFT"), (1, "ENDED"), (3, "GRACE_OVER")):
        stage.clock.push(timedelta(days=days))
        await stage.quiet(_some("subscriptions", f"announced ->> 'stage' = '{said}'"))


# Trainings


async def _quote(stage: Stage) -> None:
    person = stage.person
    await person.write("/menu")
    await person.press(Tap.AVATARS)
    await person.press(Tap.PHOTOS)
    await person.press(Tap.STEPS)
    await person.press(Tap.QUOTE_TRAINING, says="^flux-dev-lora:1000$")
    await person.sees(offers(Tap.TRAIN))
    await stage.quiet()


async def _order(stage: Stage) -> None:
    await stage.person.press(Tap.TRAIN)


async def _ordered(stage: Stage) -> None:
    await _quote(stage)
    await _order(stage)
    await stage.quiet(TRAINING)


def _ordered_where(plan: Callable[[Stage], None]) -> Step:
    """Order a training of which something is known in advance."""

    async def approach(stage: Stage) -> None:
        plan(stage)
        await _ordered(stage)

    return approach


async def _let_run(stage: Stage) -> None:
    stage.replicate.clock.run_at(1.0)


async def _order_into_the_dark(stage: Stage) -> None:
    stage.replicate.lose_next_answer(path_part="/trainings", hold_s=NO_ANSWER_S)
    await _order(stage)


async def _ask_to_stop(stage: Stage) -> None:
    await _ordered(stage)
    await _find_the_way_out(stage)
    await stage.quiet()


async def _ask_to_stop_what_nobody_knows(stage: Stage) -> None:
    await _quote(stage)
    stage.replicate.break_next(times=10**6)
    await _order(stage)
    await stage.until(SUBMITTING)
    await _find_the_way_out(stage)


async def _find_the_way_out(stage: Stage) -> None:
    await stage.person.write("/menu")
    await stage.person.press(Tap.AVATARS)
    await stage.person.press(Tap.STOP)
    await stage.person.sees(offers(Tap.STOP_SURELY))


async def _stop(stage: Stage) -> None:
    await stage.person.press(Tap.STOP_SURELY)


async def _stop_until_the_provider_is_back(stage: Stage) -> None:
    await _stop(stage)
    await stage.until(f"{STOPPED} AND {TOLD}")  # a jump in the middle of a message would repeat it
    stage.replicate.api_faults.clear()
    stage.clock.push(LATE_RUN_LIMIT + MOMENT)


# Drafts


async def _begin_photos(stage: Stage) -> None:
    await stage.person.write("/menu")
    await stage.person.press(Tap.AVATARS)
    await stage.person.press(Tap.PHOTOS)
    await stage.person.sees(offers(Tap.STEPS))
    await stage.quiet()


async def _send_photos(stage: Stage) -> None:
    await stage.person.send([photo.read_bytes() for photo in MORE_PHOTOS])


async def _ask_to_give_up(stage: Stage) -> None:
    await stage.person.write("/menu")
    await stage.person.press(Tap.AVATARS)
    await stage.person.press(Tap.DISCARD)
    await stage.person.sees(offers(Tap.DISCARD_SURELY))
    await stage.quiet()


async def _give_up(stage: Stage) -> None:
    await stage.person.press(Tap.DISCARD_SURELY)


# Portraits


async def _choose(stage: Stage) -> None:
    person = stage.person
    await person.write("/menu")
    await person.press(Tap.PORTRAITS)
    await person.press(Tap.STYLE)
    await person.press(Tap.QUOTE_PORTRAITS, says=":2$")
    await person.sees(offers(Tap.PAINT))
    await stage.quiet()


async def _paint(stage: Stage) -> None:
    await stage.person.press(Tap.PAINT)


def _painting(plan: Callable[[Stage], None] | None = None) -> Step:
    async def approach(stage: Stage) -> None:
        if plan is not None:
            plan(stage)
        await _choose(stage)
        await _paint(stage)
        await stage.quiet(PAINTING)

    return approach


async def _start(stage: Stage) -> None:
    await stage.person.write("/start")


def _some(table: str, status: str) -> str:
    return f"EXISTS (SELECT FROM avatar.{table} WHERE {status})"


COME = _some("customers", "true")
INVOICED, PAID, EXPIRED = (_some("payments", f"status = '{each}'") for each in ("PENDING", "COMPLETED", "EXPIRED"))
SUBMITTING, TRAINING, TRAINED_NOW, FAILED, STOPPED = (
    _some("trainings", f"(run).status = '{each}'")
    for each in ("SUBMITTING", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELED")
)
TOLD = "NOT " + _some("tasks", "reaction = 'tell-customer' AND status = 'DUE'")
MORE = _some("trainings", f"jsonb_array_length(photos) = {10 + len(MORE_PHOTOS)}")
PAINTING, PORTRAYED, UNPAINTED = (
    _some("portrait_orders", f"(run).status = '{each}'") for each in ("PROCESSING", "SUCCEEDED", "FAILED")
)
INDECENT = "NSFW content detected. Try running it again, or try a different prompt."

BUY = Journey("buy a plan with Telegram Stars", NEWCOMER, _ask_for_invoice("NEUROPHOTO"), _pay, PAID)
BUY_AT_THE_SHOP = Journey("buy a plan with roubles", NEWCOMER, _ask_for_link, _pay_at_the_shop, PAID)
ORDER = Journey("order a training", DRAFTED, _quote, _order, TRAINING)
IN_THE_DARK = Journey("order a training, the answer is lost", DRAFTED, _quote, _order_into_the_dark, TRAINING)
TRAIN_IN_VAIN = Journey(
    "a training fails", DRAFTED, _ordered_where(lambda stage: stage.replicate.fail_next_training()), _let_run, FAILED
)
DELIVER = Journey("portraits are delivered", TRAINED, _painting(), _let_run, PORTRAYED)
JOURNEYS = (
    Journey("come for the first time", EMPTY, nothing, _start, COME),
    Journey("ask for an invoice", NEWCOMER, _plans, _press_buy, INVOICED),
    BUY,
    BUY_AT_THE_SHOP,
    Journey("top up with Telegram Stars", SUBSCRIBED, _ask_for_invoice("xtr-100", Tap.TOP_UP), _pay, PAID),
    Journey("renew the plan", SUBSCRIBED, _ask_for_invoice("NEUROPHOTO"), _pay, PAID),
    Journey("buy a higher plan", SUBSCRIBED, _ask_for_invoice("NEUROVIDEO"), _pay, PAID),
    Journey(
        "let an invoice expire", NEWCOMER, _ask_for_invoice("NEUROPHOTO"), _let_pass(PAYMENT_LIFE + MOMENT), EXPIRED
    ),
    Journey("let a plan end", SUBSCRIBED, nothing, _let_it_end, "true"),
    Journey("send more photos", DRAFTED, _begin_photos, _send_photos, MORE),
    Journey("give up a draft", DRAFTED, _ask_to_give_up, _give_up, STOPPED),
    ORDER,
    IN_THE_DARK,
    Journey("a training succeeds", DRAFTED, _ordered, _let_run, TRAINED_NOW),
    Journey(
        "a training succeeds, no notice comes",
        DRAFTED,
        _ordered_where(lambda stage: stage.replicate.silence_webhooks()),
        _let_run,
        TRAINED_NOW,
    ),
    TRAIN_IN_VAIN,
    Journey(
        "a training is gone",
        DRAFTED,
        _ordered_where(lambda stage: stage.replicate.vanish_next_training()),
        _let_run,
        FAILED,
    ),
    Journey("a training is not done in time", DRAFTED, _ordered, _let_pass(RUNNING_LIMIT + MOMENT), FAILED),
    Journey("the customer stops a training", DRAFTED, _ask_to_stop, _stop, STOPPED),
    Journey(
        "the customer stops a training that no provider has taken",
        DRAFTED,
        _ask_to_stop_what_nobody_knows,
        _stop_until_the_provider_is_back,
        STOPPED,
    ),
    Journey("order portraits", TRAINED, _choose, _paint, PAINTING),
    DELIVER,
    Journey(
        "one of two portraits is refused by moderation",
        TRAINED,
        _painting(lambda stage: stage.replicate.lose_images_of_next_prediction()),
        _let_run,
        PORTRAYED,
    ),
    Journey(
        "all portraits are refused by moderation",
        TRAINED,
        _painting(lambda stage: stage.replicate.fail_next_prediction(INDECENT)),
        _let_run,
        UNPAINTED,
    ),
    Journey(
        "portraits fail",
        TRAINED,
        _painting(lambda stage: stage.replicate.fail_next_prediction()),
        _let_run,
        UNPAINTED,
    ),
)
