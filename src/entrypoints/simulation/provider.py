"""The provider of trainings and paintings: what it runs, how it ends, and what it tells about it and when."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from adapters.memory import MemoryPainter, MemoryTrainer
from adapters.replicate.settings import RunKind
from avatar_core.errors import ProviderRefused, ProviderUnauthorized, RunVanished
from avatar_core.ids import PortraitOrderId, TrainingId
from avatar_core.ports import PaintingOrder, TrainingOrder
from avatar_core.runs import FailureReason, Report, ReportStatus, Ticket
from entrypoints.simulation.oracle import Oracle
from entrypoints.simulation.scenario import Fault
from entrypoints.simulation.vendors import HOUR_S, Vendor, Weather

MINUTE_S = 60.0
SUCCEEDS, FAILS = 0.93, 0.98
"""Of ten runs nine succeed; of the others some fail, and the provider stops the rest."""
CHANGES_ITS_MIND_S = 2 * HOUR_S
IMAGES_KEPT_S = HOUR_S
"""So long the provider knows what it has painted; after that it knows neither the images nor their run."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where the provider's notices go, and what runs its runs."""

    oracle: Oracle
    tell: Callable[[RunKind, str, Report], None]
    spawn: Callable[[Coroutine[None, None, None]], None]


class _Provider(Vendor):
    """What trainer and painter share."""

    kind: RunKind
    takes_s: float
    """How long a run takes, about."""

    def __init__(self, weather: Weather, office: Office, memory: MemoryTrainer | MemoryPainter) -> None:
        super().__init__(weather)
        self.office = office
        self._runs = memory
        self._hidden_until: dict[str, float] = {}
        self._begun: dict[str, None] = {}
        self._ended: set[str] = set()

    async def call(self, *, submitted: str | None = None) -> bool:
        """Let a call come, of which an order may be the purpose; return whether it will be answered."""
        answered = await self.travel()
        if self.weather.in_trouble(Fault.TOKEN):
            raise ProviderUnauthorized(setting="REPLICATE_API_TOKEN")
        if submitted and self.luck.strikes(Fault.REFUSAL, self.chance):
            self.befalls(submitted, FailureReason.PROVIDER_REFUSED)
            raise ProviderRefused(reason="it does not like the order")
        return answered

    async def asked(self) -> None:
        """Let a call come that only asks, and answer it."""
        await self.answer(answered=await self.call())

    async def handed(self, order: str, start: Callable[[], Coroutine[None, None, Ticket]]) -> Ticket:
        """Let an order come, begin to run it, and answer."""
        answered = await self.call(submitted=order)
        ticket = await start()
        self.begin(order)
        await self.answer(answered=answered)
        return ticket

    def befalls(self, order: str, reason: FailureReason) -> None:
        """Note why an order may fail."""
        self.office.oracle.reasons[order].add(reason)

    async def word_of(self, ticket: Ticket) -> Report:
        """Return how a run stands.  Raises RunVanished, also for one that comes back later."""
        answered = await self.call()
        order = self._runs.order_of(ticket)
        await self.answer(answered=answered)
        if self.weather.time() < self._hidden_until.get(order, 0.0):
            raise RunVanished
        report = await self._runs.report(ticket)
        if report.status is ReportStatus.RUNNING and self.luck.strikes(Fault.PUZZLE, self.chance):
            return replace(report, status=ReportStatus.UNKNOWN, detail="sleeping")
        return report

    @property
    def going(self) -> list[str]:
        """The orders whose runs go on."""
        return [order for order in self._begun if order not in self._ended]

    def begin(self, order: str) -> None:
        """Begin to run an order, at our cost."""
        self.office.oracle.runs[order] += 1
        self._begun[order] = None
        self.office.spawn(self._run(order))

    def stop(self, order: str) -> None:
        """End a run before its time."""
        if order not in self._ended:
            self._ended.add(order)
            self.office.tell(self.kind, order, self._stopped(order))

    def finish(self, order: str) -> Report:
        """End a run with its result."""
        raise NotImplementedError

    async def _run(self, order: str) -> None:
        chance, luck = self.chance, self.luck
        if luck.strikes(Fault.HANGING, chance):
            return
        takes_s = self.takes_s * chance.uniform(0.3, 2)
        for percent in (25, 75) if self.kind is RunKind.TRAINING else ():
            await asyncio.sleep(takes_s / 3)
            if order not in self._ended:
                self.office.tell(self.kind, order, self._runs.advance(order, percent))
        await asyncio.sleep(takes_s / 3)
        if order in self._ended:
            return
        if luck.strikes(Fault.VANISHING, chance):
            self._ended.add(order)
            self._runs.vanish(order)
            self.befalls(order, FailureReason.VANISHED)
            self.office.oracle.runs[order] -= 1
            return
        if luck.strikes(Fault.SECOND_THOUGHTS, chance):
            self.befalls(order, FailureReason.VANISHED)
            self._hidden_until[order] = self.weather.time() + chance.uniform(0, CHANGES_ITS_MIND_S)
            await asyncio.sleep(chance.uniform(0, CHANGES_ITS_MIND_S))
        if order not in self._ended:
            self._ended.add(order)
            self.office.tell(self.kind, order, self._end(order))

    def _end(self, order: str) -> Report:
        drawn = self.chance.random()
        if drawn < SUCCEEDS:
            return self.finish(order)
        if drawn < FAILS:
            self.befalls(order, FailureReason.PROVIDER_FAILED)
            return self._runs.fail(order, FailureReason.PROVIDER_FAILED, "out of memory")
        return self._stopped(order)

    def _stopped(self, order: str) -> Report:
        self.befalls(order, FailureReason.PROVIDER_CANCELED)
        return self._runs.stop(order)


