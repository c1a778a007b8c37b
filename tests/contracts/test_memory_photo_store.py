import pytest

from adapters.memory import FrozenClock, MemoryPhotoStore
from avatar_core.testing.examples import NOW
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld


class TestMemoryPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        store = MemoryPhotoStore(clock=FrozenClock(NOW))
        return PhotoStoreWorld(store, lambda: setattr(store, "full", True))
