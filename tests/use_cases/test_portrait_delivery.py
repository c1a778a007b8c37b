"""Portraits delivered: charged by the image that arrived."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory import MemoryPainter, Trouble
from avatar_core.customers import Level
from avatar_core.errors import MessengerUnavailable, ProviderUnavailable, StoreUnavailable
from avatar_core.events import PortraitsDelivered
from avatar_core.money import NO_STARS, Stars
from avatar_core.portraits import ImageStatus
from avatar_core.runs import FailureReason, RunStatus
from avatar_core.testing.examples import HOUR, SECOND
from avatar_core.testing.faults import Fate, Killed, die
from tests.use_cases.portraits import FREE, HELD, PRICE, SPENT, START, an_order, status
from tests.use_cases.world import MemoryWorld


async def test_what_arrived_is_charged_and_told(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.deliver(order)
    known = await world.order(order)
    assert (known.run.status, [image.status for image in known.images]) == (
        RunStatus.SUCCEEDED,
        [ImageStatus.DELIVERED] * 2,
    )
    assert await world.money(customer) == SPENT
    (album,) = world.messenger.albums
    refs = [image.ref for image in known.images if image.ref]
    assert (album.order, album.images) == (order, tuple(world.photos.kept[ref] for ref in refs))
    assert len(set(album.images)) == len(refs) == 2
    assert (await world.read(customer)).customer.level is Level.PORTRAYED
    assert world.happened()[-1] == PortraitsDelivered(
        customer=customer, order=order, count=2, price=PRICE, released=NO_STARS, balance=START - PRICE
    )
    captures = [posting.transfer.key for posting in await world.store.books.postings(customer)][-2:]
    assert captures == [f"{order}:capture:1", f"{order}:capture:2"]
    assert await world.broken_laws() == []


async def test_delivering_again_sends_and_charges_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.deliver(order)
    await world.deliver(order)
    assert (len(world.messenger.albums), await world.money(customer)) == (1, SPENT)


async def test_several_deliverers_at_once_charge_once(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await asyncio.gather(*(world.deliver(order) for _ in range(4)))
    assert (await world.money(customer), len(world.named("portraits.delivered"))) == (SPENT, 1)
    assert await world.broken_laws() == []


async def test_an_order_that_is_not_painted_yet_is_not_delivered(world: MemoryWorld) -> None:
    _, order = await an_order(world, "painting")
    await world.deliver(order)
    assert (await status(world, order), world.messenger.albums) == (RunStatus.PROCESSING, [])


async def test_a_lost_image_is_given_back_and_the_others_are_charged(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted", images=4)
    world.painter.delete_image((await world.order(order)).sources[1])
    await world.deliver(order)
    assert [image.status.value for image in (await world.order(order)).images] == [
        "DELIVERED",
        "LOST",
        "DELIVERED",
        "DELIVERED",
    ]
    price = Stars.parse("22.5")
    assert await world.money(customer) == (START - price, NO_STARS)
    assert world.happened()[-1] == PortraitsDelivered(
        customer=customer,
        order=order,
        count=3,
        price=price,
        released=Stars.parse("7.5"),
        balance=START - price,
    )
    assert len(world.messenger.albums[0].images) == 3
    assert await world.broken_laws() == []


class AskedPainter(MemoryPainter):
    """Remembers which images it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def fetch(self, image: str) -> bytes:
        self.asked.append(image)
        return await super().fetch(image)


async def test_images_that_were_never_painted_are_not_asked_for_and_given_back(world: MemoryWorld) -> None:
    world.painter = painter = AskedPainter()
    world.__post_init__()
    customer, order = await an_order(world, "painting", images=4)
    report = world.painter.finish(order)
    await world.record_portraits(order, replace(report, images=report.images[:1]))
    await world.deliver(order)
    assert painter.asked == list(report.images[:1])
    assert await world.money(customer) == (START - Stars.parse("7.5"), NO_STARS)


async def test_an_order_whose_images_are_all_lost_costs_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    for source in (await world.order(order)).sources:
        world.painter.delete_image(source)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.VANISHED, FREE)
    assert (world.messenger.albums, await world.broken_laws()) == ([], [])


async def test_whoever_blocked_the_bot_pays_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.blocked_by.add((await world.read(customer)).customer.telegram_id)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)


async def test_images_that_the_messenger_never_takes_cost_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.refuses_images = True
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)


async def test_whoever_is_known_to_have_blocked_the_bot_is_sent_nothing(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    await world.note_unreachable(customer)
    await world.deliver(order)
    assert ((await world.order(order)).run.failure, await world.money(customer)) == (FailureReason.UNDELIVERABLE, FREE)
    assert world.messenger.albums == []


@pytest.mark.parametrize("trouble", ["painter", "messenger", "disk"])
async def test_what_cannot_be_delivered_now_is_delivered_later_and_charged_once(
    world: MemoryWorld, trouble: str
) -> None:
    customer, order = await an_order(world, "painted")
    match trouble:
        case "painter":
            world.painter.suffer(Trouble.UNAVAILABLE, 1)
        case "messenger":
            world.messenger.busy_s = 5.0
        case _:
            world.photos.full = True
    with pytest.raises((ProviderUnavailable, MessengerUnavailable, StoreUnavailable)):
        await world.deliver(order)
    assert await world.money(customer) == HELD
    world.messenger.busy_s, world.photos.full = None, False
    world.clock.advance(SECOND)
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums)) == (SPENT, 1)


