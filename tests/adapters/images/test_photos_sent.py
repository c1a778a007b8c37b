"""Photos of people, and what else people send."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from adapters.images import PillowInspector
from avatar_core.errors import PhotoRefused
from avatar_core.photos import NEAR_DUPLICATE_BITS, PhotoProblem
from tests.adapters.images.conftest import PHOTOS, PORTRAIT, bits_between, encoded, png_of_one_colour, portrait


async def problem(inspector: PillowInspector, content: bytes) -> str:
    with pytest.raises(PhotoRefused) as refused:
        await inspector.inspect(content)
    return refused.value.reason


@pytest.mark.parametrize("photo", [path.read_bytes() for path in PHOTOS], ids=[path.name for path in PHOTOS])
async def test_every_sample_photo_is_accepted(inspector: PillowInspector, photo: bytes) -> None:
    seen = await inspector.inspect(photo)
    with Image.open(io.BytesIO(photo)) as image:
        assert (seen.width_px, seen.height_px) == image.size
    assert (seen.size_bytes, seen.suffix, len(seen.sha256)) == (len(photo), ".jpg", 64)
    assert 0 <= seen.fingerprint < 2**64


async def test_all_sample_photos_show_different_pictures(inspector: PillowInspector) -> None:
    seen = [await inspector.inspect(path.read_bytes()) for path in PHOTOS]
    apart = [bits_between(one, other) for place, one in enumerate(seen) for other in seen[:place]]
    assert len(seen) == 12
    assert min(apart) > NEAR_DUPLICATE_BITS


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "re-encoded": lambda image: encoded(image, quality=40),
    "resized": lambda image: encoded(image.resize((image.width * 9 // 10, image.height * 9 // 10))),
    "brighter": lambda image: encoded(image.point(lambda value: min(255, int(value * 1.1)))),
    "as PNG": lambda image: encoded(image, "PNG"),
    "as HEIC": lambda image: encoded(image, "HEIF"),
}


@pytest.mark.parametrize("way", COPIES)
async def test_a_copy_of_a_photo_shows_the_same_picture(inspector: PillowInspector, way: str) -> None:
    for path in PHOTOS[::3]:
        with Image.open(path) as image:
            copy = COPIES[way](image.convert("RGB"))
        apart = bits_between(await inspector.inspect(path.read_bytes()), await inspector.inspect(copy))
        assert apart <= NEAR_DUPLICATE_BITS


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PDF", "ICO"])
async def test_another_format_is_refused(inspector: PillowInspector, kind: str) -> None:
    assert await problem(inspector, encoded(portrait(), kind)) == PhotoProblem.UNREADABLE


@pytest.mark.parametrize(
    "content",
    [b"", b"hello, this is a text", b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"PK\x03\x04" + bytes(64)],
    ids=["nothing", "text", "svg", "zip"],
)
async def test_what_is_no_photo_is_refused(inspector: PillowInspector, content: bytes) -> None:
    assert await problem(inspector, content) == PhotoProblem.UNREADABLE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
async def test_a_truncated_photo_is_refused(inspector: PillowInspector, kind: str, share: float) -> None:
    whole = encoded(portrait(), kind)
    assert await problem(inspector, whole[: int(len(whole) * share)]) == PhotoProblem.UNREADABLE


@given(cut=st.integers(0, 2000), junk=st.binary(min_size=1, max_size=64), kind=st.sampled_from(["JPEG", "PNG", "WEBP"]))
async def test_a_damaged_header_is_refused_or_read_but_never_a_crash(cut: int, junk: bytes, kind: str) -> None:
    small = encoded(portrait().resize((520, 520)), kind)
    try:
        seen = await PillowInspector().inspect(small[:cut] + junk + small[cut + len(junk) :])
    except PhotoRefused:
        return
    assert seen.width_px > 0


async def test_a_photo_over_10_megabytes_is_refused(inspector: PillowInspector) -> None:
    assert await problem(inspector, PORTRAIT + bytes(10 * 1024 * 1024)) == PhotoProblem.TOO_LARGE


async def test_a_side_of_512_pixels_is_enough_and_511_is_not(inspector: PillowInspector) -> None:
    accepted = await inspector.inspect(encoded(portrait().resize((512, 640))))
    assert (accepted.width_px, accepted.height_px) == (512, 640)
    assert await problem(inspector, encoded(portrait().resize((511, 640)))) == PhotoProblem.TOO_SMALL


BOMBS = [(20_000, 10_000), (13_000, 13_000), (9_400, 9_400), (8_000, 6_251)]
MEASURED = """
import asyncio, resource, sys
from pathlib import Path
from adapters.images import PillowInspector
from avatar_core.errors import PhotoRefused

