"""Photos of people, and what else people send."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from PIL.ImageCms import ImageCmsProfile, createProfile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngInfo

from adapters.disk import DiskPhotoStore
from adapters.images import PillowInspector
from avatar_core.errors import PhotoRefused
from avatar_core.ids import PhotoRef
from avatar_core.photos import MOST_PHOTOS, NEAR_DUPLICATE_BITS, InspectedPhoto, PhotoProblem
from entrypoints.sandbox.replicate.file_routes import MAX_FILE_BYTES

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))
PORTRAIT = PHOTOS[0].read_bytes()
REPLICATE_TAKES_BYTES = 100_000_000
"""Its API says 100 MB, its documentation 100 MiB."""


@pytest.fixture
def inspector() -> PillowInspector:
    return PillowInspector()


def encoded(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def portrait() -> Image.Image:
    return Image.open(io.BytesIO(PORTRAIT)).convert("RGB")


def quantization(jpeg: bytes) -> dict[int, list[int]]:
    """Return the tables that say how much of a JPEG was thrown away."""
    with JpegImageFile(io.BytesIO(jpeg)) as image:
        return image.quantization


async def problem(inspector: PillowInspector, content: bytes) -> str:
    with pytest.raises(PhotoRefused) as refused:
        await inspector.inspect(content)
    return refused.value.reason


def bits_between(one: InspectedPhoto, other: InspectedPhoto) -> int:
    return (one.fingerprint ^ other.fingerprint).bit_count()


def png_of_one_colour(width_px: int, height_px: int) -> bytes:
    """Make a PNG bomb: lines of zeros, deflated piece by piece."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer, line = zlib.compressobj(9), bytes(1 + width_px // 8)
    packed = b"".join(packer.compress(line) for _ in range(height_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_what_is_kept_has_a_format_that_trainers_read(inspector: PillowInspector, kind: str) -> None:
    content = encoded(portrait(), kind)
    assert (await inspector.inspect(content)).suffix == ".jpg"
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert (image.format, image.size) == ("JPEG", portrait().size)


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_what_is_kept_is_upright_and_tells_no_place(
    inspector: PillowInspector, kind: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"  # the place it was taken: GPS
    photo = portrait().crop((0, 0, 700, 600))
    kept = await inspector.prepared(encoded(photo, kind, exif=exif.tobytes()))
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == "JPEG"
        assert not dict(image.getexif())
        assert image.size == ((700, 600) if orientation == 1 else (600, 700))
        assert b"Exif" not in kept
        assert b"eXIf" not in kept


async def test_a_jpeg_that_stands_upright_keeps_its_quality(inspector: PillowInspector) -> None:
    kept = await inspector.prepared(PORTRAIT)
    assert quantization(kept) == quantization(PORTRAIT)


def noise(width_px: int, height_px: int) -> Image.Image:
    """Make the picture that no format makes smaller."""
    return Image.frombytes("RGB", (width_px, height_px), Random(7).randbytes(3 * width_px * height_px))


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def from_a_phone() -> Image.Image:
    return portrait().resize((3024, 4032))


LARGE: dict[str, Callable[[], bytes]] = {
    "a phone's": lambda: encoded(from_a_phone(), quality=100, subsampling=0),
    "a phone's, turned": lambda: encoded(from_a_phone(), quality=85, exif=turned()),
    "a phone's HEIC": lambda: encoded(from_a_phone().resize((1512, 2016)), "HEIF", quality=50),
    "a phone's PNG": lambda: encoded(from_a_phone(), "PNG", compress_level=1),
    "a scan in shades of grey": lambda: encoded(from_a_phone().convert("L"), quality=100),
    "for the press": lambda: encoded(from_a_phone().convert("CMYK"), quality=95),
    "a strip": lambda: encoded(portrait().resize((70_000, 512)), "PNG", compress_level=1),
    "noise as JPEG": lambda: encoded(noise(1800, 2400), quality=90, subsampling=0),
    "noise as PNG": lambda: encoded(noise(2400, 1440), "PNG", compress_level=0),
    "noise upright and small": lambda: encoded(noise(1500, 1500), quality=95, subsampling=0),
}


@pytest.mark.parametrize("kind", LARGE)
async def test_fifty_of_the_largest_photos_are_together_what_replicate_takes(
    inspector: PillowInspector, tmp_path: Path, kind: str
) -> None:
    content = LARGE[kind]()
    await inspector.inspect(content)
    kept, store, archive = await inspector.prepared(content), DiskPhotoStore(tmp_path), PhotoRef("archive.zip")
    refs = [PhotoRef(f"photos/{number}.jpg") for number in range(MOST_PHOTOS)]
    for ref in refs:
        await store.put(ref, kept)
    await store.pack(archive, refs)
    assert (tmp_path / archive).stat().st_size < REPLICATE_TAKES_BYTES <= MAX_FILE_BYTES


@settings(max_examples=20)
@given(
    side_px=st.tuples(st.integers(512, 3000), st.integers(512, 3000)),
    kind=st.sampled_from(["JPEG", "PNG"]),
    picture=st.sampled_from([portrait(), noise(512, 512)]),
    exif=st.sampled_from([b"", turned()]),
)
async def test_what_is_kept_is_never_too_large_and_keeps_its_proportions(
    side_px: tuple[int, int], kind: str, picture: Image.Image, exif: bytes
) -> None:
    large = picture.resize(side_px, Image.Resampling.NEAREST)
    kept = await PillowInspector().prepared(encoded(large, kind, exif=exif))
    assert len(kept) * MOST_PHOTOS < REPLICATE_TAKES_BYTES
    with Image.open(io.BytesIO(kept)) as image:
        width_px, height_px = image.size[::-1] if exif else image.size
        assert width_px * height_px <= 2048 * 2048
        assert width_px / height_px == pytest.approx(side_px[0] / side_px[1], rel=0.01)


async def test_a_photo_of_a_size_that_trainers_use_keeps_every_pixel(inspector: PillowInspector) -> None:
    with Image.open(io.BytesIO(await inspector.prepared(encoded(portrait().resize((2048, 2048)))))) as image:
        assert image.size == (2048, 2048)


MARKS = b"MARKED"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_what_is_kept_has_no_profile_no_words_and_nothing_behind_it(
    inspector: PillowInspector, kind: str
) -> None:
    """PNG photos kept their colour profile, which names the camera or the screen."""
    words = PngInfo()
    words.add_text("Author", MARKS.decode())
    words.add_itxt("XML:com.adobe.xmp", MARKS.decode())
    words.add(b"prVt", MARKS, after_idat=True)
    how: dict[str, object] = {"pnginfo": words} if kind == "PNG" else {"xmp": MARKS, "comment": MARKS}
    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    kept = await inspector.prepared(encoded(portrait(), kind, icc_profile=profile, **how) + MARKS)
    assert MARKS not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert {name for name in image.info if not str(name).startswith("jfif")} == set()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_an_animation_the_first_picture_is_kept(inspector: PillowInspector, kind: str) -> None:
    content = encoded(portrait(), kind, save_all=True, append_images=[portrait().rotate(90)])
    assert (await inspector.inspect(content)).width_px == portrait().width
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert getattr(image, "n_frames", 1) == 1


async def test_a_photo_for_the_press_is_kept_as_one_for_the_screen(inspector: PillowInspector) -> None:
    content = encoded(portrait().convert("CMYK"))
    await inspector.inspect(content)
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")


async def test_shades_finer_than_a_photos_are_refused(inspector: PillowInspector) -> None:
    deep = Image.frombytes("I;16", (600, 600), bytes(range(256)) * 2812 + bytes(128))
    assert await problem(inspector, encoded(deep, "PNG")) == PhotoProblem.UNREADABLE
