"""The archive of photographs that a training starts from: read as the trainer reads it, refused as it refuses it."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic"})
KEPT_PHOTOS = 24
KEPT_SIDE_PX = 1280
MAX_PIXELS = 100_000_000


class ArchiveUnusableError(Exception):
    """The archive cannot be trained on; the text becomes the training's error."""


async def read_photos(content: bytes) -> tuple[bytes, ...]:
    """Return the archive's photographs, turned upright and shrunk to 1280 px.  Raises ArchiveUnusableError."""
    return await asyncio.to_thread(lambda: tuple(_photos(content)))


def _photos(content: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if _is_photo(name)]
            if not names:
                message = "No images found in the input_images archive."
                raise ArchiveUnusableError(message)
            for name in names[:KEPT_PHOTOS]:
                yield _shrink(name, archive.read(name))
    except zipfile.BadZipFile as error:
        message = "input_images must be a zip file: File is not a zip file"
        raise ArchiveUnusableError(message) from error


def _is_photo(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.suffix.lower() in PHOTO_SUFFIXES and not hidden


def _shrink(name: str, photo: bytes) -> bytes:
    kept = io.BytesIO()
    try:
        with Image.open(io.BytesIO(photo)) as image:
            if image.width * image.height > MAX_PIXELS:
                message = f"image {name} is too large"
                raise ArchiveUnusableError(message)
            image.draft("RGB", (KEPT_SIDE_PX, KEPT_SIDE_PX))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((KEPT_SIDE_PX, KEPT_SIDE_PX))
            upright.save(kept, "JPEG", quality=92)
    except (UnidentifiedImageError, OSError) as error:
        message = f"cannot identify image file '{name}'"
        raise ArchiveUnusableError(message) from error
    return kept.getvalue()