class Trainer(_Provider):
    """Trains."""

    kind = RunKind.TRAINING
    takes_s = 25 * MINUTE_S

    def __init__(self, weather: Weather, office: Office) -> None:
        self.memory = MemoryTrainer()
        super().__init__(weather, office, self.memory)

    async def find(self, order: TrainingId) -> Ticket | None:
        """Return the run started for this order."""
        await self.asked()
        return await self.memory.find(order)

    async def submit(self, order: TrainingOrder) -> Ticket:
        """Start training."""
        return await self.handed(order.id, lambda: self.memory.submit(order))

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands."""
        return await self.word_of(ticket)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the run."""
        answered = await self.call()
        self.stop(self.memory.order_of(ticket))
        await self.answer(answered=answered)

    def finish(self, order: str) -> Report:
        """End a run with a model."""
        oracle, report = self.office.oracle, self.memory.finish(TrainingId(order))
        oracle.trained.add(order)
        oracle.models[oracle.sittings[order].avatar] = report.model
        return report


class Painter(_Provider):
    """Paints."""

    kind = RunKind.PORTRAITS
    takes_s = 30.0

    def __init__(self, weather: Weather, office: Office) -> None:
        self.memory = MemoryPainter()
        super().__init__(weather, office, self.memory)
        self._painted: dict[str, tuple[str, float]] = {}
        """Of each order, and of each image, its order and when it was painted."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        """Return the run started for this order."""
        await self.asked()
        return await self.memory.find(order)

    async def submit(self, order: PaintingOrder) -> Ticket:
        """Start painting."""
        return await self.handed(order.id, lambda: self.memory.submit(order))

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands, for an hour after its end."""
        report = await self.word_of(ticket)
        self._remember(self.memory.order_of(ticket))
        return report

    async def fetch(self, image: str) -> bytes:
        """Return an image, for an hour."""
        await self.asked()
        self._remember(image)
        return await self.memory.fetch(image)

    def finish(self, order: str) -> Report:
        """End a run with its images; some runs make fewer than were ordered."""
        report = self.memory.finish(PortraitOrderId(order))
        for name in (order, *report.images):
            self._painted[name] = order, self.weather.time()
        if len(report.images) > 1 and self.luck.strikes(Fault.REFUSAL, self.chance):
            return replace(report, images=report.images[:-1])
        return report

    def _remember(self, name: str) -> None:
        order, painted_s = self._painted.get(name, (name, self.weather.time()))
        if self.weather.time() > painted_s + IMAGES_KEPT_S:
            self.befalls(order, FailureReason.VANISHED)
            raise RunVanished
