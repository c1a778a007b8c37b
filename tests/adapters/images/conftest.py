"""Sample photos of people, the same ones encoded anew, and a bomb."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from adapters.images import PillowInspector
from avatar_core.photos import InspectedPhoto

PHOTOS = sorted((Path(__file__).parents[3] / "examples" / "photos").glob("*.jpg"))
PORTRAIT = PHOTOS[0].read_bytes()


@pytest.fixture
def inspector() -> PillowInspector:
    return PillowInspector()


def encoded(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def portrait() -> Image.Image:
    return Image.open(io.BytesIO(PORTRAIT)).convert("RGB")


def bits_between(one: InspectedPhoto, other: InspectedPhoto) -> int:
    return (one.fingerprint ^ other.fingerprint).bit_count()


def png_of_one_colour(width_px: int, height_px: int) -> bytes:
    """Make a PNG bomb: lines of zeros, deflated piece by piece."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer, line = zlib.compressobj(9), bytes(1 + width_px // 8)
    packed = b"".join(packer.compress(line) for _ in range(height_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