bomb = Path(sys.argv[1]).read_bytes()
before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    asyncio.run(PillowInspector().inspect(bomb))
except PhotoRefused as refused:
    print(refused.reason, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb)
"""


@pytest.mark.parametrize("size_px", BOMBS, ids=str)
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, size_px: tuple[int, int]) -> None:
    (tmp_path / "bomb.png").write_bytes(png_of_one_colour(*size_px))
    command = [sys.executable, "-W", "ignore", "-c", MEASURED, str(tmp_path / "bomb.png")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert told[0] == PhotoProblem.TOO_MANY_PIXELS
    assert int(told[1]) < 20_000


@pytest.mark.parametrize("radius_px", [4, 6, 12])
async def test_a_blurred_photo_is_refused(inspector: PillowInspector, radius_px: int) -> None:
    for path in PHOTOS[::2]:
        with Image.open(path) as image:
            blurred = encoded(image.convert("RGB").filter(ImageFilter.GaussianBlur(radius_px)))
        assert await problem(inspector, blurred) == PhotoProblem.BLURRED


LYING = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera lay that wrote an orientation: the way back from what a viewer does (EXIF 2.32, 4.6.4)."""


@pytest.mark.parametrize("orientation", LYING)
async def test_a_photo_that_lies_on_its_side_is_seen_upright(inspector: PillowInspector, orientation: int) -> None:
    upright = portrait().crop((0, 0, 600, 700))
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = encoded(upright.transpose(LYING[orientation]), exif=exif.tobytes())
    expected = await inspector.inspect(encoded(upright))
    for content in (lying, await inspector.prepared(lying)):
        seen = await inspector.inspect(content)
        assert (seen.width_px, seen.height_px) == (600, 700)
        assert bits_between(seen, expected) <= NEAR_DUPLICATE_BITS


SPOILED = {"zeros": bytes(64), "nothing": b"", "words": b"edited by a program"}


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_whose_exif_nobody_can_read_is_taken_as_it_stands(
    inspector: PillowInspector, kind: str, spoiled: str
) -> None:
    content = encoded(portrait(), kind, exif=b"Exif\0\0" + SPOILED[spoiled])
    seen = await inspector.inspect(content)
    assert (seen.width_px, seen.height_px) == portrait().size
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert image.size == portrait().size
        assert "exif" not in image.info


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(junk=st.binary(max_size=200), order=st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b""]))
async def test_no_exif_makes_a_good_photo_unreadable(junk: bytes, order: bytes) -> None:
    content = encoded(portrait().resize((520, 520)), exif=b"Exif\0\0" + order + junk)
    assert (await PillowInspector().inspect(content)).width_px == 520
    assert await PillowInspector().prepared(content)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
async def test_a_photo_of_any_colour_mode_is_read(inspector: PillowInspector, mode: str) -> None:
    content = encoded(portrait().convert(mode), "PNG")
    assert (await inspector.inspect(content)).width_px == portrait().width
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", portrait().size)


async def test_shades_finer_than_a_photos_are_refused(inspector: PillowInspector) -> None:
    deep = Image.frombytes("I;16", (600, 600), bytes(range(256)) * 2812 + bytes(128))
    assert await problem(inspector, encoded(deep, "PNG")) == PhotoProblem.UNREADABLE
