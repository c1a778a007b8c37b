import pytest

from adapters.memory import HashInspector
from avatar_core.testing.photo_inspector import InspectionWorld, PhotoInspectorContract


class TestHashInspector(PhotoInspectorContract):
    @pytest.fixture
    def world(self) -> InspectionWorld:
        return InspectionWorld(HashInspector(), b"one picture", b"another picture")
