"""Trainers and painters with one mistake each, in the suites that must catch it (see test_wrong_adapters)."""

from contextlib import suppress
from dataclasses import replace

import pytest

from adapters.memory import MemoryPainter, MemoryTrainer
from avatar_core.errors import ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import PortraitOrderId, TrainingId
from avatar_core.ports import PaintingOrder, TrainingOrder
from avatar_core.runs import Ticket
from avatar_core.testing.painter import PainterContract
from avatar_core.testing.provider import PainterWorld, TrainerWorld
from avatar_core.testing.trainer import UNENDED, TrainerContract
from tests.contracts.memory_provider import memory_switches
from tests.contracts.test_memory_painter import order as painting
from tests.contracts.test_memory_trainer import order as training


def trainer_world(trainer: MemoryTrainer) -> TrainerWorld:
    return TrainerWorld(trainer, memory_switches(trainer, lambda name: trainer.finish(TrainingId(name))), training)


def painter_world(painter: MemoryPainter) -> PainterWorld:
    switches = memory_switches(painter, lambda name: painter.finish(PortraitOrderId(name)))
    return PainterWorld(painter, switches, painting, painter.delete_image)


class TidyTrainer(MemoryTrainer):
    """Finds only what still runs, so that a run which ended before its answer came is paid for twice."""

    async def find(self, order: TrainingId) -> Ticket | None:
        found = await super().find(order)
        return found if found and (await self.report(found)).status in UNENDED else None


class TestTidyTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        return trainer_world(TidyTrainer())


class CarelessTrainer(MemoryTrainer):
    """Says that a run is stopped when nobody heard of it."""

    async def cancel(self, ticket: Ticket) -> None:
        with suppress(ProviderUnavailable):
            await super().cancel(ticket)


class TestCarelessTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        return trainer_world(CarelessTrainer())


class StubbornTrainer(MemoryTrainer):
    """Takes a refusal for an outage, so that it is tried for a day."""

    async def submit(self, order: TrainingOrder) -> Ticket:
        try:
            return await super().submit(order)
        except ProviderRefused as cause:
            raise ProviderUnavailable(reason="status 422") from cause


class TestStubbornTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        return trainer_world(StubbornTrainer())


class DeafTrainer(MemoryTrainer):
    """Trains as it always does, whatever was ordered and paid for."""

    async def submit(self, order: TrainingOrder) -> Ticket:
        return await super().submit(replace(order, trigger="TOK", steps=1000))


class TestDeafTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        return trainer_world(DeafTrainer())


class TidyPainter(MemoryPainter):
    """Finds only what still runs."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        found = await super().find(order)
        return found if found and (await self.report(found)).status in UNENDED else None


class TestTidyPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        return painter_world(TidyPainter())


class BlindPainter(MemoryPainter):
    """Takes an outage for the answer that there is no run."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        with suppress(ProviderUnavailable):
            return await super().find(order)
        return None


class TestBlindPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        return painter_world(BlindPainter())


class DespondentPainter(MemoryPainter):
    """Gives up an image that it cannot have at once."""

    async def fetch(self, image: str) -> bytes:
        try:
            return await super().fetch(image)
        except (ProviderUnavailable, ProviderUnauthorized) as cause:
            raise RunVanished from cause


class TestDespondentPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        return painter_world(DespondentPainter())


class DeafPainter(MemoryPainter):
    """Paints with a seed of its own, so that nothing can be painted again."""

    async def submit(self, order: PaintingOrder) -> Ticket:
        return await super().submit(replace(order, seed=0))


class TestDeafPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        return painter_world(DeafPainter())
