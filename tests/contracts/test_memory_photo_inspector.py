import pytest

from adapters.memory import HashInspector
from avatar_core.ports import PhotoInspector
from avatar_core.testing.photo_inspector import InspectionWorld, PhotoInspectorContract


def inspection_world(inspector: PhotoInspector) -> InspectionWorld:
    telling = b"a third picture\nEXIF: Palace Square"
    return InspectionWorld(inspector, b"one picture", b"another picture", telling, (b"Palace Square",))


class TestHashInspector(PhotoInspectorContract):
    @pytest.fixture
    def world(self) -> InspectionWorld:
        return inspection_world(HashInspector())
