"""What can be made to go wrong at the Replicate stand-in."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError

from entrypoints.sandbox.replicate import ReplicateSandbox, Run
from entrypoints.sandbox.replicate.provider import Delivered
from entrypoints.sandbox.serving import http_client
from tests.entrypoints.sandbox.replicate_customer import (
    archive,
    client_of,
    create_destination,
    order,
    photo,
    train,
    upload,
)
from tests.entrypoints.sandbox.webhook_receiver import receiving


@pytest.fixture
async def client(replicate: ReplicateSandbox) -> AsyncIterator[Client]:
    async with client_of(replicate) as client:
        await create_destination(client)
        yield client


async def trained(replicate: ReplicateSandbox, client: Client) -> Run:
    await train(client, await upload(client, archive()))
    return await replicate.ended(replicate.trainings[-1])


# how a training can end


async def test_a_training_fails_with_the_reason_given(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.fail_next_training("CUDA out of memory")
    run = await trained(replicate, client)
    assert (run.status, run.error, run.output) == ("failed", "CUDA out of memory", None)
    assert 0 < run.logs.count("it/s") < 40
    assert (await trained(replicate, client)).status == "succeeded"


async def test_a_training_is_canceled_by_somebody_else(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.cancel_next_training()
    assert (await trained(replicate, client)).status == "canceled"


async def test_a_training_is_aborted_before_it_starts(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.abort_next_training()
    run = await trained(replicate, client)
    assert (run.status, run.started_at, run.logs) == ("aborted", None, "")


async def test_a_vanished_training_is_gone_from_every_answer(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.vanish_next_training()
    async with receiving() as receiver:
        created = await train(client, await upload(client, archive()), receiver.url)
        await replicate.ended(replicate.trainings[0])
        with pytest.raises(ReplicateError) as refusal:
            await client.trainings.async_get(created.id)
        assert refusal.value.status == 404
        assert (await client.trainings.async_list()).results == []
        assert receiver.bodies == []
    assert [run.vanished for run in replicate.trainings] == [True]


async def test_a_hanging_training_never_ends_until_it_is_canceled(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.hang_next_training(at=0.1)
    created = await train(client, await upload(client, archive()))
    replicate.advance(23 * 3600)  # the archive, kept for a day, is still there
    with pytest.raises(TimeoutError):
        await replicate.ended(replicate.trainings[0], timeout_s=0.3)
    assert (await client.trainings.async_cancel(created.id)).status == "canceled"
    assert (await client.trainings.async_cancel(created.id)).status == "canceled"


async def test_a_training_that_has_ended_cannot_be_canceled(replicate: ReplicateSandbox, client: Client) -> None:
    run = await trained(replicate, client)
    assert (await client.trainings.async_cancel(run.id)).status == "succeeded"
    assert run.output is not None


async def test_an_odd_status_is_shown_for_a_while(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.show_odd_status("paused", at=0.0)
    async with receiving() as receiver:
        await train(client, await upload(client, archive()), receiver.url)
        await receiver.until(lambda: any(b'"succeeded"' in body for body in receiver.bodies))
        assert any(b'"status": "paused"' in body for body in receiver.bodies)


async def test_a_trained_version_may_be_shown_as_a_bare_hash(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.report_bare_versions()
    run = await trained(replicate, client)
    assert isinstance(run.output, dict)
    assert len(run.output["version"]) == 64


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"no zip at all", "File is not a zip file"),
        (archive(b"no picture"), "cannot identify image file 'photo_00.jpg'"),
        (archive(photo()[:300]), "cannot identify image file 'photo_00.jpg'"),
        (b"PK\x05\x06" + bytes(18), "No images found"),
    ],
)
async def test_a_training_on_unusable_photos_fails(
    replicate: ReplicateSandbox, client: Client, content: bytes, error: str
) -> None:
    await train(client, await upload(client, content))
    run = await replicate.ended(replicate.trainings[0])
    assert run.status == "failed"
    assert error in str(run.error)


async def test_a_training_fails_when_its_archive_cannot_be_fetched(replicate: ReplicateSandbox, client: Client) -> None:
    await train(client, "http://127.0.0.1:9/t1.zip")
    run = await replicate.ended(replicate.trainings[0])
    assert (run.status, str(run.error)[:29]) == ("failed", "Failed to download input_imag")


# how a request can end


async def test_a_revoked_token_is_refused_until_it_is_restored(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.revoke_token()
    with pytest.raises(ReplicateError) as refusal:
        await client.accounts.async_current()
    assert (refusal.value.status, refusal.value.title) == (401, "Unauthenticated")
    replicate.restore_token()
    await client.accounts.async_current()


async def test_an_account_without_credit_starts_nothing(replicate: ReplicateSandbox, client: Client) -> None:
    replicate.run_out_of_credit()
    url = await upload(client, archive())
    with pytest.raises(ReplicateError) as refusal:
        await train(client, url)
    assert (refusal.value.status, replicate.trainings) == (402, [])
    replicate.top_up()
    assert (await trained(replicate, client)).status == "succeeded"


async def test_a_throttled_request_is_not_carried_out(replicate: ReplicateSandbox, client: Client) -> None:
    url = await upload(client, archive())
    replicate.throttle_next(path_part="/trainings")
    with pytest.raises(ReplicateError) as refusal:
        await train(client, url)
    assert refusal.value.status == 429
    assert refusal.value.detail == "Request was throttled. Your rate limit resets in ~1s."
    assert replicate.trainings == []


async def test_a_broken_answer_comes_as_often_as_planned(replicate: ReplicateSandbox, http: httpx.AsyncClient) -> None:
    replicate.break_next(times=2, method="GET")
    assert [(await http.get("/v1/account")).status_code for _ in range(3)] == [500, 500, 200]


async def test_a_refused_training_is_not_carried_out(replicate: ReplicateSandbox, client: Client) -> None:
    url = await upload(client, archive())
    replicate.refuse_next(path_part="/trainings")
    with pytest.raises(ReplicateError) as refusal:
        await train(client, url)
    assert (refusal.value.status, replicate.trainings) == (422, [])


async def test_only_a_fault_for_a_path_befalls_what_runs_have_made(
    replicate: ReplicateSandbox, http: httpx.AsyncClient
) -> None:
    address = replicate.provider.hand_out("run/out.jpg", Delivered(b"painted", "image/jpeg"))
    replicate.break_next()
    assert (await http.get(address)).status_code == 200
    replicate.break_next(path_part="/delivery/")
    assert [(await http.get(address)).status_code for _ in range(2)] == [500, 200]
    replicate.revoke_token()
    assert (await http.get(address)).status_code == 200


async def test_a_lost_request_creates_nothing(replicate: ReplicateSandbox, client: Client) -> None:
    url = await upload(client, archive())
    replicate.lose_next_request(path_part="/trainings", hold_s=0.05)
    with pytest.raises(ReplicateError) as refusal:
        await train(client, url)
    assert (refusal.value.status, replicate.trainings) == (504, [])


async def test_a_lost_answer_leaves_a_training_that_can_be_found(
    replicate: ReplicateSandbox, client: Client, http: httpx.AsyncClient
) -> None:
    url = await upload(client, archive(), marker="t42")
    replicate.lose_next_answer(path_part="/trainings")
    address = "/v1/models/replicate/fast-flux-trainer/versions/"
    version = replicate.provider.models["replicate/fast-flux-trainer"].versions[0].id
    body = {"destination": "avatars/portraits", "input": {"input_images": url}}
    with pytest.raises(httpx.ReadTimeout):
        await http.post(f"{address}{version}/trainings", json=body, timeout=0.3)
    (found,) = (await client.trainings.async_list()).results
    assert found.input == {"input_images": url}
    assert [run.id for run in replicate.marked("training", "t42")] == [found.id]


async def test_the_stand_in_closes_while_an_answer_is_withheld() -> None:
    async with ReplicateSandbox.running() as replicate, http_client() as http:
        replicate.lose_next_request(method="GET")
        headers = {"Authorization": f"Bearer {replicate.token}"}
        waiting = asyncio.create_task(http.get(f"{replicate.base_url}/v1/account", headers=headers))
        await asyncio.sleep(0.05)
    with pytest.raises(httpx.HTTPError):
        (await waiting).raise_for_status()


# how a prediction can end


async def test_a_prediction_fails_with_the_reason_given(replicate: ReplicateSandbox, client: Client) -> None:
    version = await avatar(replicate, client)
    replicate.fail_next_prediction("out of memory")
    await order(client, version)
    run = await replicate.ended(replicate.predictions[0])
    assert (run.status, run.error, run.output) == ("failed", "out of memory", None)


@pytest.mark.parametrize(("lost", "status", "left"), [(1, "succeeded", 2), (3, "failed", None)])
async def test_single_images_can_be_dropped(
    replicate: ReplicateSandbox, client: Client, lost: int, status: str, left: int | None
) -> None:
    version = await avatar(replicate, client)
    replicate.lose_images_of_next_prediction(lost)
    await order(client, version, num_outputs=3)
    run = await replicate.ended(replicate.predictions[0])
    assert (run.status, len(run.output) if isinstance(run.output, list) else None) == (status, left)


async def test_faults_are_met_in_the_order_in_which_they_were_planned(
    replicate: ReplicateSandbox, client: Client
) -> None:
    replicate.let_run("training")
    replicate.fail_next_training()
    replicate.cancel_next_training()
    assert [(await trained(replicate, client)).status for _ in range(4)] == [
        "succeeded",
        "failed",
        "canceled",
        "succeeded",
    ]


async def avatar(replicate: ReplicateSandbox, client: Client) -> str:
    run = await trained(replicate, client)
    assert isinstance(run.output, dict)
    return str(run.output["version"])
