"""The Replicate stand-in's rules: token, account, models, and the checks before a run is accepted."""

import httpx
import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError

from entrypoints.sandbox.replicate import ReplicateSandbox
from tests.entrypoints.sandbox.replicate_customer import (
    DESTINATION,
    TRAINER,
    TRAINER_VERSION,
    archive,
    create_destination,
    order,
    train,
    trained_version,
    upload,
)


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("", "You did not pass an authentication token"),
        ("Bearer r8_other", "You did not pass a valid authentication token"),
        ("Token r8_test", "You did not pass a valid authentication token"),
    ],
)
async def test_a_wrong_token_is_unauthenticated_everywhere(
    http: httpx.AsyncClient, authorization: str, detail: str
) -> None:
    for path in ("/v1/account", "/v1/trainings", "/v1/files", "/v1/nothing-here"):
        answer = await http.get(path, headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["title"], answer.json()["detail"]) == (401, "Unauthenticated", detail)


async def test_the_account_owns_what_the_token_creates(replicate: ReplicateSandbox, client: Client) -> None:
    assert (await client.accounts.async_current()).username == replicate.account


async def test_the_hardware_that_was_withdrawn_is_not_offered(client: Client) -> None:
    offered = [one.sku for one in await client.hardware.async_list()]
    assert "gpu-h100" in offered
    with pytest.raises(ReplicateError) as refusal:
        await client.models.async_create("avatars", "portraits", visibility="private", hardware="gpu-t4")
    assert refusal.value.status == 422


async def test_a_model_that_exists_is_not_created_again(client: Client) -> None:
    await create_destination(client)
    with pytest.raises(ReplicateError) as refusal:
        await create_destination(client)
    assert (refusal.value.status, refusal.value.detail) == (409, "A model with that name and owner already exists")


async def test_a_model_is_created_in_ones_own_account_only(client: Client) -> None:
    with pytest.raises(ReplicateError) as refusal:
        await client.models.async_create("ostris", "mine", visibility="private", hardware="gpu-h100")
    assert refusal.value.status == 403


@pytest.mark.parametrize("name", ["Portraits", "-portraits", "a b", ""])
async def test_a_model_has_a_plain_name(client: Client, name: str) -> None:
    with pytest.raises(ReplicateError) as refusal:
        await client.models.async_create("avatars", name, visibility="private", hardware="gpu-h100")
    assert refusal.value.status == 422


async def test_models_and_versions_are_listed_and_deleted(
    replicate: ReplicateSandbox, client: Client, http: httpx.AsyncClient
) -> None:
    version = (await trained_version(replicate, client)).rpartition(":")[2]
    assert DESTINATION in [model.id for model in (await client.models.async_list()).results]
    assert (await http.get(f"/v1/models/{DESTINATION}/versions/{version}")).json()["id"] == version
    assert (await http.delete(f"/v1/models/{DESTINATION}")).status_code == 403
    assert (await http.delete(f"/v1/models/{DESTINATION}/versions/{version}")).status_code == 202
    assert (await http.get(f"/v1/models/{DESTINATION}/versions")).json()["results"] == []
    assert (await http.delete(f"/v1/models/{DESTINATION}")).status_code == 204
    assert (await http.get(f"/v1/models/{DESTINATION}")).status_code == 404


async def test_a_training_needs_its_destination_first(replicate: ReplicateSandbox, client: Client) -> None:
    with pytest.raises(ReplicateError) as refusal:
        await train(client, "https://photos.example/t1.zip")
    assert refusal.value.status == 404
    assert refusal.value.detail == "The specified training destination does not exist"
    assert replicate.trainings == []


async def test_a_training_cannot_push_into_another_account(client: Client) -> None:
    with pytest.raises(ReplicateError) as refusal:
        await client.trainings.async_create(
            TRAINER, TRAINER_VERSION, {"input_images": "https://photos.example/t1.zip"}, destination=TRAINER
        )
    assert refusal.value.detail == "The specified training destination does not exist"


async def test_an_unknown_trainer_version_is_refused(client: Client) -> None:
    await create_destination(client)
    with pytest.raises(ReplicateError) as refusal:
        await client.trainings.async_create(
            TRAINER, "0" * 64, {"input_images": "https://x.example"}, destination=DESTINATION
        )
    assert (refusal.value.status, refusal.value.title) == (422, "Invalid version or not permitted")


