"""Files and pictures of the Replicate stand-in, and when they are gone."""

import base64
import hashlib
import hmac
import io

import httpx
import pytest
from PIL import Image
from replicate.client import Client

from entrypoints.sandbox.replicate import ASPECT_RATIOS, ReplicateSandbox
from entrypoints.sandbox.serving import http_client
from tests.entrypoints.sandbox.replicate_customer import (
    archive,
    create_destination,
    order,
    photo,
    train,
    trained_version,
    upload,
)
from tests.entrypoints.sandbox.webhook_receiver import receiving


async def test_an_uploaded_file_keeps_its_name_size_and_metadata(client: Client) -> None:
    content = archive()
    await upload(client, content, marker="t7")
    (file,) = await client.files.async_list()
    assert (file.name, file.size, file.metadata) == ("t7.zip", len(content), {"training": "t7"})
    assert file.checksums == {"sha256": hashlib.sha256(content).hexdigest()}
    assert (await client.files.async_get(file.id)).id == file.id
    assert await client.files.async_delete(file.id)
    assert await client.files.async_list() == []


async def test_an_uploaded_file_is_gone_after_a_day(replicate: ReplicateSandbox, client: Client) -> None:
    url = await upload(client, archive())
    replicate.advance(24 * 3600)
    assert replicate.files == []
    await create_destination(client)
    await train(client, url)
    assert (await replicate.ended(replicate.trainings[0])).status == "failed"


@pytest.mark.parametrize("metadata", ["no json", "[1]"])
async def test_metadata_must_be_an_object(http: httpx.AsyncClient, metadata: str) -> None:
    answer = await http.post("/v1/files", files={"content": b"x"}, data={"metadata": metadata})
    assert answer.status_code == 422


async def test_a_file_is_downloaded_by_a_signed_address_until_it_expires(
    replicate: ReplicateSandbox, client: Client, http: httpx.AsyncClient
) -> None:
    content = archive()
    await upload(client, content)
    file = replicate.files[0]
    expiry = int(replicate.clock.now().timestamp()) + 60
    key = replicate.provider.files_secret.encode()
    signed = hmac.digest(key, f"avatars {file.id} {expiry}".encode(), "sha256")
    asked: dict[str, str | int] = {"owner": "avatars", "expiry": expiry, "signature": base64.b64encode(signed).decode()}
    address = f"/v1/files/{file.id}/download"
    assert (await http.get(address, params=asked, headers={"Authorization": ""})).content == content
    assert (await http.get(address, params=asked | {"expiry": expiry + 1})).status_code == 403
    assert (await http.get(address, params=asked | {"signature": "%"})).status_code == 403
    replicate.advance(61)
    assert (await http.get(address, params=asked)).status_code == 403


async def test_an_archive_is_fetched_from_wherever_it_is(replicate: ReplicateSandbox, client: Client) -> None:
    await create_destination(client)
    data = f"data:application/zip;base64,{base64.b64encode(archive()).decode()}"
    await train(client, data)
    assert (await replicate.ended(replicate.trainings[0])).status == "succeeded"


@pytest.mark.parametrize("ratio", ASPECT_RATIOS)
async def test_a_portrait_has_the_proportions_ordered(replicate: ReplicateSandbox, client: Client, ratio: str) -> None:
    version = await trained_version(replicate, client)
    await order(client, version, aspect_ratio=ratio)
    width, height = map(int, ratio.split(":"))
    with Image.open(io.BytesIO(await portrait(replicate))) as image:
        assert image.width / image.height == pytest.approx(width / height, rel=0.04)
        assert image.width % 32 == image.height % 32 == 0


