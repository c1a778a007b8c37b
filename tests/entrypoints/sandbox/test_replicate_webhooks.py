"""Webhooks of the Replicate stand-in: signed, filtered, throttled, repeated, late, silent."""

import json
from collections.abc import AsyncIterator

import pytest
from replicate.client import Client

from entrypoints.sandbox.replicate import ReplicateSandbox, sign
from entrypoints.sandbox.replicate.webhooks import PROGRESS_EVERY_S
from tests.entrypoints.sandbox.replicate_customer import (
    DESTINATION,
    TRAINER,
    TRAINER_VERSION,
    archive,
    client_of,
    create_destination,
    train,
    upload,
)
from tests.entrypoints.sandbox.webhook_receiver import Receiver, receiving


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateSandbox]:
    # A hundred times as fast: the retries of a minute take less than a second.
    async with ReplicateSandbox.running(training_s=20, prediction_s=1, speed=100) as sandbox:
        yield sandbox


@pytest.fixture
async def client(replicate: ReplicateSandbox) -> AsyncIterator[Client]:
    async with client_of(replicate) as client:
        await create_destination(client)
        yield client


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def statuses(hook: Receiver) -> list[str]:
    return [json.loads(body)["status"] for body in hook.bodies]


def ids(hook: Receiver) -> list[str]:
    return [headers["webhook-id"] for headers in hook.headers]


async def train_asking_for(client: Client, hook: Receiver, *events: str) -> None:
    await client.trainings.async_create(
        TRAINER,
        TRAINER_VERSION,
        {"input_images": await upload(client, archive()), "steps": 100},
        destination=DESTINATION,
        webhook=hook.url,
        webhook_events_filter=list(events),
    )


def test_the_signature_is_that_of_the_standards_vector() -> None:
    signed = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_only_the_events_asked_for_are_sent(client: Client, hook: Receiver) -> None:
    await train_asking_for(client, hook, "start", "completed")
    await hook.until(lambda: len(hook.bodies) == 2)
    assert statuses(hook) == ["processing", "succeeded"]


async def test_progress_is_sent_at_most_twice_a_second(hook: Receiver) -> None:
    async with ReplicateSandbox.running(training_s=4, speed=10) as replicate, client_of(replicate) as client:
        await create_destination(client)
        await train_asking_for(client, hook, "logs")
        await replicate.settled()
        (run,) = replicate.trainings
        assert run.completed_at is not None
        assert run.started_at is not None
        took_s = (run.completed_at - run.started_at).total_seconds()
    assert run.logs.count("\n") == 41
    assert 1 < len(hook.bodies) <= 1 + took_s / PROGRESS_EVERY_S < 41


async def test_the_last_webhook_is_tried_again_under_its_id_for_a_minute(
    replicate: ReplicateSandbox, client: Client, hook: Receiver
) -> None:
    hook.answer = (500, "down")
    await train_asking_for(client, hook, "start", "completed")
    await replicate.settled()
    assert statuses(hook) == ["processing", *["succeeded"] * 6]
    assert len(set(ids(hook)[1:])) == 1
    assert [one.attempt for one in replicate.deliveries if one.event == "completed"] == [1, 2, 3, 4, 5, 6]


async def test_a_redirect_is_not_followed_and_counts_as_a_refusal(client: Client, hook: Receiver) -> None:
    hook.answers = [(302, "elsewhere")]
    await train_asking_for(client, hook, "completed")
    await hook.until(lambda: len(hook.bodies) == 2)
    assert len(set(ids(hook))) == 1


async def test_duplicates_carry_the_same_id(replicate: ReplicateSandbox, client: Client, hook: Receiver) -> None:
    replicate.duplicate_webhooks(3)
    await train_asking_for(client, hook, "completed")
    await hook.until(lambda: len(hook.bodies) == 3)
    assert len(set(ids(hook))) == 1


async def test_a_late_webhook_shows_the_run_as_it_was(
    replicate: ReplicateSandbox, client: Client, hook: Receiver
) -> None:
    replicate.delay_webhooks(3600)
    await train_asking_for(client, hook, "start")
    await replicate.ended(replicate.trainings[0])
    assert hook.bodies == []
    replicate.advance(3600)
    await hook.until(lambda: len(hook.bodies) == 1)
    assert statuses(hook) == ["processing"]


async def test_silence_sends_nothing(replicate: ReplicateSandbox, client: Client, hook: Receiver) -> None:
    replicate.silence_webhooks()
    await train(client, await upload(client, archive()), hook.url)
    await replicate.ended(replicate.trainings[0])
    await replicate.settled()
    assert (hook.bodies, replicate.deliveries) == ([], [])
    replicate.resume_webhooks()
    await train(client, await upload(client, archive()), hook.url)
    await hook.until(lambda: "succeeded" in statuses(hook))


async def test_the_last_webhook_can_be_sent_again(replicate: ReplicateSandbox, client: Client, hook: Receiver) -> None:
    await train_asking_for(client, hook, "completed")
    await hook.until(lambda: len(hook.bodies) == 1)
    await replicate.redeliver(replicate.trainings[0])
    assert len(hook.bodies) == 2
    assert len(set(ids(hook))) == 1


async def test_a_cancelled_training_tells_that_too(replicate: ReplicateSandbox, client: Client, hook: Receiver) -> None:
    replicate.hang_next_training()
    await train_asking_for(client, hook, "completed")
    await client.trainings.async_cancel(replicate.trainings[0].id)
    await hook.until(lambda: len(hook.bodies) == 1)
    assert statuses(hook) == ["canceled"]


async def test_a_receiver_that_cannot_be_reached_is_logged(replicate: ReplicateSandbox, client: Client) -> None:
    await train(client, await upload(client, archive()), "http://127.0.0.1:9/hook")
    await replicate.settled()
    assert "ConnectError" in {one.answer for one in replicate.deliveries}
