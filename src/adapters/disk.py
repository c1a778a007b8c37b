"""Photos in a folder of this machine that only its own user can read."""

import asyncio
import contextlib
import os
import secrets
import shutil
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from avatar_core.errors import PhotoNotFound, StoreUnavailable
from avatar_core.ids import PhotoRef

PIECE_BYTES = 256 * 1024
ABANDONED_AFTER_S = 3600.0
"""Nothing takes an hour to write: what is older was left behind by a process that was killed."""
_HALF_WRITTEN = ".incoming"
_OWN_FOLDER = 0o700
_OWN_FILE = 0o600
_ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class UnsafeRef(ValueError):
    """A reference that does not stay inside the store: nobody but an attacker makes one."""


@dataclass(frozen=True, slots=True)
class DiskPhotoStore:
    """Keeps each ref as one file below ``root``; a file appears whole or not at all, and survives a power cut.

    Every method raises UnsafeRef for a ref that is absolute, hidden, or leads out of the folder.
    """

    root: Path

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        """Keep the content.  Raises StoreUnavailable."""

        def fill(file: BinaryIO) -> None:
            file.write(content)

        await asyncio.to_thread(self._write, self._path(ref), fill)

    async def get(self, ref: PhotoRef) -> bytes:
        """Return the content.  Raises PhotoNotFound and StoreUnavailable."""
        with _found():
            return await asyncio.to_thread(self._path(ref).read_bytes)

    async def delete(self, ref: PhotoRef) -> None:
        """Forget the content; harmless when it is not there.  Raises StoreUnavailable."""
        path = self._path(ref)
        with contextlib.suppress(PhotoNotFound), _found():
            await asyncio.to_thread(path.unlink)

    async def pack(self, archive: PhotoRef, photos: Sequence[PhotoRef]) -> None:
        """Write a ZIP of the photos as ``01.jpg``, ``02.png`` …; the same photos give the same bytes."""
        paths = [self._path(photo) for photo in photos]
        await asyncio.to_thread(self._write, self._path(archive), lambda file: _zip(file, paths))

    async def read(self, ref: PhotoRef) -> AsyncIterator[bytes]:
        """Stream the content in pieces of 256 KB.  Raises PhotoNotFound and StoreUnavailable."""
        with _found():
            file = await asyncio.to_thread(self._path(ref).open, "rb")
            with contextlib.closing(file):
                while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                    yield piece

    async def written(self, folder: str, before: datetime) -> AsyncIterator[PhotoRef]:
        """Go through the refs below a folder that are older than a moment.  Raises StoreUnavailable.

        What others put there under a name that is no ref, such as ``.DS_Store`` or ``.nfs…``, is none of ours.
        """
        for ref in await asyncio.to_thread(self._older, self._path(PhotoRef(folder)), before.timestamp()):
            yield ref

    def _older(self, folder: Path, before_s: float) -> list[PhotoRef]:
        with _kept():
            files = sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_mtime < before_s)
        refs = (PhotoRef(file.relative_to(self.root).as_posix()) for file in files)
        return [ref for ref in refs if _is_safe(ref)]

    def sweep(self, older_than_s: float = ABANDONED_AFTER_S) -> int:
        """Delete what killed processes left half-written, and tell how much; for start-up.  Raises StoreUnavailable."""
        swept = 0
        with _found():
            for left in self.root.glob(f"{_HALF_WRITTEN}/*"):
                if time.time() - left.stat().st_mtime > older_than_s:
                    left.unlink(missing_ok=True)
                    swept += 1
        return swept

    def _path(self, ref: PhotoRef) -> Path:
        if not _is_safe(ref):
            raise UnsafeRef(f"{ref!r} does not stay inside the photo store")
        return self.root.joinpath(*PurePosixPath(ref).parts)

    def _write(self, path: Path, fill: Callable[[BinaryIO], None]) -> None:
        with _kept():
            half = self._folder(self.root / _HALF_WRITTEN) / secrets.token_hex(16)
            try:
                with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWN_FILE), "wb") as file:
                    fill(file)
                    file.flush()
                    os.fsync(file.fileno())
                half.replace(self._folder(path.parent) / path.name)
            except BaseException:
                half.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)

    def _folder(self, path: Path) -> Path:
        """Make the folder and those above it, down from the root, each for its owner alone."""
        missing = [each for each in (path, *path.parents) if each.is_relative_to(self.root) and not each.exists()]
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for folder in reversed(missing):
            folder.mkdir(mode=_OWN_FOLDER, exist_ok=True)
        return path


def _is_safe(ref: PhotoRef) -> bool:
    parts = PurePosixPath(ref).parts
    return bool(parts) and all(part[0] not in "./" and "\\" not in part and "\0" not in part for part in parts)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise StoreUnavailable(reason=cause.strerror or type(cause).__name__) from cause


@contextlib.contextmanager
def _found() -> Iterator[None]:
    with _kept():
        try:
            yield
        except _ABSENT as cause:
            raise PhotoNotFound from cause


def _zip(file: BinaryIO, photos: Sequence[Path]) -> None:
    """Write the archive; stored, because photos do not get smaller a second time."""
    with _found(), zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, photo in enumerate(photos, start=1):
            entry = zipfile.ZipInfo(f"{number:02}{photo.suffix}")
            entry.external_attr = _OWN_FILE << 16
            entry.file_size = photo.stat().st_size
            with photo.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, PIECE_BYTES)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