async def test_images_that_are_kept_already_are_not_fetched_again(world: MemoryWorld) -> None:
    customer, order = await an_order(world, "painted")
    world.messenger.busy_s = 5.0
    with pytest.raises(MessengerUnavailable):
        await world.deliver(order)
    for source in (await world.order(order)).sources:
        world.painter.delete_image(source)
    world.messenger.busy_s = None
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums[0].images)) == (SPENT, 2)


async def test_a_delivery_that_has_to_wait_again_writes_nothing(world: MemoryWorld, fate: Fate) -> None:
    _, order = await an_order(world, "painted")
    world.messenger.busy_s = 5.0
    commits = []
    for _ in range(2):
        with pytest.raises(MessengerUnavailable):
            await world.deliver(order)
        commits.append(fate.commits)
    assert commits[0] == commits[1]


class BusyPainter(MemoryPainter):
    """Cannot give some images away now."""

    def __init__(self) -> None:
        super().__init__()
        self.busy: set[str] = set()

    async def fetch(self, image: str) -> bytes:
        if image in self.busy:
            raise ProviderUnavailable(reason="it is busy")
        return await super().fetch(image)


async def test_an_image_that_cannot_be_fetched_for_an_hour_does_not_take_the_others_with_it(
    world: MemoryWorld,
) -> None:
    world.painter = painter = BusyPainter()
    world.__post_init__()
    customer, order = await an_order(world, "painted", images=4)
    sources = (await world.order(order)).sources
    painter.busy.add(sources[1])
    with pytest.raises(ProviderUnavailable):
        await world.deliver(order)
    assert [image.status.value for image in (await world.order(order)).images] == [
        "STORED",
        "ORDERED",
        "STORED",
        "STORED",
    ]
    assert (world.messenger.albums, (await world.money(customer))[1]) == ([], Stars.of(30))
    for source in sources:
        painter.delete_image(source)
    painter.busy.clear()
    await world.deliver(order)
    assert (len(world.messenger.albums[0].images), await world.money(customer)) == (
        3,
        (START - Stars.parse("22.5"), NO_STARS),
    )


async def test_what_two_deliverers_fetched_of_one_order_is_kept(world: MemoryWorld, fate: Fate) -> None:
    world.painter = painter = BusyPainter()
    world.__post_init__()
    _, order = await an_order(world, "painted")
    first, second = (await world.order(order)).sources

    async def meanwhile() -> None:
        painter.busy = {second}
        with pytest.raises(ProviderUnavailable):
            await world.deliver(order)

    painter.busy = {first}
    fate.before[:] = [meanwhile]
    with pytest.raises(ProviderUnavailable):
        await world.deliver(order)
    assert {image.status for image in (await world.order(order)).images} == {ImageStatus.STORED}


@pytest.mark.parametrize(("when", "commit", "albums"), [
    ("before", 0, 1),
    ("after", 0, 1),
    ("before", 1, 2),
    ("after", 1, 1),
])  # fmt: skip
async def test_a_delivery_that_died_is_charged_once_and_at_worst_sent_again(
    world: MemoryWorld, fate: Fate, when: str, commit: int, albums: int
) -> None:
    customer, order = await an_order(world, "painted")
    getattr(fate, when).extend([None] * commit + [die])
    with pytest.raises(Killed):
        await world.deliver(order)
    await world.deliver(order)
    assert (await world.money(customer), len(world.messenger.albums)) == (SPENT, albums)
    assert await world.broken_laws() == []


@pytest.mark.parametrize(("commit", "albums"), [(0, 0), (1, 1)])
async def test_an_order_that_ended_while_its_images_were_fetched_or_sent_is_not_charged(
    world: MemoryWorld, fate: Fate, commit: int, albums: int
) -> None:
    customer, order = await an_order(world, "painted")

    async def end() -> None:
        world.clock.advance(3 * HOUR)
        await world.poll_portraits(order)

    fate.before[:] = [None] * commit + [end]
    await world.deliver(order)
    assert (await status(world, order), await world.money(customer)) == (RunStatus.FAILED, FREE)
    assert (len(world.messenger.albums), await world.broken_laws()) == (albums, [])


async def test_an_order_that_ended_while_its_last_image_was_fetched_is_not_sent(world: MemoryWorld, fate: Fate) -> None:
    world.painter = painter = BusyPainter()
    world.__post_init__()
    customer, order = await an_order(world, "painted")
    painter.busy.add((await world.order(order)).sources[1])
    with pytest.raises(ProviderUnavailable):
        await world.deliver(order)
    painter.busy.clear()

    async def end() -> None:
        world.clock.advance(3 * HOUR)
        await world.poll_portraits(order)

    fate.before[:] = [end]
    await world.deliver(order)
    ended = await world.order(order)
    assert (ended.run.failure, await world.money(customer)) == (FailureReason.DEADLINE, FREE)
    assert (ended.images[1].status, world.messenger.albums) == (ImageStatus.ORDERED, [])
