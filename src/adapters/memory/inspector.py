"""A photo inspector that looks at no picture: every content is a photo of its own."""

from dataclasses import dataclass
from hashlib import sha256

from avatar_core.errors import PhotoRefused
from avatar_core.photos import InspectedPhoto, PhotoProblem

SIDE_PX = 1024


@dataclass(frozen=True, slots=True)
class HashInspector:
    """Takes the fingerprint from the content's hash, so that different contents are different pictures."""

    async def inspect(self, content: bytes) -> InspectedPhoto:
        """Return a square JPEG.  Raises PhotoRefused for an empty content: UNREADABLE."""
        if not content:
            raise PhotoRefused(reason=PhotoProblem.UNREADABLE)
        digest = sha256(content).hexdigest()
        return InspectedPhoto(digest, int(digest[:16], 16), SIDE_PX, SIDE_PX, len(content), ".jpg")

    async def prepared(self, content: bytes) -> bytes:
        """Return the content: there is nothing in it to take out."""
        return content
