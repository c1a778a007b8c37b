"""Photos looked at with Pillow: what they really are, whether they are sharp, and what they look like."""

import asyncio
import hashlib
import io
import itertools
import math
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pillow_heif
from PIL import Image, ImageFilter, ImageOps, ImageStat

from avatar_core.errors import PhotoRefused
from avatar_core.photos import LARGEST_BYTES, SMALLEST_SIDE_PX, InspectedPhoto, PhotoProblem

MOST_PIXELS = 50_000_000
"""A phone's largest photo; the check comes before decoding, for 250 KB of PNG can hold 170 megapixels."""
JUDGED_SIDE_PX = 768
"""Sharpness is judged at this size, so that it means the same for photos of all sizes."""
LEAST_SHARPNESS = 15.0
"""Variance of the Laplacian: the twelve sample photos have 66 and more, blurred by a radius of 4 px 8 and less."""
AT_ONCE = 2
"""Photos decoded at the same time: one of 50 megapixels takes up to 200 MB."""
SUFFIX = ".jpg"
"""What is kept of any format: not every trainer reads WebP and HEIC, and a PNG of a photo is several times as large."""
LARGEST_KEPT_BYTES = 1_900_000
"""The most photos of a training, 50, have 95 MB then: Replicate takes a file of 100 MB at most."""
KEPT_SIDES_PX = (2048, 1536, 1024)
"""As many pixels as a square of such a side has are kept: trainers work at 1,024, the next one is for pure noise."""
QUALITIES = (95, 90, 85, 75)
PREVIEW_SIDE_PX = 1280
PREVIEW_QUALITY = 80
"""A preview has 1.1 MB of noise at most; ten are sent at once."""
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_DEEP_MODES = {"I", "I;16", "I;16B", "I;16L", "F"}
"""Shades finer than 8 bits: measurements and masks, no photos, and cut off where they are brought down to 8 bits."""
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_HASH_SIDE = 8
_ORIENTATION = 0x0112
_TURNS: Mapping[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a photo upright, by its orientation in EXIF; any other one is upright already."""
_SIDEWAYS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}
_PREVIEWS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="previews")
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's readers let through when a file is broken; UnidentifiedImageError is an OSError.
_BROKEN = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError)
_MALFORMED = (ValueError, struct.error, zlib.error, *_BROKEN)

pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class PillowInspector:
    """Reads JPEG, PNG, WebP and HEIC by their content, never by their name, in a thread."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def inspect(self, content: bytes) -> InspectedPhoto:
        """Return what the photo is.

        Raises PhotoRefused: TOO_LARGE over 10 MB, UNREADABLE for other formats and broken files, TOO_MANY_PIXELS over
        50 megapixels, TOO_SMALL under 512 px a side, BLURRED (product page 1.4).
        """
        async with self.turns:
            return await asyncio.to_thread(_inspected, content)

    async def prepared(self, content: bytes) -> bytes:
        """Return the photo upright, as JPEG of 1.9 MB and 4.2 megapixels at most.

        Nothing but the picture is kept: no EXIF (the place it was taken in it), no profile, no words, no second frame.
        """
        async with self.turns:
            return await asyncio.to_thread(_prepared, content)


async def preview(content: bytes) -> bytes:
    """Return a photo small enough for ten of them to be sent at once, as JPEG; what is no photo stays as it is.

    One at a time in this process: a photo of 50 megapixels takes up to 200 MB.
    """
    return await asyncio.get_running_loop().run_in_executor(_PREVIEWS, _preview, content)


def _preview(content: bytes) -> bytes:
    kept = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _require_size(image)
            image.draft("RGB", (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
            small = image.convert("RGB")
    except (PhotoRefused, *_BOMBS, *_MALFORMED):
        return content
    small.thumbnail((PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
    small.save(kept, "JPEG", quality=PREVIEW_QUALITY)
    return kept.getvalue()


def _prepared(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        turn = _turn(image)
        width_px, height_px = _within(image, KEPT_SIDES_PX[0])
        if image.format == "JPEG" and image.mode != "CMYK" and turn is None and image.size == (width_px, height_px):
            kept = _jpeg(image, "keep")
            if len(kept) <= LARGEST_KEPT_BYTES:
                return kept
        image.draft("RGB", (width_px, height_px))
        photo = image.convert("RGB")
    photo.thumbnail((width_px, height_px))
    return _brought_down(photo if turn is None else photo.transpose(turn))


def _brought_down(photo: Image.Image) -> bytes:
    """Return the best JPEG that is small enough; the last one is, for even noise has 0.6 MB then."""
    kept = b""
    for side_px, quality in itertools.product(KEPT_SIDES_PX, QUALITIES):
        photo.thumbnail(_within(photo, side_px))
        kept = _jpeg(photo, quality)
        if len(kept) <= LARGEST_KEPT_BYTES:
            break
    return kept


def _within(image: Image.Image, side_px: int) -> tuple[int, int]:
    """Return the size of the image with no more pixels than a square has, in its own proportions."""
    share = min(1.0, side_px / math.sqrt(image.width * image.height))
    return int(image.width * share), int(image.height * share)


def _jpeg(image: Image.Image, quality: int | str) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=quality, exif=b"", comment=b"")
    return kept.getvalue()


def _inspected(content: bytes) -> InspectedPhoto:
    if len(content) > LARGEST_BYTES:
        raise PhotoRefused(reason=PhotoProblem.TOO_LARGE)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _require_size(image)
            if image.mode in _DEEP_MODES:
                raise PhotoRefused(reason=PhotoProblem.UNREADABLE)
            width_px, height_px = _upright_size(image)
            grey = _small_and_grey(image)
    except _BOMBS as cause:
        raise PhotoRefused(reason=PhotoProblem.TOO_MANY_PIXELS) from cause
    except _MALFORMED as cause:
        raise PhotoRefused(reason=PhotoProblem.UNREADABLE) from cause
    if _sharpness(grey) < LEAST_SHARPNESS:
        raise PhotoRefused(reason=PhotoProblem.BLURRED)
    digest = hashlib.sha256(content).hexdigest()
    return InspectedPhoto(digest, _fingerprint(grey), width_px, height_px, len(content), SUFFIX)


def _require_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise PhotoRefused(reason=PhotoProblem.TOO_MANY_PIXELS)
    if min(image.size) < SMALLEST_SIDE_PX:
        raise PhotoRefused(reason=PhotoProblem.TOO_SMALL)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height as a viewer shows them: EXIF orientations 5 to 8 lie on their side."""
    return (image.height, image.width) if _turn(image) in _SIDEWAYS else image.size


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return how EXIF wants the photo turned, if at all: EXIF that nobody can read says nothing, and spoils nothing."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION))
    except _MALFORMED:
        return None


def _small_and_grey(image: Image.Image) -> Image.Image:
    """Decode all of the file, so that a truncated one is found, into as little memory as its format allows."""
    turn = _turn(image)
    image.draft("L", (JUDGED_SIDE_PX, JUDGED_SIDE_PX))
    grey = image.convert("L")
    grey.thumbnail((JUDGED_SIDE_PX, JUDGED_SIDE_PX))
    return grey if turn is None else grey.transpose(turn)


def _sharpness(grey: Image.Image) -> float:
    edges = ImageOps.crop(grey.filter(_LAPLACIAN), 1)  # the outermost pixels are not filtered
    return ImageStat.Stat(edges).var[0]


def _fingerprint(grey: Image.Image) -> int:
    """Return 64 bits that tell where a tiny copy gets brighter from left to right (dHash).

    Of the sample photos any two differ in 13 bits or more; a re-encoded, resized or relit copy in 2 or fewer.
    """
    pixels = grey.resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(_HASH_SIDE):
        line = pixels[row * (_HASH_SIDE + 1) : (row + 1) * (_HASH_SIDE + 1)]
        for left, right in itertools.pairwise(line):
            bits = bits << 1 | (left < right)
    return bits
