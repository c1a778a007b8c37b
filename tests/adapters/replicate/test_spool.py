"""A large archive that waits on this machine's disk for its upload."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.replicate.trainer import IN_MEMORY_BYTES
from avatar_core.errors import StoreUnavailable
from avatar_core.ids import PhotoRef
from avatar_core.ports import TrainingOrder
from tests.adapters.replicate.conftest import Studio
from tests.full_disk import files_no_larger_than


async def a_large_training(studio: Studio) -> TrainingOrder:
    order, photos = await studio.training(), studio.trainer.photos
    photo = PhotoRef("trainings/order-1/large.jpg")
    await photos.put(photo, bytes(IN_MEMORY_BYTES))
    await photos.pack(order.archive, [photo])
    return order


async def test_without_room_for_the_archive_the_store_is_unavailable_and_nothing_starts(studio: Studio) -> None:
    order = await a_large_training(studio)
    with files_no_larger_than(1024), pytest.raises(StoreUnavailable):
        await studio.trainer.submit(order)
    assert (studio.replicate.files, studio.replicate.trainings) == ([], [])
    await studio.trainer.submit(order)
    assert [len(file.content) > IN_MEMORY_BYTES for file in studio.replicate.files] == [True]


async def test_the_archive_waits_where_it_was_told_to(studio: Studio, tmp_path: Path) -> None:
    order = await a_large_training(studio)
    with pytest.raises(StoreUnavailable):
        await replace(studio.trainer, spool=tmp_path / "gone").submit(order)