@pytest.mark.parametrize(("output_format", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
async def test_a_portrait_comes_in_the_file_format_ordered(
    replicate: ReplicateSandbox, client: Client, output_format: str, kind: str
) -> None:
    version = await trained_version(replicate, client)
    await order(client, version, output_format=output_format)
    with Image.open(io.BytesIO(await portrait(replicate))) as image:
        assert image.format == kind


async def test_portraits_show_the_customers_own_photos(replicate: ReplicateSandbox, client: Client) -> None:
    await create_destination(client)
    await train(client, await upload(client, archive(photo("red"))))
    run = await replicate.ended(replicate.trainings[0])
    assert isinstance(run.output, dict)
    await order(client, run.output["version"])
    with Image.open(io.BytesIO(await portrait(replicate))) as image:
        red, green, blue = image.resize((1, 1)).convert("RGB").tobytes()
    assert red > 2 * max(green, blue)


async def test_the_same_seed_paints_the_same_and_another_prompt_does_not(
    replicate: ReplicateSandbox, client: Client
) -> None:
    version = await trained_version(replicate, client)
    painted = []
    for inputs in ({"seed": 1}, {"seed": 1}, {"seed": 2}, {"seed": 1, "prompt": "TOK at sea"}):
        await order(client, version, **inputs)
        painted.append(await portrait(replicate))
    assert painted[0] == painted[1]
    assert len(set(painted)) == 3


async def test_pictures_and_inputs_are_gone_after_an_hour(
    replicate: ReplicateSandbox, client: Client, http: httpx.AsyncClient
) -> None:
    version = await trained_version(replicate, client)
    created = await order(client, version)
    run = await replicate.ended(replicate.predictions[0])
    assert isinstance(run.output, list)
    url = run.output[0]
    assert (await http.get(url)).status_code == 200
    replicate.advance(3601)
    assert (await http.get(url)).status_code == 404
    shown = (await http.get(f"/v1/predictions/{created.id}")).json()
    assert (shown["data_removed"], shown["input"], shown["output"]) == (True, {}, None)


@pytest.mark.parametrize("prompt", ["TOK nude on a beach", "an NSFW scene"])
async def test_an_indecent_prompt_is_refused(replicate: ReplicateSandbox, client: Client, prompt: str) -> None:
    version = await trained_version(replicate, client)
    await order(client, version, prompt=prompt)
    run = await replicate.ended(replicate.predictions[0])
    assert (run.status, run.output) == ("failed", None)
    assert run.error == "NSFW content detected. Try running it again, or try a different prompt."


async def test_a_prediction_can_be_waited_for(replicate: ReplicateSandbox, client: Client) -> None:
    version = await trained_version(replicate, client)
    done = await client.predictions.async_create(version=version, input={"prompt": "TOK"}, wait=True)
    assert done.status == "succeeded"
    assert [run.status for run in replicate.predictions] == ["succeeded"]


async def test_a_prediction_goes_to_a_models_latest_version_too(
    replicate: ReplicateSandbox, client: Client, http: httpx.AsyncClient
) -> None:
    version = await trained_version(replicate, client)
    answer = await http.post("/v1/models/avatars/portraits/predictions", json={"input": {"prompt": "TOK"}})
    assert (answer.status_code, answer.json()["version"]) == (201, version.rpartition(":")[2])
    assert (await http.get("/v1/predictions")).json()["results"][0]["id"] == answer.json()["id"]
    await replicate.ended(replicate.predictions[0])


async def test_each_output_is_told_of(replicate: ReplicateSandbox, client: Client) -> None:
    version = await trained_version(replicate, client)
    async with receiving() as hook:
        await client.predictions.async_create(
            version=version,
            input={"prompt": "TOK", "num_outputs": 2},
            webhook=hook.url,
            webhook_events_filter=["output", "completed"],
        )
        await hook.until(lambda: any(b'"succeeded"' in body for body in hook.bodies))
    assert b"out-0.webp" in hook.bodies[0]


async def portrait(replicate: ReplicateSandbox) -> bytes:
    run = await replicate.ended(replicate.predictions[-1])
    assert isinstance(run.output, list), run.error
    async with http_client() as http:
        return (await http.get(run.output[0])).content
