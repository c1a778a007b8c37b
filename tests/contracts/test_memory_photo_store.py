import pytest

from adapters.memory import MemoryPhotoStore
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld


class TestMemoryPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        store = MemoryPhotoStore()
        return PhotoStoreWorld(store, lambda: setattr(store, "full", True))
