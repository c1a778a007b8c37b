"""How a journey is written: what is done in it, and, in SQL, when it is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram import ChatMessage
from tests.crash_matrix.stage import Stage

MOMENT = timedelta(minutes=1)
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


def let_pass(duration: timedelta) -> Step:
    async def act(stage: Stage) -> None:
        stage.clock.push(duration)

    return act


def some(table: str, status: str) -> str:
    return f"EXISTS (SELECT FROM avatar.{table} WHERE {status})"
