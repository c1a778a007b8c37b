"""Portraits without a GPU: the customer's own photographs, cropped and graded anew for each prompt and seed."""

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageEnhance, ImageOps

# What FLUX.1 dev returns for each format at one megapixel, in pixels.
SIZES_PX: Mapping[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
CONTENT_TYPES: Mapping[str, str] = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_TINTS = ((255, 196, 120), (120, 170, 255), (255, 150, 170), (170, 220, 190), (235, 215, 190))
_SHADE_OUTSIDE = 70


@dataclass(frozen=True, slots=True)
class Commission:
    """One portrait to make: `index` counts the portraits of one prediction from 0."""

    prompt: str
    seed: int
    index: int
    aspect_ratio: str = "1:1"
    width: int = 1024
    height: int = 1024
    image_format: str = "webp"
    quality: int = 80

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return SIZES_PX.get(self.aspect_ratio, (self.width, self.height))


def paint(photos: Sequence[bytes], commission: Commission) -> bytes:
    """Make one portrait and return it encoded.  The same commission makes the same portrait."""
    chance = random.Random(f"{commission.prompt}|{commission.seed}")
    first = chance.randrange(max(len(photos), 1))
    chance.seed(f"{commission.prompt}|{commission.seed}|{commission.index}")
    canvas = _pick(photos, first + commission.index, chance)
    portrait = _grade(_crop(canvas, commission.size_px, chance), chance)
    return _encode(portrait, commission)


def _pick(photos: Sequence[bytes], position: int, chance: random.Random) -> Image.Image:
    if not photos:
        light = ImageOps.invert(Image.radial_gradient("L"))
        return ImageOps.colorize(light, black=(30, 34, 44), white=chance.choice(_TINTS))
    with Image.open(io.BytesIO(photos[position % len(photos)])) as photo:
        return photo.convert("RGB")


def _crop(photo: Image.Image, size_px: tuple[int, int], chance: random.Random) -> Image.Image:
    """Cut the format out, near the middle and rather from the top, where faces are."""
    centering = (chance.uniform(0.4, 0.6), chance.uniform(0.1, 0.4))
    turned = ImageOps.mirror(photo) if chance.choice((True, False)) else photo
    keep = chance.uniform(0.8, 1.0)
    closer = (round(turned.width * keep), round(turned.height * keep))
    left, top = (turned.width - closer[0]) // 2, round((turned.height - closer[1]) * centering[1])
    near = turned.crop((left, top, left + closer[0], top + closer[1]))
    return ImageOps.fit(near, size_px, Image.Resampling.LANCZOS, centering=centering)


def _grade(portrait: Image.Image, chance: random.Random) -> Image.Image:
    """Change colour, light and contrast, tint it, and darken the corners."""
    portrait = ImageEnhance.Color(portrait).enhance(chance.uniform(0.45, 1.35))
    portrait = ImageEnhance.Contrast(portrait).enhance(chance.uniform(0.95, 1.25))
    portrait = ImageEnhance.Brightness(portrait).enhance(chance.uniform(0.95, 1.1))
    tint = Image.new("RGB", portrait.size, chance.choice(_TINTS))
    portrait = Image.blend(portrait, ImageChops.multiply(portrait, tint), chance.uniform(0.15, 0.5))
    light = ImageOps.invert(Image.radial_gradient("L")).resize(portrait.size)
    shade = Image.new("L", portrait.size, 255 - _SHADE_OUTSIDE)
    return ImageChops.multiply(portrait, ImageChops.lighter(light, shade).convert("RGB"))


def _encode(portrait: Image.Image, commission: Commission) -> bytes:
    encoded = io.BytesIO()
    pillow_format = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[commission.image_format]
    portrait.save(encoded, pillow_format, quality=commission.quality)
    return encoded.getvalue()
