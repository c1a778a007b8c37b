"""S12: an archive of fifty photos of 10 MB: the memory it takes, and how long the event loop is held."""

import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from adapters.disk import DiskPhotoStore
from avatar_core.ids import PhotoRef
from benchmarks.figures import Amount, Findings, held_to

MOST_MORE_MB = 32
LONGEST_HOLD_MS = 20
TICK_S = 0.001
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveSize:
    """How much is measured."""

    photos: int
    size_bytes: int
    """Of each photo."""


async def measure_archives(_server: object, size: ArchiveSize, _rounds: object) -> Findings:
    """Write an archive and read it as an upload does, in a process of its own: a peak of memory is for ever."""
    with tempfile.TemporaryDirectory(prefix="avatar-archives-") as folder:
        for number in range(size.photos):
            await asyncio.to_thread(_make_photo, Path(folder) / "photos" / f"{number}.jpg", size.size_bytes)
        arguments = ("-m", "benchmarks.archives", folder, str(size.photos))
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        assert process.returncode == 0
    more_mb, held_ms = json.loads(said)
    what = f"archive of {size.photos} photos of {size.size_bytes / 1e6:g} MB"
    goal = "the design's goal"
    return Findings(
        [
            held_to("S12", f"{what}, more memory", Amount(more_mb, "MB"), MOST_MORE_MB, goal),
            held_to("S12", f"{what}, loop held at most", Amount(held_ms, "ms"), LONGEST_HOLD_MS, goal),
        ]
    )


def _make_photo(path: Path, size_bytes: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        for at in range(0, size_bytes, _PIECE):
            file.write(os.urandom(min(_PIECE, size_bytes - at)))


async def main(folder: Path, photos: int) -> None:
    """Write the archive, read it, and print the memory that it took and the longest hold."""
    store = DiskPhotoStore(folder)
    archive = PhotoRef("archive.zip")
    longest_s = [0.0]
    ticking = asyncio.create_task(_tick(longest_s))
    await asyncio.sleep(0.1)
    longest_s[0], before = 0.0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await store.pack(archive, [PhotoRef(f"photos/{number}.jpg") for number in range(photos)])
    read = 0
    async for piece in store.read(archive):
        read += len(piece)
    ticking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ticking
    assert read == (folder / "archive.zip").stat().st_size
    more_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([more_kb / 1024, 1000 * longest_s[0]]))


async def _tick(longest_s: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        longest_s[0] = max(longest_s[0], time.perf_counter() - began - TICK_S)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
