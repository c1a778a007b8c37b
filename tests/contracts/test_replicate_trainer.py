from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from avatar_core.ports import TrainingOrder
from tests.adapters.replicate.conftest import opened_studio, studio_switches
from tests.contracts.provider import TrainerWorld
from tests.contracts.trainer import TrainerContract
from tests.examples import uid


class TestReplicateTrainer(TrainerContract):
    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncIterator[TrainerWorld]:
        async with opened_studio(tmp_path) as studio:

            async def order(number: int) -> TrainingOrder:
                return await studio.training(uid(5, number))

            yield TrainerWorld(studio.trainer, studio_switches(studio.replicate, "training"), order)
