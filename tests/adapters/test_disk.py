"""The photo store on disk: what its port's contract does not say."""

import asyncio
import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.disk import DiskPhotoStore, UnsafeRef
from avatar_core.errors import PhotoNotFound, StoreUnavailable
from avatar_core.ids import PhotoRef
from tests.full_disk import files_no_larger_than

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"
REF = PhotoRef("trainings/t1/one.jpg")


@pytest.fixture
def store(tmp_path: Path) -> DiskPhotoStore:
    return DiskPhotoStore(tmp_path / "photos")


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "ref", ["../secret", "a/../../secret", "/etc/passwd", "", ".", "a/.hidden", ".incoming/x", "a\\..\\b", "a\0b"]
)
async def test_a_ref_that_leads_out_of_the_store_is_refused(store: DiskPhotoStore, tmp_path: Path, ref: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for attempt in (store.get, store.delete):
        with pytest.raises(UnsafeRef):
            await attempt(PhotoRef(ref))
    with pytest.raises(UnsafeRef):
        await store.put(PhotoRef(ref), b"overwritten")
    with pytest.raises(UnsafeRef):
        await store.pack(PhotoRef("all.zip"), [PhotoRef(ref)])
    with pytest.raises(UnsafeRef):
        _ = [piece async for piece in store.read(PhotoRef(ref))]
    assert files(tmp_path) == ["secret"]


async def test_only_the_owner_can_read_what_is_kept(store: DiskPhotoStore) -> None:
    await store.put(REF, b"face")
    modes = {str(path.relative_to(store.root)): path.stat().st_mode for path in [store.root, *store.root.rglob("*")]}
    assert {stat.S_IMODE(mode) for mode in modes.values() if stat.S_ISDIR(mode)} == {0o700}
    assert {stat.S_IMODE(mode) for mode in modes.values() if stat.S_ISREG(mode)} == {0o600}


async def test_a_full_disk_leaves_nothing_half_written(store: DiskPhotoStore) -> None:
    await store.put(REF, b"first")
    with files_no_larger_than(64 * 1024), pytest.raises(StoreUnavailable):
        await store.put(REF, bytes(1024 * 1024))
    assert await store.get(REF) == b"first"
    assert files(store.root) == [REF]


async def test_a_full_disk_leaves_no_archive(store: DiskPhotoStore) -> None:
    await store.put(REF, bytes(100_000))
    with files_no_larger_than(64 * 1024), pytest.raises(StoreUnavailable):
        await store.pack(PhotoRef("t1.zip"), [REF])
    assert files(store.root) == [REF]


async def test_a_folder_in_the_files_place_is_the_stores_failure(store: DiskPhotoStore) -> None:
    await store.put(REF, b"face")
    with pytest.raises(StoreUnavailable):
        await store.put(PhotoRef(f"{REF}/below"), b"x")
    with pytest.raises(StoreUnavailable):
        await store.put(PhotoRef("trainings/t1"), b"x")
    with pytest.raises(PhotoNotFound):
        await store.get(PhotoRef("trainings/t1"))
    await store.delete(PhotoRef("trainings/t1"))
    assert files(store.root) == [REF]


async def test_an_archive_misses_no_photo_silently(store: DiskPhotoStore) -> None:
    await store.put(REF, b"face")
    with pytest.raises(PhotoNotFound):
        await store.pack(PhotoRef("t1.zip"), [REF, PhotoRef("gone.jpg")])
    assert files(store.root) == [REF]


async def test_an_archive_holds_the_photos_as_they_are_numbered_in_order(store: DiskPhotoStore) -> None:
    photos = [path.read_bytes() for path in sorted(PHOTOS.glob("*.jpg"))]
    refs = [PhotoRef(f"trainings/t1/{number}{'.png' if number == 1 else '.jpg'}") for number in range(12)]
    for ref, content in zip(refs, photos, strict=True):
        await store.put(ref, content)
    await store.pack(PhotoRef("archives/t1.zip"), refs)
    with zipfile.ZipFile(store.root / "archives" / "t1.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["01.jpg", "02.png", "03.jpg"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert [archive.read(name) for name in archive.namelist()] == photos


async def test_packing_again_gives_the_same_bytes(store: DiskPhotoStore) -> None:
    archive = PhotoRef("t1.zip")
    await store.put(REF, b"face")
    await store.pack(archive, [REF])
    first = await store.get(archive)
    os.utime(store.root / REF, (0, 0))
    await store.pack(archive, [REF])
    assert await store.get(archive) == first


async def test_an_archive_is_streamed_in_pieces(store: DiskPhotoStore) -> None:
    content = os.urandom(700_000)
    await store.put(REF, content)
    pieces = [piece async for piece in store.read(REF)]
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) == 256 * 1024


async def test_writers_of_one_ref_at_once_leave_one_whole_content(store: DiskPhotoStore) -> None:
    contents = [bytes([number]) * 100_000 for number in range(16)]
    await asyncio.gather(*(store.put(REF, content) for content in contents))
    assert await store.get(REF) in contents
    assert files(store.root) == [REF]


async def test_what_a_killed_process_left_is_swept_and_what_is_being_written_is_not(store: DiskPhotoStore) -> None:
    await store.put(REF, b"face")
    old, young = (store.root / ".incoming" / name for name in ("old", "young"))
    old.write_bytes(b"half a face")
    os.utime(old, (0, 0))
    young.write_bytes(b"half")
    assert store.sweep() == 1
    assert files(store.root) == [".incoming/young", REF]


@pytest.mark.parametrize("stray", ["trainings/.DS_Store", "trainings/t1/.nfs1", "trainings/.cache/x", "trainings/a\\b"])
async def test_what_is_no_ref_is_not_told_as_one(store: DiskPhotoStore, stray: str) -> None:
    await store.put(REF, b"face")
    put_into(store.root / stray)
    written = [ref async for ref in store.written("trainings", datetime.now(UTC) + timedelta(days=1))]
    assert written == [REF]


def put_into(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"none of ours")
