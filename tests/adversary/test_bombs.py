"""Files made to burst, and addresses made to lead inside: refused, without the memory and without the request."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.types import PhotoSize
from aiohttp import ClientError
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from PIL import Image

from adapters.telegram.bots import connected_bots
from avatar_core.errors import PhotoRefused
from avatar_core.ids import BotId
from entrypoints.bot.voice import Voice
from entrypoints.sandbox.serving import serving
from tests.adapters.images.conftest import png_of_one_colour
from tests.entrypoints.bot.stage import FIRST, stage_of

LIMIT_MB = 150


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def encoded(kind: str, mode: str = "RGB", **how: object) -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((640, 640)).convert(mode).save(file, kind, **how)
    return file.getvalue()


def png_with(*chunks: bytes) -> bytes:
    """A good PNG with more chunks behind its header."""
    whole = encoded("PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def png_that_says(width_px: int, height_px: int) -> bytes:
    """A small PNG whose header tells of another size."""
    whole = encoded("PNG")
    return whole[:8] + chunk(b"IHDR", struct.pack(">II", width_px, height_px) + whole[24:29]) + whole[33:]


def jpeg_that_says(width_px: int, height_px: int) -> bytes:
    """A small JPEG whose header tells of another size."""
    content = bytearray(encoded("JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", height_px, width_px)
    return bytes(content)


def animated(side_px: int, frames: int) -> bytes:
    """An animation in PNG of one colour, each picture of this size."""
    file = io.BytesIO()
    pictures = [Image.new("1", (side_px, side_px), number % 2) for number in range(frames)]
    pictures[0].save(file, "PNG", save_all=True, append_images=pictures[1:])
    return file.getvalue()


def a_zip() -> bytes:
    """A ZIP of 10 MB in 10 KB: a thousand to one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("me.jpg", bytes(10_000_000))
    return file.getvalue()


def many_files() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{number}.jpg", b"")
    return file.getvalue()


REFUSED: dict[str, Callable[[], bytes]] = {
    "88 megapixels": lambda: png_of_one_colour(9_400, 9_400),
    "169 megapixels": lambda: png_of_one_colour(13_000, 13_000),
    "4 gigapixels by its header": lambda: png_that_says(65_535, 65_535),
    "a strip": lambda: png_of_one_colour(1_000_000, 100),
    "a JPEG of 4 gigapixels by its header": lambda: jpeg_that_says(65_500, 65_500),
    "a JPEG without a side": lambda: jpeg_that_says(0, 640),
    "an animation of 52 megapixels": lambda: animated(7_200, 2)[:100_000],
    "words of a gigabyte": lambda: png_with(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8)))] * 10),
    "a profile of a gigabyte": lambda: png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(10**8), 9)) * 3)[:-100],
    "16 bits of grey": lambda: encoded("PNG", "I;16"),
    "numbers": lambda: encoded("TIFF", "F"),
    "a ZIP, a thousand to one": a_zip,
    "a ZIP of 10,000 files": many_files,
    "a GIF that is a script too": lambda: b"GIF89a=0;alert(1)//" + bytes(600),
    "a PDF": lambda: encoded("PDF"),
    "an SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/"/></svg>',
    "an SVG that refers to itself": lambda: b'<!DOCTYPE x [<!ENTITY a "&a;&a;">]><svg>&a;</svg>',
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n(/etc/passwd) (r) file\n",
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "a PNG cut off": lambda: encoded("PNG")[:2000],
    "a JPEG cut off": lambda: encoded("JPEG")[:2000],
    "11 megabytes": lambda: encoded("JPEG") + bytes(11 * 2**20),
}
TRYING = """
import asyncio, json, resource, sys, warnings
from pathlib import Path
from adapters.images import PillowInspector
from avatar_core.errors import PhotoRefused

warnings.simplefilter("ignore")
inspector, told = PillowInspector(), {}

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

for path in sorted(Path(sys.argv[1]).iterdir()):
    content, before = path.read_bytes(), peak_mb()
    try:
        asyncio.run(inspector.inspect(content))
        verdict = "accepted"
    except PhotoRefused as refused:
        verdict = str(refused.reason)
    told[path.name] = [verdict, peak_mb() - before]
print(json.dumps(told))
"""


def test_no_file_bursts(tmp_path: Path) -> None:
    """Each in one process after the other: the highest memory there ever was is told."""
    for name, make in REFUSED.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", TRYING, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    told = json.loads(done.stdout)
    assert {name: verdict for name, (verdict, _) in told.items() if verdict == "accepted"} == {}
    assert {name: more_mb for name, (_, more_mb) in told.items() if more_mb > LIMIT_MB} == {}
    assert sum(more_mb for _, more_mb in told.values()) < LIMIT_MB


def test_what_is_a_picture_and_a_zip_at_once_is_kept_as_a_picture_alone(tmp_path: Path) -> None:
    both = tmp_path / "both.jpg"
    both.write_bytes(encoded("JPEG") + a_zip())
    assert zipfile.is_zipfile(both)
    keeping = "import asyncio, sys; from pathlib import Path; from adapters.images import PillowInspector as P;"
    keeping += "p = Path(sys.argv[1]); p.write_bytes(asyncio.run(P().prepared(p.read_bytes())))"
    subprocess.run([sys.executable, "-c", keeping, str(both)], check=True, timeout=60)
    assert not zipfile.is_zipfile(both)


@pytest.fixture
async def private() -> AsyncIterator[tuple[str, list[str]]]:
    """A server inside that nobody is to ask, and what was asked of it."""
    app, asked = FastAPI(), []

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def inside(path: str) -> dict[str, object]:
        asked.append(path)
        return {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "x"}}

    async with serving(app) as url:
        yield url, asked


@pytest.fixture
async def leading_inside(private: tuple[str, list[str]]) -> AsyncIterator[Bot]:
    """A bot whose Telegram answers everything with the way to another place."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def redirect(request: Request) -> RedirectResponse:
        return RedirectResponse(
            f"{private[0]}/latest/meta-data", int(request.url.path[-3:]) if "file" in str(request.url) else 307
        )

    name = BotId("a_bot")
    async with serving(app) as url, connected_bots({name: "123456:ABC"}, url) as bots:
        yield bots[name]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_file_of_telegrams_that_leads_elsewhere_is_not_fetched(
    leading_inside: Bot, private: tuple[str, list[str]], status: int
) -> None:
    """aiohttp follows redirects unless it is told not to."""
    with pytest.raises(ClientError):
        await leading_inside.download_file(f"photos/{status}")
    assert private[1] == []


async def test_a_method_of_telegrams_that_leads_elsewhere_takes_nothing_there(
    leading_inside: Bot, private: tuple[str, list[str]]
) -> None:
    with pytest.raises(Exception, match="redirect"):
        await leading_inside.get_me()
    assert private[1] == []


async def test_a_file_that_is_larger_than_it_was_said_to_be_is_cut_off() -> None:
    async with stage_of() as stage:
        fan = stage.telegram.person("Fan")
        await fan.send_document(bytes(12 * 2**20), "me.jpg", "image/jpeg")
        (update,) = stage.telegram.updates("message")[-1:]
        file_id = str(update["message"]["document"]["file_id"])  # type: ignore[index]  # what the server sent
        small = PhotoSize(file_id=file_id, file_unique_id="u", width=640, height=640, file_size=1000)
        with pytest.raises(PhotoRefused, match="too-large"):
            await Voice(stage.bots[FIRST], fan.person_id).download(small)
