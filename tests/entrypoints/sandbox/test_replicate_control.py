"""The Replicate stand-in's time, and its control over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.replicate.clock import SandboxClock
from entrypoints.sandbox.replicate.lifecycles import progress_line
from entrypoints.sandbox.serving import http_client
from tests.entrypoints.sandbox.replicate_customer import archive, client_of, create_destination, train, upload


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateSandbox]:
    async with ReplicateSandbox.running(training_s=1000) as sandbox:
        yield sandbox


@pytest.fixture
async def http(replicate: ReplicateSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client() as http:
        http.base_url = httpx.URL(replicate.base_url)
        yield http


async def start_training(replicate: ReplicateSandbox) -> None:
    async with client_of(replicate) as client:
        await create_destination(client)
        await train(client, await upload(client, archive(), marker="t9"))


async def test_a_sleeper_is_woken_when_the_time_is_pushed() -> None:
    clock = SandboxClock()
    before = clock.now()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(1800)
    await asyncio.sleep(0.01)
    assert not sleeper.done()
    clock.advance(1800)
    await asyncio.wait_for(sleeper, 5)
    assert (clock.now() - before).total_seconds() >= 3600


async def test_a_sleeper_is_woken_sooner_when_the_time_runs_faster() -> None:
    clock = SandboxClock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.run_at(1_000_000)
    await asyncio.wait_for(sleeper, 5)


async def test_time_and_faults_are_set_over_http(replicate: ReplicateSandbox, http: httpx.AsyncClient) -> None:
    planned = await http.post("/sandbox/switches/fail_next_training", json={"reason": "no GPU", "at": 0.1})
    assert planned.json() == {"thrown": "fail_next_training"}
    await start_training(replicate)
    await http.post("/sandbox/clock", json={"advance_s": 100, "speed": 100_000})
    run = await replicate.ended(replicate.trainings[0])
    assert (run.status, run.error) == ("failed", "no GPU")
    state = (await http.get("/sandbox/state")).json()
    assert [one["status"] for one in state["trainings"]] == ["failed"]
    assert [one["name"] for one in state["files"]] == ["t9.zip"]


async def test_every_switch_is_offered_with_its_meaning(http: httpx.AsyncClient) -> None:
    offered = (await http.get("/sandbox/switches")).json()
    assert {"revoke_token", "fail_next_training", "silence_webhooks", "lose_next_answer"} <= set(offered)
    assert "next_ending" not in offered
    assert all(offered.values())


async def test_a_switch_that_does_not_exist_or_is_misused_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/sandbox/switches/take_api_fault", json={})).status_code == 404
    assert (await http.post("/sandbox/switches/fail_next_training", json={"why": "no"})).status_code == 422
    assert (await http.post("/sandbox/redeliver/none")).status_code == 404


async def test_runs_are_counted_by_their_marker(replicate: ReplicateSandbox) -> None:
    await start_training(replicate)
    assert len(replicate.marked("training", "t9")) == 1
    assert replicate.marked("training", "t10") == []
    assert replicate.marked("prediction", "t9") == []


async def test_what_breaks_in_the_stand_in_itself_is_raised_at_its_end() -> None:
    async def break_down() -> None:
        raise KeyError("a bug")

    async with contextlib.AsyncExitStack() as stack:
        replicate = await stack.enter_async_context(ReplicateSandbox.running())
        replicate.provider.spawn(break_down())
        await replicate.settled()
        with pytest.raises(BaseExceptionGroup, match="the stand-in itself broke"):
            await stack.aclose()


@pytest.mark.parametrize(
    ("done", "elapsed_s", "line"),
    [
        (120, 70, "flux_train_replicate:  12%|█▏        | 120/1000 [01:10<08:33, 1.71it/s, lr: 1.0e-04 loss: 4.2e-01]"),
        (
            1000,
            600,
            "flux_train_replicate: 100%|██████████| 1000/1000 [10:00<00:00, 1.67it/s, lr: 1.0e-04 loss: 2.0e-01]",
        ),
        (0, 0, "flux_train_replicate:   0%|          | 0/1000 [00:00<00:00, 0.00it/s, lr: 1.0e-04 loss: 4.5e-01]"),
    ],
)
def test_progress_reads_like_the_trainers(done: int, elapsed_s: float, line: str) -> None:
    assert progress_line(done, 1000, elapsed_s) == line
