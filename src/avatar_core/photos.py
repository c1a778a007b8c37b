"""Photos for a training: what is accepted and why something is refused (product page 1.4)."""

from dataclasses import dataclass
from enum import StrEnum

from avatar_core.errors import PhotoRefused
from avatar_core.ids import PhotoRef

FEWEST_PHOTOS = 10
MOST_PHOTOS = 50
LARGEST_BYTES = 10 * 1024 * 1024
SMALLEST_SIDE_PX = 512
NEAR_DUPLICATE_BITS = 5
"""Perceptual hashes that differ in so many of 64 bits or fewer show the same picture."""


class PhotoProblem(StrEnum):
    """Why a photo is refused."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    TOO_SMALL = "too-small"
    TOO_MANY_PIXELS = "too-many-pixels"
    BLURRED = "blurred"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"


@dataclass(frozen=True, slots=True)
class InspectedPhoto:
    """What an inspector found out about an acceptable photo."""

    sha256: str
    fingerprint: int
    """A 64-bit perceptual hash."""
    width_px: int
    height_px: int
    size_bytes: int
    suffix: str
    """The file name's ending of what is kept of it: ``.jpg``."""


@dataclass(frozen=True, slots=True)
class Photo:
    """An accepted photo and where it is kept."""

    ref: PhotoRef
    seen: InspectedPhoto


def require_new(found: InspectedPhoto, among: tuple[Photo, ...]) -> None:
    """Raise PhotoRefused for a picture that is there already, exactly or nearly."""
    for photo in among:
        if photo.seen.sha256 == found.sha256:
            raise PhotoRefused(reason=PhotoProblem.DUPLICATE)
        if (photo.seen.fingerprint ^ found.fingerprint).bit_count() <= NEAR_DUPLICATE_BITS:
            raise PhotoRefused(reason=PhotoProblem.NEAR_DUPLICATE)
