"""What the worker does every day without being asked: it closes the books, and clears away what was left lying."""

from dataclasses import replace

from adapters.memory import FrozenClock, MemoryPhotoStore
from avatar_core.dossier import OfCustomer
from avatar_core.ids import PhotoRef
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import DAY, HOUR, NOW, a_customer, a_draft, a_photo, an_avatar, an_order
from avatar_core.testing.whole import granted
from avatar_core.wallet import Wallet
from entrypoints.container.whole import worker_container
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import MemoryHouse

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
DRAFT = a_draft(CUSTOMER, AVATAR)
ORPHAN = PhotoRef(f"trainings/{DRAFT.id}/1.jpg")


async def test_the_daily_rounds_seal_days_and_clear_away_what_has_been_left_lying() -> None:
    clock = FrozenClock(NOW)
    house = MemoryHouse(clock=clock, photos=MemoryPhotoStore(clock=clock))
    rounds = worker_container(house.house).get(Worker).rounds
    async with house.begin() as work:
        stars = granted(Wallet.empty(CUSTOMER.network, CUSTOMER.id), 5)
        work.save(CUSTOMER, AVATAR, stars, an_order(CUSTOMER, AVATAR), DRAFT)
        await work.commit()
    await house.photos.put(ORPHAN, b"content")
    daily = ("seal days", "discard quotes", "discard drafts")
    assert [(await rounds.once())[each] for each in daily] == [0, 0, 0]
    assert ORPHAN in house.photos.kept
    clock.advance(DAY + HOUR)
    async with house.begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
        work.save(granted(wallet, 5, 2, clock.now()))
        await work.commit()
    made = await rounds.once()
    assert [made[each] for each in daily] == [1, 1, 1]
    assert [(seal.day, seal.transfers) for seal in house.database.seals] == [(NOW.date(), 1)]
    ended = [*(each.run for each in house.database.trainings), *(each.run for each in house.database.orders)]
    assert [run.status for run in ended] == [RunStatus.CANCELED] * 2
    assert ORPHAN not in house.photos.kept
    clock.advance(HOUR)
    assert [(await rounds.once())[each] for each in daily] == [0, 0, 0]


async def test_a_photo_that_a_draft_knows_is_not_swept() -> None:
    clock = FrozenClock(NOW)
    house = MemoryHouse(clock=clock, photos=MemoryPhotoStore(clock=clock))
    draft = a_draft(CUSTOMER, AVATAR)
    known = PhotoRef(f"trainings/{draft.id}/1.jpg")
    async with house.begin() as work:
        work.save(CUSTOMER, AVATAR, replace(draft, photos=(replace(a_photo(), ref=known),)))
        await work.commit()
    await house.photos.put(known, b"content")
    clock.advance(2 * DAY)
    await worker_container(house.house).get(Worker).rounds.once()
    assert known in house.photos.kept
