"""Files as Telegram keeps them: photos in several sizes, documents as they came."""

import io
from dataclasses import replace

from PIL import Image, ImageOps, UnidentifiedImageError

from .records import StoredFile
from .refusals import bad_request
from .state import World

LARGEST_PX = 1280
_SMALLER_PX = (90, 320, 800)
_MAX_SIDES_PX = 10_000
_MAX_RATIO = 20
_NO_PHOTO = (UnidentifiedImageError, OSError, Image.DecompressionBombError, Image.DecompressionBombWarning)
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024


def keep_file(world: World, bot_id: int, content: bytes, mime: str, name: str) -> StoredFile:
    """Keep a document for a bot under a new file id."""
    ending = "".join(letter for letter in name.rpartition(".")[2] if letter.isalnum())
    file = _numbered(world, bot_id, content, f"documents/file_{{}}.{ending or 'bin'}")
    return _kept(world, replace(file, mime=mime, name=name))


def keep_photo(world: World, bot_id: int, sizes: list[tuple[bytes, int, int]]) -> list[StoredFile]:
    """Keep one photo's sizes (bytes, width, height), smallest first, each under its own file id."""
    kept = []
    for content, width_px, height_px in sizes:
        file = _numbered(world, bot_id, content, "photos/file_{}.jpg")
        kept.append(_kept(world, replace(file, width_px=width_px, height_px=height_px)))
    world.photos |= {size.file_id: kept for size in kept}
    return kept


def _numbered(world: World, bot_id: int, content: bytes, path: str) -> StoredFile:
    number = world.number()
    return StoredFile(
        file_id=f"AgACAgIAAx{bot_id}_{number:06d}",
        unique_id=f"AQAD{number:06d}",
        path=path.format(number),
        bot_id=bot_id,
        content=content,
        mime="image/jpeg",
    )


def _kept(world: World, file: StoredFile) -> StoredFile:
    world.files[file.file_id] = world.paths[file.bot_id, file.path] = file
    return file


def resized(content: bytes) -> list[tuple[bytes, int, int]]:
    """Return a photo's sizes as JPEG, smallest first, the largest at most 1280 px a side.

    A JPEG that is small enough already keeps its bytes.  Raises ApiRefusal for what is no photo.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            is_kept = opened.format == "JPEG" and max(opened.size) <= LARGEST_PX
            if opened.format == "JPEG":
                opened.draft("RGB", (LARGEST_PX, LARGEST_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except _NO_PHOTO as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    upright.thumbnail((LARGEST_PX, LARGEST_PX))
    smaller = [_jpeg(upright, side_px) for side_px in _SMALLER_PX if side_px < max(upright.size)]
    largest = (content, *upright.size) if is_kept else _jpeg(upright, LARGEST_PX)
    return [*smaller, largest]


def check_upload(content: bytes) -> None:
    """Raise ApiRefusal for a photo that a bot may not upload: over 10 MB, too large a side, too long a strip.

    Bots are held to it (core.telegram.org/bots/api#sendphoto); people's clients shrink a photo before they send it.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    try:
        with Image.open(io.BytesIO(content)) as opened:
            width_px, height_px = opened.size
    except _NO_PHOTO as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    if width_px + height_px > _MAX_SIDES_PX or max(width_px, height_px) > _MAX_RATIO * min(width_px, height_px):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _jpeg(image: Image.Image, side_px: int) -> tuple[bytes, int, int]:
    copy = image.copy()
    copy.thumbnail((side_px, side_px))
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=87)
    return written.getvalue(), *copy.size
