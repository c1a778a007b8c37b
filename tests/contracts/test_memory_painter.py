import pytest

from adapters.memory import MemoryPainter
from avatar_core.ids import PortraitOrderId
from avatar_core.ports import PaintingOrder
from avatar_core.testing.examples import MODEL, uid
from avatar_core.testing.painter import PainterContract
from avatar_core.testing.provider import PainterWorld
from tests.contracts.memory_provider import memory_switches


async def order(number: int, count: int) -> PaintingOrder:
    return PaintingOrder(PortraitOrderId(uid(6, number)), MODEL, "photo of TOK_QWERTY, a woman", "2:3", count, 42)


class TestMemoryPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        painter = MemoryPainter()
        switches = memory_switches(painter, lambda name: painter.finish(PortraitOrderId(name)))
        return PainterWorld(painter, switches, order, painter.delete_image)
