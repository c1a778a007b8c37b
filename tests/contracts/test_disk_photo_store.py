import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.disk import DiskPhotoStore
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld


class TestDiskPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[PhotoStoreWorld]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        yield PhotoStoreWorld(
            store=DiskPhotoStore(tmp_path / "photos"),
            fill_disk=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard)),  # the kernel refuses every write
        )
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
