import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from adapters.images import PillowInspector
from avatar_core.testing.photo_inspector import InspectionWorld, PhotoInspectorContract

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))


EXIF: dict[int, object] = {
    ExifTags.Base.Make: "Example Cameras",
    ExifTags.Base.DateTime: "2026:03:01 12:30:15",
    ExifTags.Base.ImageDescription: "Palace Square",
    ExifTags.Base.Orientation: 6,
}


def telling(path: Path) -> bytes:
    """A photo as a phone writes it: on its side, and with a word on the place, the time and the device."""
    exif, written = Image.Exif(), io.BytesIO()
    exif.update(EXIF)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = b"59.939, 30.316"
    with Image.open(path) as photo:
        photo.save(written, "JPEG", exif=exif)
    return written.getvalue()


class TestPillowInspector(PhotoInspectorContract):
    @pytest.fixture
    def world(self) -> InspectionWorld:
        photo, other = (path.read_bytes() for path in PHOTOS[:2])
        tells = (b"Example Cameras", b"2026:03:01", b"Palace Square", b"59.939, 30.316")
        return InspectionWorld(PillowInspector(), photo, other, telling(PHOTOS[2]), tells)
