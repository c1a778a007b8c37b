"""A photo inspector that looks at no picture: every content is a photo of its own."""

from dataclasses import dataclass
from hashlib import sha256

from avatar_core.errors import PhotoRefused
from avatar_core.photos import InspectedPhoto, PhotoProblem

SIDE_PX = 1024
TELLS = b"\nEXIF:"
"""What follows it in a content is no picture: it tells where, when and with what the picture was taken."""


@dataclass(frozen=True, slots=True)
class HashInspector:
    """Takes the fingerprint from the picture's hash, so that different contents are different pictures."""

    async def inspect(self, content: bytes) -> InspectedPhoto:
        """Return a square JPEG.  Raises PhotoRefused for an empty content: UNREADABLE."""
        if not content:
            raise PhotoRefused(reason=PhotoProblem.UNREADABLE)
        fingerprint = int(sha256(_picture(content)).hexdigest()[:16], 16)
        return InspectedPhoto(sha256(content).hexdigest(), fingerprint, SIDE_PX, SIDE_PX, len(content), ".jpg")

    async def prepared(self, content: bytes) -> bytes:
        """Return the content without what it tells."""
        return _picture(content)


def _picture(content: bytes) -> bytes:
    return content.partition(TELLS)[0]
