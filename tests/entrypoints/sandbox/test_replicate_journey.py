"""The whole way through the Replicate stand-in with the vendor's own client."""

import io
import json
import tarfile
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from replicate.client import Client
from replicate.webhook import Webhooks, WebhookSigningSecret

from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.serving import http_client
from tests.entrypoints.sandbox.replicate_customer import (
    archive,
    create_destination,
    order,
    train,
    trained_version,
    upload,
)
from tests.entrypoints.sandbox.webhook_receiver import receiving


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateSandbox]:
    async with ReplicateSandbox.running(token="r8_test", training_s=0.2, prediction_s=0.02) as sandbox:
        yield sandbox


async def test_a_training_is_queued_logged_and_pushed_to_its_destination(
    replicate: ReplicateSandbox, client: Client
) -> None:
    await create_destination(client)
    created = await train(client, await upload(client, archive()), steps=1000)
    assert created.status == "starting"
    await replicate.ended(replicate.trainings[0])
    ended = await client.trainings.async_get(created.id)
    assert ended.status == "succeeded"
    assert ended.output is not None
    assert ended.output["version"].startswith("avatars/portraits:")
    assert "flux_train_replicate: 100%|██████████| 1000/1000 [00:00<00:00," in (ended.logs or "")
    model = await client.models.async_get("avatars/portraits")
    assert model.latest_version is not None
    assert ended.output["version"].endswith(model.latest_version.id)


async def test_the_weights_can_be_downloaded_as_a_tar(replicate: ReplicateSandbox, client: Client) -> None:
    await trained_version(replicate, client)
    output = replicate.trainings[0].output
    assert isinstance(output, dict)
    async with http_client() as http:
        weights = (await http.get(output["weights"])).content
    with tarfile.open(fileobj=io.BytesIO(weights)) as packed:
        assert [name for name in packed.getnames() if name.endswith(".safetensors")]


async def test_portraits_come_in_the_number_and_format_ordered(replicate: ReplicateSandbox, client: Client) -> None:
    version = await trained_version(replicate, client)
    prediction = await order(client, version, num_outputs=3, aspect_ratio="3:4", seed=7)
    await replicate.ended(replicate.predictions[0])
    await prediction.async_reload()
    assert prediction.output is not None
    async with http_client() as http:
        portraits = [(await http.get(url)).content for url in prediction.output]
    assert len(set(portraits)) == 3
    for portrait in portraits:
        with Image.open(io.BytesIO(portrait)) as image:
            assert (image.format, image.size) == ("JPEG", (896, 1152))


async def test_every_webhook_passes_the_vendors_own_check(replicate: ReplicateSandbox, client: Client) -> None:
    await create_destination(client)
    async with receiving() as receiver:
        created = await train(client, await upload(client, archive()), webhook=f"{receiver.url}?training=t1")
        await receiver.until(lambda: any(b'"succeeded"' in body for body in receiver.bodies))
    secret = await client.webhooks.default.async_secret()
    for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
        check = {"headers": headers, "body": body.decode(), "secret": secret, "tolerance": 300}
        Webhooks.validate(**check)  # type: ignore[call-overload]
    shown = [json.loads(body) for body in receiver.bodies]
    assert {one["id"] for one in shown} == {created.id}
    assert shown[0]["status"] == "processing"
    assert WebhookSigningSecret(key=replicate.webhook_secret) == secret
