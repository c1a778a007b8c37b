"""The journeys, those of buyers among them: how each gets to the step in question, takes it, and when it is over."""

from collections.abc import Callable

from avatar_core.runs import LATE_RUN_LIMIT, RUNNING_LIMIT
from entrypoints.bot.callbacks import Tap
from tests.crash_matrix.beginnings import DRAFTED, EMPTY, MORE_PHOTOS, TRAINED
from tests.crash_matrix.purchases import PURCHASES
from tests.crash_matrix.script import MOMENT, Journey, Step, let_pass, nothing, offers, some
from tests.crash_matrix.stage import Stage

NO_ANSWER_S = 0.05
"""How long a lost answer is waited for; then it is a 504, and nobody knows what came of the request."""


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


COME = some("customers", "true")
SUBMITTING, TRAINING, TRAINED_NOW, FAILED, STOPPED = (
    some("trainings", f"(run).status = '{each}'")
    for each in ("SUBMITTING", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELED")
)
TOLD = "NOT " + some("tasks", "reaction = 'tell-customer' AND status = 'DUE'")
MORE = some("trainings", f"jsonb_array_length(photos) = {10 + len(MORE_PHOTOS)}")
PAINTING, PORTRAYED, UNPAINTED = (
    some("portrait_orders", f"(run).status = '{each}'") for each in ("PROCESSING", "SUCCEEDED", "FAILED")
)
INDECENT = "NSFW content detected. Try running it again, or try a different prompt."

ORDER = Journey("order a training", DRAFTED, _quote, _order, TRAINING)
IN_THE_DARK = Journey("order a training, the answer is lost", DRAFTED, _quote, _order_into_the_dark, TRAINING)
TRAIN_IN_VAIN = Journey(
    "a training fails", DRAFTED, _ordered_where(lambda stage: stage.replicate.fail_next_training()), _let_run, FAILED
)
DELIVER = Journey("portraits are delivered", TRAINED, _painting(), _let_run, PORTRAYED)
JOURNEYS = (
    Journey("come for the first time", EMPTY, nothing, _start, COME),
    *PURCHASES,
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
    Journey("a training is not done in time", DRAFTED, _ordered, let_pass(RUNNING_LIMIT + MOMENT), FAILED),
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
