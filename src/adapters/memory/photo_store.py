"""A photo store in memory, with a disk that can be full."""

import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from avatar_core.errors import PhotoNotFound, StoreUnavailable
from avatar_core.ids import PhotoRef
from avatar_core.ports import Clock

PIECE_BYTES = 64 * 1024
LATE = datetime.max.replace(tzinfo=UTC)


@dataclass
class MemoryPhotoStore:
    """Keeps everything in ``kept``; while ``full`` is set nothing more can be written.

    Without a clock everything counts as just written.
    """

    kept: dict[PhotoRef, bytes] = field(default_factory=dict)
    full: bool = False
    clock: Clock | None = None
    _written: dict[PhotoRef, datetime] = field(default_factory=dict, init=False)

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        """Keep the content.  Raises StoreUnavailable while the disk is full."""
        if self.full:
            raise StoreUnavailable(reason="no space left on device")
        self.kept[ref] = bytes(content)
        self._written[ref] = self.clock.now() if self.clock else LATE

    async def get(self, ref: PhotoRef) -> bytes:
        """Return the content.  Raises PhotoNotFound."""
        if ref not in self.kept:
            raise PhotoNotFound
        return self.kept[ref]

    async def delete(self, ref: PhotoRef) -> None:
        """Forget the content; harmless when it is not there."""
        self.kept.pop(ref, None)

    async def pack(self, archive: PhotoRef, photos: Sequence[PhotoRef]) -> None:
        """Write a ZIP of the photos as ``01.jpg``, ``02.png`` …; the same photos give the same bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
            for number, photo in enumerate(photos, start=1):
                name = f"{number:02}{PurePosixPath(photo).suffix}"
                file.writestr(zipfile.ZipInfo(name), await self.get(photo))
        await self.put(archive, packed.getvalue())

    async def read(self, ref: PhotoRef) -> AsyncIterator[bytes]:
        """Stream the content in pieces of 64 KB.  Raises PhotoNotFound."""
        content = await self.get(ref)
        for start in range(0, len(content), PIECE_BYTES):
            yield content[start : start + PIECE_BYTES]

    async def written(self, folder: str, before: datetime) -> AsyncIterator[PhotoRef]:
        """Go through the refs below a folder that were last written before a moment."""
        for ref in sorted(self.kept):
            if ref.startswith(f"{folder}/") and self._written.get(ref, LATE) < before:
                yield ref
