from pathlib import Path

import pytest

from adapters.images import PillowInspector
from avatar_core.testing.photo_inspector import InspectionWorld, PhotoInspectorContract

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))


class TestPillowInspector(PhotoInspectorContract):
    @pytest.fixture
    def world(self) -> InspectionWorld:
        return InspectionWorld(PillowInspector(), *(path.read_bytes() for path in PHOTOS[:2]))
