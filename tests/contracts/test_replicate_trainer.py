from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from avatar_core.ports import TrainingOrder
from avatar_core.testing.examples import uid
from avatar_core.testing.provider import TrainerWorld
from avatar_core.testing.trainer import TrainerContract
from tests.adapters.replicate.conftest import opened_studio, studio_switches


class TestReplicateTrainer(TrainerContract):
    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncIterator[TrainerWorld]:
        async with opened_studio(tmp_path) as studio:

            async def order(number: int) -> TrainingOrder:
                return await studio.training(uid(5, number))

            yield TrainerWorld(studio.trainer, studio_switches(studio.replicate, "training"), order)
