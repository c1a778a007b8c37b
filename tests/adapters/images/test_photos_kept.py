"""What is kept of a photo: upright, of a size that trainers use, and without a word beside the picture."""

import io
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageCms import ImageCmsProfile, createProfile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngInfo

from adapters.disk import DiskPhotoStore
from adapters.images import PillowInspector
from avatar_core.ids import PhotoRef
from avatar_core.photos import MOST_PHOTOS
from entrypoints.sandbox.replicate.file_routes import MAX_FILE_BYTES
from tests.adapters.images.conftest import PORTRAIT, encoded, portrait

REPLICATE_TAKES_BYTES = 100_000_000
"""Its API says 100 MB, its documentation 100 MiB."""


def quantization(jpeg: bytes) -> dict[int, list[int]]:
    """Return the tables that say how much of a JPEG was thrown away."""
    with JpegImageFile(io.BytesIO(jpeg)) as image:
        return image.quantization


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_what_is_kept_has_a_format_that_trainers_read(inspector: PillowInspector, kind: str) -> None:
    content = encoded(portrait(), kind)
    assert (await inspector.inspect(content)).suffix == ".jpg"
    with Image.open(io.BytesIO(await inspector.prepared(content))) as image:
        assert (image.format, image.size) == ("JPEG", portrait().size)


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