@pytest.mark.parametrize(
    ("inputs", "detail"),
    [
        ({"input_images": "photos.zip"}, "- input.input_images: Does not match format 'uri'\n"),
        ({"steps": 2}, "- input.steps: Must be greater than or equal to 3\n"),
        ({"steps": 6001}, "- input.steps: Must be less than or equal to 6000\n"),
        ({"steps": "1000"}, "- input.steps: Invalid type. Expected: integer, given: string\n"),
        ({"steps": True}, "- input.steps: Invalid type. Expected: integer, given: boolean\n"),
        ({"lora_rank": 129}, "- input.lora_rank: Must be less than or equal to 128\n"),
        ({"trigger_word": None}, "- input.trigger_word: Invalid type. Expected: string, given: null\n"),
    ],
)
async def test_a_training_with_bad_input_is_refused(
    replicate: ReplicateSandbox, client: Client, inputs: dict[str, object], detail: str
) -> None:
    await create_destination(client)
    with pytest.raises(ReplicateError) as refusal:
        await train(client, **({"archive_url": "https://photos.example/t1.zip"} | inputs))  # type: ignore[arg-type]
    assert (refusal.value.status, refusal.value.title) == (422, "Input validation failed")
    assert refusal.value.detail == detail
    assert replicate.trainings == []


async def test_an_archive_is_required(http: httpx.AsyncClient, client: Client) -> None:
    await create_destination(client)
    address = f"/v1/models/{TRAINER}/versions/{TRAINER_VERSION}/trainings"
    answer = await http.post(address, json={"destination": DESTINATION, "input": {}})
    assert (answer.status_code, answer.json()["detail"]) == (422, "- input: input_images is required\n")
    answer = await http.post(address, json={"input": {}})
    assert (answer.status_code, answer.json()["invalid_fields"][0]["field"]) == (422, "destination")


async def test_unknown_input_is_ignored_but_remembered(replicate: ReplicateSandbox, client: Client) -> None:
    await create_destination(client)
    await train(client, await upload(client, archive()), stepz=1000)
    assert replicate.trainings[0].ignored_inputs == ("stepz",)
    await replicate.ended(replicate.trainings[0])


@pytest.mark.parametrize("webhook", ["http://shop.example/hook", "ftp://127.0.0.1/hook", "hook"])
async def test_a_webhook_must_be_https(client: Client, webhook: str) -> None:
    await create_destination(client)
    with pytest.raises(ReplicateError) as refusal:
        await train(client, "https://photos.example/t1.zip", webhook)
    assert (refusal.value.status, refusal.value.detail) == (422, "- webhook: webhook must be a valid HTTPS URL\n")


@pytest.mark.parametrize(
    ("inputs", "detail"),
    [
        ({"num_outputs": 5}, "- input.num_outputs: Must be less than or equal to 4\n"),
        ({"num_inference_steps": 51}, "- input.num_inference_steps: Must be less than or equal to 50\n"),
        ({"guidance_scale": -0.5}, "- input.guidance_scale: Must be greater than or equal to 0\n"),
        (
            {"output_format": "gif"},
            '- input.output_format: output_format must be one of the following: "webp", "jpg", "png"\n',
        ),
    ],
)
async def test_a_prediction_with_bad_input_is_refused(
    replicate: ReplicateSandbox, client: Client, inputs: dict[str, object], detail: str
) -> None:
    version = await trained_version(replicate, client)
    with pytest.raises(ReplicateError) as refusal:
        await order(client, version, **inputs)
    assert (refusal.value.status, refusal.value.detail) == (422, detail)
    assert replicate.predictions == []


async def test_a_prediction_with_an_unknown_version_is_refused(client: Client) -> None:
    with pytest.raises(ReplicateError) as refusal:
        await order(client, "0" * 64)
    assert (refusal.value.status, refusal.value.title) == (422, "Invalid version or not permitted")


async def test_trainings_are_listed_newest_first_a_hundred_on_a_page(
    replicate: ReplicateSandbox, client: Client
) -> None:
    await create_destination(client)
    for _ in range(103):
        await train(client, "http://127.0.0.1:9/no-archive-there.zip")
    first = await client.trainings.async_list()
    assert first.next is not None
    rest = await client.trainings.async_list(first.next)
    assert [len(first.results), len(rest.results)] == [100, 3]
    listed = [training.id for training in (*first.results, *rest.results)]
    assert listed == [run.id for run in reversed(replicate.trainings)]
    assert rest.next is None
    assert rest.previous is not None


async def test_a_cursor_that_leads_nowhere_is_refused(http: httpx.AsyncClient) -> None:
    for cursor in ("bm93aGVyZQ", "%", "ä"):
        assert (await http.get("/v1/trainings", params={"cursor": cursor})).status_code == 400


async def test_what_does_not_exist_is_not_found(http: httpx.AsyncClient) -> None:
    for path in (
        "/v1/nothing-here",
        "/v1/trainings/none",
        "/v1/predictions/none",
        "/v1/files/none",
        "/v1/models/a/b",
        "/v1/models/a/b/versions",
    ):
        answer = await http.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "The requested resource could not be found."
