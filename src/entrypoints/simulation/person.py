"""A customer: somebody who comes, asks whichever process answers, and sometimes hears nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from avatar_core.dossier import Dossier
from avatar_core.errors import AvatarError, ConcurrentChange, OutsideError
from avatar_core.ids import BotId, CustomerId, TelegramId
from avatar_core.payments import Payment
from avatar_core.ports import Clock
from avatar_core.use_cases.customers import Visit, Welcome
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.laws.plans import Plans
from entrypoints.simulation.life import Killed
from entrypoints.simulation.oracle import Oracle
from entrypoints.simulation.process import Process, is_defect
from entrypoints.simulation.rails import Front, Payer, Rail
from entrypoints.simulation.scenario import Luck
from entrypoints.simulation.vendors import Post

BOT = BotId("simulated_bot")
PATIENCE = 4
"""So many times a customer tries what was not answered."""
AGAIN_S = 120.0

Result = TypeVar("Result")
Ask = Callable[[Process], Awaitable[Result]]


class Silence(Exception):
    """Nobody answered, or only that it does not work just now."""


@dataclass(frozen=True, slots=True)
class Street:
    """Where customers live: what they can see of the business."""

    front: Front
    rails: tuple[Rail, ...]
    post: Post
    oracle: Oracle
    luck: Luck
    note: Callable[[str, str, object], None]
    broke: Callable[[Broken], None]
    clock: Clock
    plans: Plans


@dataclass
class Person:
    """One customer.  ``chance`` is this person's alone."""

    number: int
    street: Street
    chance: random.Random
    customer: CustomerId | None = None
    invoices: list[Payment] = field(default_factory=list)
    """Those that were shown."""
    strangers: list["Person"] = field(default_factory=list)
    """Everybody."""

    @property
    def telegram_id(self) -> TelegramId:
        """The numeric Telegram id."""
        return TelegramId(7_000_000_000 + self.number)

    @property
    def name(self) -> str:
        """What the trace calls this person."""
        return f"customer {self.number}"

    @property
    def payer(self) -> Payer:
        """Who pays when this person does."""
        return Payer(self.known, self.telegram_id)

    @property
    def known(self) -> CustomerId:
        """The customer's id.  Raises Silence before anybody answered for the first time."""
        if self.customer is None:
            raise Silence
        return self.customer

    async def comes(self) -> Dossier:
        """Write to the bot: whoever had blocked it is back by that.  Raises Silence."""
        self.street.post.memory.blocked_by.discard(self.telegram_id)
        visit = Visit(BOT, self.telegram_id, f"Fan {self.number}", "ru" if self.number % 2 else "en")
        come = self.asks if self.customer else self.taps
        dossier = await come(lambda process: process.of(Welcome)(visit))
        self.customer = dossier.customer.id
        self.street.oracle.returned(self.customer, self.telegram_id, self.street.clock.now())
        if not (dossier.customer.reachable or self.street.oracle.absent(self.customer)):
            self.street.broke(Broken("whoever is here can be written to", self.name))
        return dossier

    async def asks(self, ask: "Ask[Result]") -> Result:
        """Ask until somebody answers.  Raises Silence, and the refusal that was the answer."""
        for attempt in range(PATIENCE):
            if attempt:
                await asyncio.sleep(self.chance.expovariate(1 / AGAIN_S))
            process = self.street.front()
            if process is None:
                continue
            try:
                return await ask(process)
            except (Killed, OutsideError, ConcurrentChange):
                continue
            except AvatarError as refusal:
                self._note_refusal(refusal)
                raise
        raise Silence

    async def taps(self, ask: "Ask[Result]") -> Result:
        """Tap a button, and now and then twice at once.  Raises as ``asks`` does."""
        if self.chance.random() < 0.8:  # every fifth tap is a double one
            return await self.asks(ask)
        both = await asyncio.gather(self.asks(ask), self.asks(ask), return_exceptions=True)
        for each in both:
            if not isinstance(each, BaseException):
                return each
        if isinstance(both[0], AvatarError):
            raise both[0]
        raise Silence

    async def waits(self, average_s: float) -> None:
        """Do something else for a while."""
        await asyncio.sleep(self.chance.expovariate(1 / average_s))

    def _note_refusal(self, refusal: AvatarError) -> None:
        self.street.note(self.name, "is refused:", refusal.code())
        for broken in self.street.plans.refused(self.known, refusal) if self.customer else ():
            self.street.broke(broken)
        if is_defect(refusal):
            self.street.broke(Broken("no customer meets a fault of ours", self.name, repr(refusal)))
