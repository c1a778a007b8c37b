"""Replicate's webhook: genuine, kept, recorded once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from avatar_core.dossier import OfCustomer
from avatar_core.errors import StoreUnavailable
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import a_customer, a_draft, a_running, an_avatar, credited, held
from avatar_core.trainings import Training
from entrypoints.container.whole import worker_container
from entrypoints.notices import SOURCE
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import MemoryHouse
from tests.entrypoints.web.conftest import Served, signed

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
TRAINING = a_running(a_draft(CUSTOMER, AVATAR))
QUERY = f"?training={TRAINING.id}"


def a_run(training: Training = TRAINING, status: str = "succeeded") -> dict[str, object]:
    ticket = training.run.ticket
    assert ticket is not None
    return {
        "id": ticket.run,
        "status": status,
        "webhook": f"https://bots.example/replicate?training={training.id}",
        "output": {"version": "me/avatars:" + "a" * 64, "weights": "https://replicate.delivery/w.tar"},
        "error": None,
    }


async def stored(outside: MemoryHouse, training: Training = TRAINING) -> None:
    store = outside.house.ground.store
    async with store.begin() as work:
        work.save(CUSTOMER, AVATAR, training)
        await work.commit()
    async with store.begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
        work.save(held(credited(wallet, 500), training.id, 220))
        await work.commit()


def status(outside: MemoryHouse) -> RunStatus:
    return outside.database.trainings[TRAINING.id].run.status


def kept(outside: MemoryHouse) -> list[str]:
    return [name for source, name in outside.database.arrivals.taken() if source == SOURCE]


def events(outside: MemoryHouse) -> list[str]:
    return [happening.event.name for happening in outside.database.happenings]


async def test_a_genuine_notice_is_kept_and_recorded(served: Served) -> None:
    await stored(served.outside)
    assert (await served.notify(a_run())).status_code == 200
    assert status(served.outside) is RunStatus.SUCCEEDED
    assert await served.outside.house.ground.store.inbox.unhandled(SOURCE, served.outside.clock.now(), 10) == []


async def test_the_same_notice_twice_is_recorded_once(served: Served) -> None:
    """Bug museum 28: the same webhook twice sent two messages and two entries."""
    await stored(served.outside)
    await served.notify(a_run())
    entries = len(served.outside.database.transfers.taken())
    begun = served.outside.begun
    for _ in range(2):
        assert (await served.notify(a_run())).status_code == 200
    assert served.outside.begun == begun
    assert events(served.outside).count("training.succeeded") == 1
    assert len(served.outside.database.transfers.taken()) == entries
    assert kept(served.outside) == ["msg_1"]


@pytest.mark.parametrize(
    "odd",
    [
        {"signature": "v1,AAAA"},
        {"signature": ""},
        {"at": 1614265330},
        {"at": "soon"},
        {"name": ""},
    ],
    ids=str,
)
async def test_a_forged_or_stale_notice_is_refused_and_not_kept(served: Served, odd: dict[str, str]) -> None:
    """Bug museum 27: the webhook was unsigned: a forged one is refused."""
    await stored(served.outside)
    answer = await served.notify(a_run(), **odd)
    assert answer.status_code == 403
    assert kept(served.outside) == []
    assert status(served.outside) is RunStatus.PROCESSING


async def test_a_notice_signed_for_another_body_is_refused(served: Served) -> None:
    await stored(served.outside)
    sent_at = str(int(served.outside.clock.now().timestamp()))
    answer = await served.notify(a_run(), at=sent_at, signature=signed("msg_1", sent_at, b"{}"))
    assert answer.status_code == 403


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_five_minutes_are_the_limit_on_both_sides(served: Served, seconds: int) -> None:
    now = int(served.outside.clock.now().timestamp())
    assert (await served.notify(a_run(), at=now + seconds)).status_code == 403
    assert (await served.notify(a_run(), at=now + seconds - seconds // 300)).status_code == 200


async def test_an_unreadable_notice_is_refused_and_not_kept(served: Served) -> None:
    assert (await served.notify({}, body=b"not json")).status_code == 400
    assert (await served.notify({"id": "x"})).status_code == 400
    assert kept(served.outside) == []


async def test_a_notice_about_an_unknown_order_is_answered_and_changes_nothing(served: Served) -> None:
    before = len(served.outside.database.happenings.taken())
    assert (await served.notify(a_run())).status_code == 200
    assert len(served.outside.database.happenings.taken()) == before


async def test_a_notice_before_its_order_is_known_is_kept_and_recorded_later(served: Served) -> None:
    """Bug museum 29: a webhook before the row was committed was lost."""
    outside = served.outside
    assert (await served.notify(a_run())).status_code == 200
    await stored(outside)
    assert status(outside) is RunStatus.PROCESSING
    outside.clock.advance(timedelta(seconds=11))
    rounds = worker_container(outside.house).get(Worker).rounds
    assert (await rounds.once())["take up notices"] == 1
    assert status(outside) is RunStatus.SUCCEEDED
    assert (await rounds.once())["take up notices"] == 0


async def test_a_notice_about_nothing_we_ever_know_is_put_aside(served: Served) -> None:
    assert (await served.notify(a_run())).status_code == 200
    rounds = worker_container(served.outside.house).get(Worker).rounds
    served.outside.clock.advance(timedelta(minutes=1))
    assert (await rounds.once())["take up notices"] == 1
    served.outside.clock.advance(timedelta(minutes=10))
    assert (await rounds.once())["take up notices"] == 1
    assert (await rounds.once())["take up notices"] == 0


async def test_a_notice_that_cannot_be_kept_is_not_answered_as_received(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(served.outside)

    async def keep(*_: object) -> list[str]:
        raise StoreUnavailable(reason="restarting")

    monkeypatch.setattr(served.outside.house.ground.store.inbox, "keep", keep)
    assert (await served.notify(a_run())).status_code == 503
    assert status(served.outside) is RunStatus.PROCESSING


async def test_a_failure_is_stored_and_gives_the_stars_back(served: Served) -> None:
    """Bug museum 30: the failure was never stored."""
    await stored(served.outside)
    failed = {**a_run(), "status": "failed", "output": None, "error": "CUDA out of memory"}
    assert (await served.notify(failed)).status_code == 200
    assert status(served.outside) is RunStatus.FAILED
    async with served.outside.house.ground.store.begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
    assert (str(wallet.available), str(wallet.held)) == ("500", "0")


async def test_the_order_may_be_named_by_the_address_alone(served: Served) -> None:
    await stored(served.outside)
    run = {key: value for key, value in a_run().items() if key != "webhook"}
    assert (await served.notify(run, query=QUERY)).status_code == 200
    assert status(served.outside) is RunStatus.SUCCEEDED


async def test_anothers_run_does_not_end_an_order(served: Served) -> None:
    await stored(served.outside)
    await served.notify({**a_run(), "id": "run-of-somebody-else"})
    assert status(served.outside) is RunStatus.PROCESSING
    assert replace(TRAINING, version=1) == served.outside.database.trainings[TRAINING.id]
