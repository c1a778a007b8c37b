from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from avatar_core.ports import PaintingOrder
from avatar_core.testing.examples import uid
from avatar_core.testing.painter import PainterContract
from avatar_core.testing.provider import PainterWorld
from tests.adapters.replicate.conftest import opened_studio, studio_switches


class TestReplicatePainter(PainterContract):
    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncIterator[PainterWorld]:
        async with opened_studio(tmp_path) as studio:

            async def order(number: int, count: int) -> PaintingOrder:
                return studio.painting(uid(6, number), count=count)

            def delete_image(address: str) -> None:
                del studio.replicate.provider.delivered[address.partition("/delivery/")[2]]

            yield PainterWorld(studio.painter, studio_switches(studio.replicate, "prediction"), order, delete_image)
