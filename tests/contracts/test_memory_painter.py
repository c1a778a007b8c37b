import pytest

from adapters.memory import MemoryPainter
from avatar_core.ids import PortraitOrderId
from avatar_core.ports import PaintingOrder
from tests.contracts.memory_provider import memory_switches
from tests.contracts.painter import PainterContract
from tests.contracts.provider import PainterWorld
from tests.examples import MODEL, uid


async def order(number: int, count: int) -> PaintingOrder:
    return PaintingOrder(PortraitOrderId(uid(6, number)), MODEL, "photo of TOK_QWERTY, a woman", "2:3", count, 42)


class TestMemoryPainter(PainterContract):
    @pytest.fixture
    def world(self) -> PainterWorld:
        painter = MemoryPainter()
        switches = memory_switches(painter, lambda name: painter.finish(PortraitOrderId(name)))
        return PainterWorld(painter, switches, order, painter.delete_image)
