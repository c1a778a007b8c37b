"""The worker's rounds: whatever time has made due, made by one worker of all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from adapters.memory import Trouble
from avatar_core.dossier import OfCustomer
from avatar_core.errors import ProviderUnavailable, StoreUnavailable
from avatar_core.events import TrainingFailed
from avatar_core.payments import PaymentStatus
from avatar_core.runs import RunStatus
from avatar_core.subscriptions import AS_BOUGHT
from avatar_core.testing.examples import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    a_draft,
    a_notice,
    a_payment,
    a_running,
    a_term,
    credited,
    held,
)
from entrypoints.logs import Redaction
from entrypoints.worker import rounds
from entrypoints.worker.rounds import Round, Rounds
from tests.entrypoints.memory_house import MemoryHouse
from tests.entrypoints.worker.stage import AVATAR, CUSTOMER, the_worker, undone, until, write


def a_round(due: list[str], verb: Callable[[str], Awaitable[None]], every_s: float = 1.0) -> Round:
    async def listed(at: datetime, limit: int) -> list[str]:
        return due[:limit]

    return Round("test", every_s, listed, verb)


async def test_an_id_that_fails_never_stops_the_others_and_rests_before_its_next_try() -> None:
    done: list[str] = []

    async def verb(each: str) -> None:
        if each == "bad":
            done.append("bad!")
            raise ValueError(each)
        done.append(each)

    made = a_round(["first", "bad", "last"], verb)
    await made.make(NOW, Redaction())
    await made.make(NOW, Redaction())
    assert sorted(done) == ["bad!", "first", "first", "last", "last"]
    await made.make(NOW + SECOND, Redaction())
    assert done.count("bad!") == 2
    await made.make(NOW + 2 * SECOND, Redaction())
    assert done.count("bad!") == 2
    await made.make(NOW + 3 * SECOND, Redaction())
    assert done.count("bad!") == 3


@pytest.mark.timeout(30)
async def test_an_id_that_never_ends_is_broken_off_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WITHIN_S", 0.01)
    done: list[str] = []

    async def verb(each: str) -> None:
        if each == "bad":
            await asyncio.Event().wait()
        done.append(each)

    with capture_logs() as logs:
        await a_round(["bad", "good"], verb).make(NOW, Redaction())
    assert done == ["good"]
    assert [(line["subject"], line["error"]) for line in logs] == [("bad", "TimeoutError: ")]


async def test_ids_that_fail_again_and_again_keep_no_place_from_younger_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "AT_A_TIME", 2)
    done: list[str] = []

    async def verb(each: str) -> None:
        if each.startswith("bad"):
            raise ValueError(each)
        done.append(each)

    made = a_round(["bad 1", "bad 2", "good 1", "good 2"], verb)
    for _ in range(2):
        await made.make(NOW, Redaction())
    assert done == ["good 1", "good 2"]


async def test_a_letter_that_fails_is_logged_by_its_id_and_not_with_what_is_in_it() -> None:
    async def listed(at: datetime, limit: int) -> list[object]:
        return [("msg-1", "a prompt"), "training-1"]

    async def verb(each: object) -> None:
        raise ProviderUnavailable(reason="no key to be had")

    with capture_logs() as lines:
        await Round("take up notices", 1.0, listed, verb).make(NOW, Redaction())
    assert [line["subject"] for line in lines] == ["msg-1", "training-1"]
    assert "a prompt" not in str(lines)


async def test_what_failed_and_is_due_no_more_is_forgotten() -> None:
    tries: list[str] = []
    due = ["bad"]

    async def verb(each: str) -> None:
        tries.append(each)
        raise ValueError(each)

    made = a_round(due, verb, every_s=100.0)
    await made.make(NOW, Redaction())
    due.clear()
    await made.make(NOW, Redaction())
    due.append("bad")
    await made.make(NOW, Redaction())
    assert tries == ["bad", "bad"]


async def test_each_round_is_made_by_one_worker_of_all(outside: MemoryHouse) -> None:
    done: list[str] = []

    async def verb(each: str) -> None:
        done.append(each)

    store = outside.house.ground.store
    both = [Rounds(outside.clock, store.warden, Redaction(), (a_round(["id"], verb, 0.01),)) for _ in range(2)]
    stop = asyncio.Event()
    running = [asyncio.create_task(each.run(stop)) for each in both]
    await until(lambda: bool(done))
    await asyncio.sleep(0.05)
    assert done == ["id"]
    outside.clock.advance(SECOND)
    await until(lambda: len(done) == 2)
    stop.set()
    await asyncio.gather(*running)


async def test_a_list_that_cannot_be_read_is_read_again_later(outside: MemoryHouse) -> None:
    calls = 0

    async def listed(at: datetime, limit: int) -> list[str]:
        nonlocal calls
        calls += 1
        outside.clock.advance(SECOND)
        if calls < 3:
            raise StoreUnavailable(reason="restarting")
        return []

    async def verb(each: str) -> None:
        raise AssertionError(each)

    rounds = Rounds(outside.clock, outside.house.ground.store.warden, Redaction(), (Round("test", 0.01, listed, verb),))
    stop = asyncio.Event()
    running = asyncio.create_task(rounds.run(stop))
    await until(lambda: calls >= 3)
    stop.set()
    await running


async def test_the_rounds_close_invoices_whose_time_is_over(outside: MemoryHouse) -> None:
    payment = a_payment(CUSTOMER)
    await write(outside, CUSTOMER, payment)
    outside.clock.advance(HOUR)
    assert (await the_worker(outside).rounds.once())["expire payments"] == 1
    assert outside.database.payments[payment.id].status is PaymentStatus.EXPIRED


async def test_the_rounds_judge_evidence_that_its_process_left_behind(outside: MemoryHouse) -> None:
    payment = a_payment(CUSTOMER)
    await write(outside, CUSTOMER, payment, replace(a_notice(payment), received_at=NOW))
    rounds = the_worker(outside).rounds
    assert (await rounds.once())["judge evidence"] == 0
    outside.clock.advance(11 * SECOND)
    assert (await rounds.once())["judge evidence"] == 1
    assert outside.database.payments[payment.id].status is PaymentStatus.COMPLETED


async def test_the_rounds_announce_what_becomes_of_a_subscription(outside: MemoryHouse) -> None:
    await write(outside, CUSTOMER)
    async with outside.house.ground.store.begin() as work:
        subscription = (await work.dossier(OfCustomer(CUSTOMER.id))).subscription
        work.save(subscription.add(a_term(), "a payment", AS_BOUGHT))
        await work.commit()
    outside.clock.advance(28 * DAY)
    assert (await the_worker(outside).rounds.once())["announce subscriptions"] == 1
    names = {task.happening.event.name for task in undone(outside)}
    assert names == {"subscription.expiring"}


async def test_a_training_nobody_reports_on_ends_by_the_rounds(outside: MemoryHouse) -> None:
    """Bug museum 39: a training nobody reported on hung for ever."""
    running = a_running(a_draft(CUSTOMER, AVATAR))
    await write(outside, CUSTOMER, AVATAR, running)
    await hold_for(outside, running.id)
    outside.trainer.suffer(Trouble.UNAVAILABLE)
    outside.clock.advance(4 * HOUR)
    assert (await the_worker(outside).rounds.once())["poll trainings"] == 1
    assert outside.database.trainings[running.id].run.status is RunStatus.FAILED
    assert any(isinstance(task.happening.event, TrainingFailed) for task in undone(outside))


async def hold_for(outside: MemoryHouse, order: str) -> None:
    async with outside.house.ground.store.begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
        work.save(held(credited(wallet, 500), order, 220))
        await work.commit()


async def test_photos_are_deleted_when_they_were_kept_long_enough(outside: MemoryHouse) -> None:
    ended = a_running(a_draft(CUSTOMER, AVATAR))
    ended = replace(ended, run=ended.run.succeed(at=NOW))
    for photo in ended.photos:
        await outside.photos.put(photo.ref, b"a photo")
    await write(outside, CUSTOMER, AVATAR, ended)
    rounds = the_worker(outside).rounds
    outside.clock.advance((outside.settings.keep_photos_days - 1) * DAY)
    assert (await rounds.once())["delete photos"] == 0
    outside.clock.advance(2 * DAY)
    assert (await rounds.once())["delete photos"] == 1
    assert outside.database.trainings[ended.id].photos == ()
