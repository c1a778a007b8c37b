"""What every photo inspector must do."""

from dataclasses import dataclass
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_core.errors import PhotoRefused
from avatar_core.photos import NEAR_DUPLICATE_BITS, SMALLEST_SIDE_PX, PhotoProblem
from avatar_core.ports import PhotoInspector
from avatar_core.testing.properties import SHARED_ADAPTER, Opaque


@dataclass(frozen=True)
class InspectionWorld(Opaque):
    """An inspector and three different photos that it accepts."""

    inspector: PhotoInspector
    photo: bytes
    other: bytes
    telling: bytes
    """A photo whose file tells where, when and with what it was taken."""
    tells: tuple[bytes, ...]
    """What it tells, as its bytes have it."""


class PhotoInspectorContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> InspectionWorld:
        raise NotImplementedError

    async def test_an_accepted_photo_is_described(self, world: InspectionWorld) -> None:
        seen = await world.inspector.inspect(world.photo)
        assert seen.sha256 == sha256(world.photo).hexdigest()
        assert seen.size_bytes == len(world.photo)
        assert min(seen.width_px, seen.height_px) >= SMALLEST_SIDE_PX
        assert 0 <= seen.fingerprint < 2**64
        assert seen.suffix.startswith(".")

    async def test_the_same_photo_is_described_the_same(self, world: InspectionWorld) -> None:
        assert await world.inspector.inspect(world.photo) == await world.inspector.inspect(world.photo)

    async def test_what_is_kept_of_a_photo_shows_the_same_and_is_the_same_each_time(
        self, world: InspectionWorld
    ) -> None:
        kept = await world.inspector.prepared(world.photo)
        assert kept == await world.inspector.prepared(world.photo)
        seen, again = await world.inspector.inspect(world.photo), await world.inspector.inspect(kept)
        assert (seen.width_px, seen.height_px) == (again.width_px, again.height_px)
        assert (seen.fingerprint ^ again.fingerprint).bit_count() <= NEAR_DUPLICATE_BITS

    async def test_nothing_is_kept_of_what_the_file_tells(self, world: InspectionWorld) -> None:
        assert world.tells
        assert all(told in world.telling for told in world.tells)
        kept = await world.inspector.prepared(world.telling)
        assert [told for told in world.tells if told in kept] == []
        seen, again = await world.inspector.inspect(world.telling), await world.inspector.inspect(kept)
        assert (seen.width_px, seen.height_px) == (again.width_px, again.height_px)
        assert (seen.fingerprint ^ again.fingerprint).bit_count() <= NEAR_DUPLICATE_BITS

    async def test_different_photos_do_not_pass_for_each_other(self, world: InspectionWorld) -> None:
        one, other = await world.inspector.inspect(world.photo), await world.inspector.inspect(world.other)
        assert one.sha256 != other.sha256
        assert (one.fingerprint ^ other.fingerprint).bit_count() > NEAR_DUPLICATE_BITS

    async def test_nothing_is_unreadable(self, world: InspectionWorld) -> None:
        with pytest.raises(PhotoRefused) as refused:
            await world.inspector.inspect(b"")
        assert refused.value.reason == PhotoProblem.UNREADABLE

    @SHARED_ADAPTER
    @given(data=st.data())
    async def test_a_photo_with_a_byte_changed_is_described_or_refused(
        self, world: InspectionWorld, data: st.DataObject
    ) -> None:
        place, byte = data.draw(st.integers(0, len(world.photo) - 1)), data.draw(st.binary(min_size=1, max_size=1))
        changed = world.photo[:place] + byte + world.photo[place + 1 :]
        try:
            seen = await world.inspector.inspect(changed)
        except PhotoRefused:
            return
        assert seen.sha256 == sha256(changed).hexdigest()
