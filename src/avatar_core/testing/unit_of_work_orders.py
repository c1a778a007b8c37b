"""Avatars, trainings and portraits: kept fact for fact, each customer's own, one draft and one training at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfPortraits, OfTraining
from avatar_core.errors import ConcurrentChange, DraftNotFound
from avatar_core.ids import PhotoRef, TrainingId
from avatar_core.runs import FailureReason, Run, RunStatus
from avatar_core.subscriptions import AS_BOUGHT, Subscription
from avatar_core.testing.examples import (
    HOUR,
    MINUTE,
    MODEL,
    NOW,
    a_draft,
    a_painting,
    a_requested,
    a_running,
    a_term,
    an_avatar,
    an_order,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.trainings import Training


class OrdersContract(StoreContract):
    """What is made for a customer."""

    async def test_every_avatar_of_a_customer_is_in_the_dossier(self, store: Store, customer: Customer) -> None:
        stranger = await store.registered(2)
        ready = replace(an_avatar(customer, 2), name="Двойник", trained=MODEL)
        bare = replace(an_avatar(customer, 3), trained=replace(MODEL, weights=None))
        await store.save(an_avatar(customer), ready, bare, an_avatar(stranger, 4))
        expected = {each.id: replace(each, version=1) for each in (an_avatar(customer), ready, bare)}
        assert (await store.read(customer)).avatars == expected

    async def test_a_draft_is_in_the_dossier(self, store: Store, customer: Customer, avatar: Avatar) -> None:
        draft = a_draft(customer, avatar)
        await store.save(draft)
        dossier = await store.read(customer)
        assert dossier.draft == replace(draft, version=1)
        assert dossier.unfinished is None

    async def _found(self, store: Store, training: TrainingId) -> Training:
        async with store.begin() as work:
            return (await work.dossier(OfTraining(training))).training(training)

    async def test_every_fact_of_a_training_is_kept_on_its_way(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        draft = a_draft(customer, avatar)
        requested = a_requested(draft)
        running = replace(a_running(draft), percent=35, progressed_at=NOW + MINUTE)
        ready = replace(running, run=running.run.succeed(at=NOW + HOUR), percent=100, photos=())
        for version, stage in enumerate((draft, requested, running, ready)):
            await store.save(replace(stage, version=version))
            assert await self._found(store, draft.id) == replace(stage, version=version + 1)

    async def test_the_draft_and_the_unfinished_training_are_in_the_dossier_and_no_other(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        ended = a_running(a_draft(customer, avatar))
        ended = replace(ended, run=ended.run.fail(FailureReason.VANISHED, at=NOW))
        dropped = a_draft(customer, avatar, 2)
        dropped = replace(dropped, run=dropped.run.cancel(at=NOW))
        running, draft = a_running(a_draft(customer, avatar, 3)), a_draft(customer, avatar, 4)
        await store.save(ended, dropped, running, draft)
        dossier = await store.read(customer)
        assert set(dossier.trainings) == {running.id, draft.id}
        assert dossier.draft.id == draft.id
        assert dossier.unfinished == replace(running, version=1)

    async def test_the_training_asked_for_is_in_the_dossier_too(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        ended = a_running(a_draft(customer, avatar))
        ended = replace(ended, run=ended.run.fail(FailureReason.VANISHED, at=NOW))
        await store.save(ended, a_draft(customer, avatar, 2))
        async with store.begin() as work:
            dossier = await work.dossier(OfTraining(ended.id))
        assert set(dossier.trainings) == {ended.id, a_draft(customer, avatar, 2).id}
        assert dossier.training(ended.id) == replace(ended, version=1)

    async def test_another_customers_things_are_in_no_dossier(self, store: Store, customer: Customer) -> None:
        stranger = await store.registered(2)
        avatar = an_avatar(stranger, 2)
        await store.save(
            avatar,
            a_draft(stranger, avatar),
            Subscription(stranger.id, stranger.network).add(a_term(), "payment 1", AS_BOUGHT),
        )
        dossier = await store.read(customer)
        assert (dossier.avatars, dossier.trainings, dossier.subscription.terms) == ({}, {}, ())
        with pytest.raises(DraftNotFound):
            _ = dossier.draft

    async def test_a_customer_prepares_one_avatar_at_a_time(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        await store.save(a_draft(customer, avatar))
        with pytest.raises(ConcurrentChange):
            await store.save(a_draft(customer, avatar, 2))

    @pytest.mark.parametrize("make", [a_requested, a_running])
    async def test_a_customer_has_one_unfinished_training_at_a_time(
        self, store: Store, customer: Customer, avatar: Avatar, make: Callable[[Training], Training]
    ) -> None:
        await store.save(a_running(a_draft(customer, avatar)))
        with pytest.raises(ConcurrentChange):
            await store.save(make(a_draft(customer, avatar, 2)))

    async def test_after_the_end_of_one_training_there_is_room_for_the_next(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        running = a_running(a_draft(customer, avatar))
        await store.save(running)
        await store.save(replace(running, run=running.run.succeed(at=NOW), version=1))
        await store.save(a_running(a_draft(customer, avatar, 2)))
        unfinished = (await store.read(customer)).unfinished
        assert unfinished is not None
        assert unfinished.id == a_draft(customer, avatar, 2).id

    async def test_every_fact_of_an_order_is_kept_on_its_way(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        quoted = an_order(customer, avatar)
        painting = a_painting(quoted)
        images = (painting.images[0].stored(PhotoRef("portraits/1.jpg")), painting.images[1].lost())
        ended = replace(painting, images=images, sources=("https://provider.example/1.jpg",)).deliver(at=NOW)
        failed = replace(an_order(customer, avatar, 2), run=Run(RunStatus.FAILED, failure=FailureReason.MODERATION))
        for version, stage in ((0, quoted), (1, painting), (2, ended), (0, failed)):
            await store.save(replace(stage, version=version))
            async with store.begin() as work:
                dossier = await work.dossier(OfPortraits(stage.id))
            assert dossier.customer == customer
            assert dossier.orders == {stage.id: replace(stage, version=version + 1)}

    async def test_many_orders_may_be_open_and_only_the_one_asked_for_is_read(
        self, store: Store, customer: Customer, avatar: Avatar
    ) -> None:
        orders = [an_order(customer, avatar, number).request(at=NOW) for number in (1, 2, 3)]
        await store.save(*orders)
        async with store.begin() as work:
            assert set((await work.dossier(OfPortraits(orders[1].id))).orders) == {orders[1].id}
