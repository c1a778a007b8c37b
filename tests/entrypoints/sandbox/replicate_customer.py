"""What a customer of the provider does: make an archive, create a model, train, order portraits."""

import contextlib
import io
import zipfile
from collections.abc import AsyncIterator

from PIL import Image
from replicate.client import Client
from replicate.prediction import Prediction
from replicate.training import Training

from entrypoints.sandbox.replicate import ReplicateSandbox

TRAINER = "ostris/flux-dev-lora-trainer"
TRAINER_VERSION = "e440909d3512c31646ee2e0c7d6f6f4923224863a6a10c494606e79fb5844497"
DESTINATION = "avatars/portraits"


def photo(colour: str = "tan", side_px: int = 256) -> bytes:
    """A photograph of light on a coloured wall."""
    encoded = io.BytesIO()
    wall = Image.new("RGB", (side_px, side_px), colour)
    Image.composite(wall, Image.new("RGB", wall.size), Image.radial_gradient("L").resize(wall.size)).save(
        encoded, "JPEG"
    )
    return encoded.getvalue()


def archive(*photos: bytes) -> bytes:
    """A zip of photographs; three different ones unless told otherwise."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for number, content in enumerate(photos or (photo("tan"), photo("teal"), photo("plum"))):
            file.writestr(f"photo_{number:02d}.jpg", content)
    return packed.getvalue()


@contextlib.asynccontextmanager
async def client_of(replicate: ReplicateSandbox) -> AsyncIterator[Client]:
    """The vendor's own client, pointed at the stand-in; it has no public way to close its connections."""
    client = Client(api_token=replicate.token, base_url=replicate.base_url)
    try:
        yield client
    finally:
        await client._async_client.aclose()


async def create_destination(client: Client) -> None:
    owner, _, name = DESTINATION.partition("/")
    await client.models.async_create(owner, name, visibility="private", hardware="gpu-h100")


async def upload(client: Client, content: bytes, marker: str = "t1") -> str:
    file = await client.files.async_create(
        io.BytesIO(content), filename=f"{marker}.zip", content_type="application/zip", metadata={"training": marker}
    )
    return file.urls["get"]


async def train(client: Client, archive_url: str, webhook: str | None = None, **inputs: object) -> Training:
    params = {} if webhook is None else {"webhook": webhook}
    return await client.trainings.async_create(
        TRAINER,
        TRAINER_VERSION,
        {"input_images": archive_url, "trigger_word": "TOK", "steps": 1000, **inputs},
        destination=DESTINATION,
        **params,  # type: ignore[arg-type]
    )


async def trained_version(replicate: ReplicateSandbox, client: Client) -> str:
    """Train an avatar and return `owner/name:hash`."""
    await create_destination(client)
    await train(client, await upload(client, archive()))
    run = await replicate.ended(replicate.trainings[-1])
    assert run.status == "succeeded", run.error
    assert isinstance(run.output, dict)
    return str(run.output["version"])


async def order(client: Client, version: str, **inputs: object) -> Prediction:
    return await client.predictions.async_create(
        version=version.rpartition(":")[2], input={"prompt": "TOK in the rain", "output_format": "jpg", **inputs}
    )
