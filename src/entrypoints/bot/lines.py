"""Every bot's line to Telegram: opened on its own, said to work once it does, said to be broken with what mends it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from aiogram import Bot

from adapters.telegram.refusals import PAUSE_S, MessageRefused, TokenRejected
from avatar_core.errors import MessengerUnavailable, StoreUnavailable
from avatar_core.ids import BotId
from entrypoints.bot.commands import announce_commands
from entrypoints.bot.intake import Intake
from entrypoints.bot.talk import tells_of_money
from entrypoints.settings import name_of

AFTER_TROUBLE_S = 2.0
AFTER_REJECTION_S = 30.0
"""A wrong token or address is mended by a person: asking every other second tells nobody more."""
RECOVER_EVERY_S = 60.0
CANCEL_EVERY_S = 0.5
Loop = Callable[[], Awaitable[None]]
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Line:
    """What is known of one bot's line; every change is logged once."""

    bot: BotId
    works: bool = False
    told: str = ""

    def worked(self) -> None:
        """Note that updates come in: from now on the bot answers."""
        if not self.works:
            log.info("@%s answers now: write /start to it", self.bot)
        self.works, self.told = True, ""

    def broke(self, trouble: MessengerUnavailable) -> float:
        """Note what keeps the updates away, and return the seconds to wait before the next try.

        A pause that Telegram names is kept; its other troubles are soon over.
        """
        if (reason := self._reason(trouble)) != self.told:
            log.warning("no updates", bot=self.bot, reason=reason)
        self.works, self.told = False, reason
        if isinstance(trouble, TokenRejected | MessageRefused):
            return AFTER_REJECTION_S
        return trouble.retry_after_s if trouble.retry_after_s > PAUSE_S else AFTER_TROUBLE_S

    def _reason(self, trouble: MessengerUnavailable) -> str:
        match trouble:
            case TokenRejected():
                return f"{trouble}: see {name_of('bots', self.bot, 'token')}"
            case MessageRefused():
                return f"{trouble}: see {name_of('public_url')}"
            case _:
                return str(trouble)


async def keep_open(
    loops: Mapping[str, Loop],
    bots: Mapping[BotId, Bot],
    intake: Intake,
    stop: asyncio.Event,
    *,
    others_finish_within_s: float = 0.0,
) -> None:
    """Run the bots' loops until `stop` is set, with what belongs to each way of getting updates.

    What a process left behind is fed first and again and again, and the commands are announced; what is being handled
    in the end is finished.  Where other processes take updates of the same bots, what is younger than
    ``others_finish_within_s`` is left to them at first, but for what tells of money.
    """
    await intake.recover(others_finish_within_s)
    await intake.recover(only=tells_of_money)
    own: dict[str, Loop] = {"recover": partial(_recover, intake), "announce": partial(announce_commands, bots)}
    tasks = [asyncio.create_task(_unstoppable(name, loop), name=name) for name, loop in {**loops, **own}.items()]
    try:
        await stop.wait()
    finally:
        await _end(tasks)
        await intake.drain()


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: aiohttp loses a cancellation that comes together with a time-out of its own."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_EVERY_S)


async def _unstoppable(name: str, loop: Loop) -> None:
    """Begin again after a defect: one bot's must not silence it for good."""
    while True:
        try:
            await loop()
        except Exception:  # the edge of the process
            log.exception("begun again after a defect", task=name)
            await asyncio.sleep(AFTER_TROUBLE_S)
        else:
            return


async def _recover(intake: Intake) -> None:
    """Feed again what could not be handled when it came."""
    while True:
        await asyncio.sleep(RECOVER_EVERY_S)
        try:
            await intake.recover(RECOVER_EVERY_S)
        except StoreUnavailable as trouble:
            log.warning("nothing can be recovered", reason=str(trouble))
