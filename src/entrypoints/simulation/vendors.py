"""Those outside, as troublesome as they are: who carries messages, keeps photos, hears of events.

Another vendor is one class and one line where the business is laid out.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from adapters.memory import MemoryPhotoStore, RecordingMessenger
from avatar_core.customers import Address
from avatar_core.errors import (
    ImagesRefused,
    MessageGone,
    MessengerUnavailable,
    ProviderUnavailable,
    RecipientUnreachable,
)
from avatar_core.events import Event
from avatar_core.ids import EventId, MessageId, PhotoRef, PortraitOrderId
from avatar_core.ports import Clock
from avatar_core.runs import FailureReason
from avatar_core.tasks import Happening
from entrypoints.simulation.oracle import Oracle
from entrypoints.simulation.scenario import Fault, Luck

HOUR_S, DAY_S = 3600.0, 86_400.0
LONGEST_OUTAGE_S = 8 * HOUR_S
ANSWER_S = 0.5
SILENCE_S = 30.0
"""After so long a caller stops waiting for an answer."""


@dataclass
class Weather:
    """When a vendor is in which kind of trouble for hours, drawn ahead."""

    chance: random.Random
    luck: Luck
    time: Callable[[], float]

    def __post_init__(self) -> None:
        """Begin in good weather."""
        self._until: dict[Fault, float] = {}
        self._next: dict[Fault, float] = {}

    def in_trouble(self, fault: Fault) -> bool:
        """Return whether it lasts now."""
        now = self.time()
        if not self.luck.rate(fault):
            return False
        while now >= self._next.setdefault(fault, self._gap(fault)):
            self._until[fault] = self._next[fault] + min(self.chance.expovariate(1 / (2 * HOUR_S)), LONGEST_OUTAGE_S)
            self._next[fault] = self._until[fault] + self._gap(fault)
            self.luck.struck[fault] += 1
        return now < self._until.get(fault, 0.0)

    def _gap(self, fault: Fault) -> float:
        return self.chance.expovariate(self.luck.rate(fault) / DAY_S)


class Vendor:
    """What all of them share: they take their time, and do not always answer."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.luck, self.chance = weather.luck, weather.chance

    async def travel(self) -> bool:
        """Let a call come; return whether it is answered at all, once it has been carried out."""
        await asyncio.sleep(self.chance.expovariate(1 / ANSWER_S))
        if self.weather.in_trouble(Fault.OUTAGE):
            self.unavailable("it is down")
        if self.luck.strikes(Fault.SILENCE, self.chance):
            if self.chance.random() < 0.5:  # half of the silences come before
                await asyncio.sleep(SILENCE_S)
                self.unavailable("no answer, and nothing was done")
            return False
        return True

    async def answer(self, *, answered: bool) -> None:
        """Let the answer come back, or be lost."""
        if not answered:
            await asyncio.sleep(SILENCE_S)
            self.unavailable("no answer, and it was done")

    def unavailable(self, reason: str) -> NoReturn:
        """Raise what the port promises."""
        raise ProviderUnavailable(reason=reason)


class Post(Vendor):
    """The messenger."""

    def __init__(self, weather: Weather, oracle: Oracle, clock: Clock) -> None:
        super().__init__(weather)
        self._oracle = oracle
        self._clock = clock
        self.memory = RecordingMessenger()

    def unavailable(self, reason: str) -> NoReturn:
        """Raise what the adapter makes of a silence: the telegram adapter waits five seconds then."""
        raise MessengerUnavailable(retry_after_s=5.0)

    async def tell(self, address: Address, news: Event) -> MessageId:
        """Send the news."""
        answered = await self._accept(address)
        message = await self.memory.tell(address, news)
        await self.answer(answered=answered)
        return message

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        """Edit a message, unless the customer has deleted it."""
        answered = await self._accept(address)
        if self.luck.strikes(Fault.REFUSAL, self.chance):
            raise MessageGone
        await self.memory.amend(address, message, news)
        await self.answer(answered=answered)

    async def send_images(self, address: Address, order: PortraitOrderId, images: Sequence[bytes]) -> None:
        """Send an album."""
        answered = await self._accept(address)
        if self.luck.strikes(Fault.REFUSAL, self.chance):
            self._oracle.reasons[order].add(FailureReason.UNDELIVERABLE)
            raise ImagesRefused
        await self.memory.send_images(address, order, images)
        self._oracle.albums[order] = len(images)
        await self.answer(answered=answered)

    async def _accept(self, address: Address) -> bool:
        answered = await self.travel()
        if address.telegram_id in self.memory.blocked_by:
            self._oracle.turned_away[address.telegram_id] = self._clock.now()
            raise RecipientUnreachable
        if self.luck.strikes(Fault.FLOOD, self.chance):
            raise MessengerUnavailable(retry_after_s=float(self.chance.randint(1, 60)))
        return answered


class Disk(MemoryPhotoStore):
    """The disk for photos: quick, and sometimes full."""

    def __init__(self, weather: Weather, clock: Clock) -> None:
        super().__init__(clock=clock)
        self._weather = weather

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        """Keep the content."""
        self.full = self._weather.in_trouble(Fault.FULL_DISK)
        await super().put(ref, content)


class Press(Vendor):
    """Where events are published."""

    def __init__(self, weather: Weather) -> None:
        super().__init__(weather)
        self.published: dict[EventId, int] = {}
        """How often each came."""

    def unavailable(self, reason: str) -> NoReturn:
        """Raise what a client library raises."""
        raise TimeoutError(reason)

    async def publish(self, happening: Happening) -> None:
        """Take one event."""
        answered = await self.travel()
        self.published[happening.id] = self.published.get(happening.id, 0) + 1
        await self.answer(answered=answered)
