from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.disk import DiskPhotoStore
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld
from tests.full_disk import files_no_larger_than


class TestDiskPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[PhotoStoreWorld]:
        with ExitStack() as full:
            yield PhotoStoreWorld(
                store=DiskPhotoStore(tmp_path / "photos"),
                fill_disk=lambda: full.enter_context(files_no_larger_than(0)),
            )
