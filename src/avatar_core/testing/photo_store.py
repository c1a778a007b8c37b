"""What every photo store must do."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_core.errors import PhotoNotFound, StoreUnavailable
from avatar_core.ids import PhotoRef
from avatar_core.ports import PhotoStore
from avatar_core.testing import strategies
from avatar_core.testing.properties import SHARED_ADAPTER, Opaque

LARGE = bytes(range(256)) * 8192
"""2 MB: more than one piece."""
LONG_BEFORE, LONG_AFTER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ABSENT = PhotoRef("photos/absent.jpg")


@dataclass(frozen=True)
class PhotoStoreWorld(Opaque):
    """An empty store, and the switch after which nothing more fits on its disk."""

    store: PhotoStore
    fill_disk: Callable[[], None]


async def streamed(store: PhotoStore, ref: PhotoRef) -> bytes:
    """Read a photo piece by piece."""
    return b"".join([piece async for piece in store.read(ref)])


class PhotoStoreContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        raise NotImplementedError

    @pytest.mark.parametrize("content", [b"", b"\x00\xff small", LARGE], ids=["empty", "small", "large"])
    async def test_what_is_kept_comes_back_whole_and_in_pieces(self, world: PhotoStoreWorld, content: bytes) -> None:
        ref = PhotoRef("photos/customer/draft/1.jpg")
        await world.store.put(ref, content)
        assert await world.store.get(ref) == content
        assert await streamed(world.store, ref) == content

    @SHARED_ADAPTER
    @given(ref=strategies.photo_refs(), content=st.binary(max_size=2_000))
    async def test_any_content_under_any_ref_comes_back(
        self, world: PhotoStoreWorld, ref: PhotoRef, content: bytes
    ) -> None:
        await world.store.put(ref, content)
        assert await world.store.get(ref) == await streamed(world.store, ref) == content

    async def test_large_content_is_streamed_in_pieces(self, world: PhotoStoreWorld) -> None:
        await world.store.put(PhotoRef("large.jpg"), LARGE)
        assert len([piece async for piece in world.store.read(PhotoRef("large.jpg"))]) > 1

    async def test_a_ref_written_twice_holds_the_last_content(self, world: PhotoStoreWorld) -> None:
        ref = PhotoRef("photos/1.jpg")
        await world.store.put(ref, LARGE)
        await world.store.put(ref, b"last")
        assert await world.store.get(ref) == b"last"

    async def test_what_is_not_there_is_not_found(self, world: PhotoStoreWorld) -> None:
        with pytest.raises(PhotoNotFound):
            await world.store.get(ABSENT)
        with pytest.raises(PhotoNotFound):
            await streamed(world.store, ABSENT)

    async def test_what_is_deleted_is_gone_and_deleting_again_is_harmless(self, world: PhotoStoreWorld) -> None:
        ref, other = PhotoRef("photos/1.jpg"), PhotoRef("photos/2.jpg")
        await world.store.put(ref, b"1")
        await world.store.put(other, b"2")
        await world.store.delete(ref)
        await world.store.delete(ref)
        with pytest.raises(PhotoNotFound):
            await world.store.get(ref)
        assert await world.store.get(other) == b"2"

    async def test_a_pack_is_a_zip_of_numbered_photos_in_their_order(self, world: PhotoStoreWorld) -> None:
        refs = [PhotoRef(f"photos/{name}") for name in ("b.jpg", "a.png", "c.webp")]
        for number, ref in enumerate(refs):
            await world.store.put(ref, LARGE + bytes([number]))
        archive = PhotoRef("archives/order-1.zip")
        await world.store.pack(archive, refs)
        with zipfile.ZipFile(io.BytesIO(await world.store.get(archive))) as packed:
            assert packed.namelist() == ["01.jpg", "02.png", "03.webp"]
            assert {each.compress_type for each in packed.infolist()} == {zipfile.ZIP_STORED}
            assert [packed.read(name) for name in packed.namelist()] == [LARGE + bytes([n]) for n in range(3)]

    async def test_one_name_in_two_folders_is_two_photos_in_a_pack(self, world: PhotoStoreWorld) -> None:
        refs = [PhotoRef("album-1/photo.jpg"), PhotoRef("album-2/photo.jpg")]
        for number, ref in enumerate(refs):
            await world.store.put(ref, bytes([number]))
        await world.store.pack(PhotoRef("archive.zip"), refs)
        with zipfile.ZipFile(io.BytesIO(await world.store.get(PhotoRef("archive.zip")))) as packed:
            assert [packed.read(name) for name in packed.namelist()] == [b"\x00", b"\x01"]

    async def test_a_pack_has_all_photos_however_many(self, world: PhotoStoreWorld) -> None:
        refs = [PhotoRef(f"photos/{number}.jpg") for number in range(100)]
        for number, ref in enumerate(refs):
            await world.store.put(ref, bytes([number]))
        await world.store.pack(PhotoRef("archive.zip"), refs)
        with zipfile.ZipFile(io.BytesIO(await world.store.get(PhotoRef("archive.zip")))) as packed:
            assert [packed.read(name) for name in packed.namelist()] == [bytes([number]) for number in range(100)]
            assert packed.namelist()[8:10] == ["09.jpg", "10.jpg"]

    async def test_a_pack_with_a_photo_missing_is_not_written(self, world: PhotoStoreWorld) -> None:
        await world.store.put(PhotoRef("photos/1.jpg"), b"1")
        with pytest.raises(PhotoNotFound):
            await world.store.pack(PhotoRef("archive.zip"), [PhotoRef("photos/1.jpg"), ABSENT])
        with pytest.raises(PhotoNotFound):
            await world.store.get(PhotoRef("archive.zip"))

    async def test_on_a_full_disk_nothing_is_written_and_nothing_is_lost(self, world: PhotoStoreWorld) -> None:
        kept = PhotoRef("photos/kept.jpg")
        await world.store.put(kept, b"kept")
        world.fill_disk()
        for attempt in (world.store.put(kept, LARGE), world.store.pack(PhotoRef("archive.zip"), [kept])):
            with pytest.raises(StoreUnavailable):
                await attempt
        assert await world.store.get(kept) == b"kept"
        with pytest.raises(PhotoNotFound):
            await world.store.get(PhotoRef("archive.zip"))

    async def test_of_what_never_fitted_on_a_full_disk_nothing_is_left(self, world: PhotoStoreWorld) -> None:
        kept, new = PhotoRef("photos/kept.jpg"), PhotoRef("photos/new.jpg")
        await world.store.put(kept, b"kept")
        world.fill_disk()
        for attempt in (world.store.put(new, LARGE), world.store.pack(PhotoRef("photos/new.zip"), [kept])):
            with pytest.raises(StoreUnavailable):
                await attempt
        with pytest.raises(PhotoNotFound):
            await world.store.get(new)
        with pytest.raises(PhotoNotFound):
            await streamed(world.store, new)
        assert [ref async for ref in world.store.written("photos", LONG_AFTER)] == [kept]

    async def test_a_full_disk_can_still_be_read_and_cleared(self, world: PhotoStoreWorld) -> None:
        kept = PhotoRef("photos/kept.jpg")
        await world.store.put(kept, b"kept")
        world.fill_disk()
        assert await streamed(world.store, kept) == b"kept"
        await world.store.delete(kept)
        with pytest.raises(PhotoNotFound):
            await world.store.get(kept)

    # --- what lies there

    async def test_what_was_written_before_a_moment_is_found_folder_by_folder(self, world: PhotoStoreWorld) -> None:
        refs = {PhotoRef("photos/customer/1.jpg"), PhotoRef("photos/2.jpg")}
        for ref in (*refs, PhotoRef("photos_of_others/3.jpg")):
            await world.store.put(ref, b"content")
        assert {ref async for ref in world.store.written("photos", LONG_AFTER)} == refs
        assert [ref async for ref in world.store.written("photos", LONG_BEFORE)] == []
        assert [ref async for ref in world.store.written("nothing", LONG_AFTER)] == []
        await world.store.delete(PhotoRef("photos/2.jpg"))
        assert [ref async for ref in world.store.written("photos", LONG_AFTER)] == ["photos/customer/1.jpg"]
