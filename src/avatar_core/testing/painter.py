"""What every painter must do: one run for one order, and images that can be fetched."""

from contextlib import suppress
from dataclasses import replace

import pytest

from avatar_core.errors import ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import PortraitOrderId, ProviderRunId
from avatar_core.runs import FailureReason, ReportStatus, Ticket
from avatar_core.testing.examples import uid
from avatar_core.testing.provider import Ending, PainterWorld, facts_of

UNENDED = {ReportStatus.WAITING, ReportStatus.RUNNING}
JPEG = b"\xff\xd8\xff"


class PainterContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> PainterWorld:
        raise NotImplementedError

    async def _submitted(
        self, world: PainterWorld, ending: Ending = Ending.SUCCEED, number: int = 1, count: int = 2
    ) -> Ticket:
        world.provider.plan(ending)
        return await world.painter.submit(await world.order(number, count))

    async def test_a_submitted_order_is_one_run(self, world: PainterWorld) -> None:
        ticket = await self._submitted(world, Ending.HANG)
        assert world.provider.started() == 1
        report = await world.painter.report(ticket)
        assert report.run == ticket.run
        assert report.status in UNENDED
        assert report.failure is None

    async def test_the_run_of_an_order_is_found_and_no_others(self, world: PainterWorld) -> None:
        assert await world.painter.find(PortraitOrderId(uid(6, 404))) is None
        first = await self._submitted(world, Ending.HANG, 1)
        second = await self._submitted(world, Ending.HANG, 2)
        assert await world.painter.find((await world.order(1, 2)).id) == first
        assert await world.painter.find((await world.order(2, 2)).id) == second

    async def test_a_run_whose_answer_was_lost_is_found(self, world: PainterWorld) -> None:
        order = await world.order(1, 2)
        world.provider.plan(Ending.HANG)
        world.provider.lose_next_answer()
        with pytest.raises(ProviderUnavailable):
            await world.painter.submit(order)
        assert await world.painter.find(order.id) is not None
        assert world.provider.started() == 1

    async def test_a_submission_that_broke_started_nothing(self, world: PainterWorld) -> None:
        order = await world.order(1, 2)
        world.provider.break_next()
        with pytest.raises(ProviderUnavailable):
            await world.painter.submit(order)
        assert await world.painter.find(order.id) is None
        assert world.provider.started() == 0

    async def test_a_refused_order_is_refused_for_good_and_starts_nothing(self, world: PainterWorld) -> None:
        order = await world.order(1, 2)
        world.provider.refuse_next()
        with pytest.raises(ProviderRefused):
            await world.painter.submit(order)
        assert await world.painter.find(order.id) is None
        assert world.provider.started() == 0

    async def test_the_provider_is_told_what_was_ordered(self, world: PainterWorld) -> None:
        first = replace(await world.order(1, 1), prompt="TOK_QWERTY on a roof", aspect="1:1", seed=7)
        second = replace(await world.order(2, 4), prompt="TOK_QWERTY, ёлка & снег", aspect="2:3", seed=2**31 - 1)
        for order in (first, second):
            world.provider.plan(Ending.HANG)
            await world.painter.submit(order)
        assert list(world.provider.ordered()) == [facts_of(first), facts_of(second)]

    @pytest.mark.parametrize("ending", [Ending.SUCCEED, Ending.FAIL])
    async def test_a_run_that_has_ended_is_found_too(self, world: PainterWorld, ending: Ending) -> None:
        ticket = await self._submitted(world, ending)
        await world.provider.let_end(ticket)
        assert await world.painter.find((await world.order(1, 2)).id) == ticket

    @pytest.mark.parametrize("count", [1, 4])
    async def test_a_finished_run_has_the_images_that_were_ordered(self, world: PainterWorld, count: int) -> None:
        ticket = await self._submitted(world, count=count)
        await world.provider.let_end(ticket)
        report = await world.painter.report(ticket)
        assert (report.status, report.failure) == (ReportStatus.SUCCEEDED, None)
        assert len(set(report.images)) == count
        images = [await world.painter.fetch(image) for image in report.images]
        assert all(image.startswith(JPEG) for image in images)

    async def test_an_image_that_the_provider_deleted_has_vanished(self, world: PainterWorld) -> None:
        ticket = await self._submitted(world)
        await world.provider.let_end(ticket)
        images = (await world.painter.report(ticket)).images
        world.delete_image(images[0])
        with pytest.raises(RunVanished):
            await world.painter.fetch(images[0])
        assert (await world.painter.fetch(images[1])).startswith(JPEG)

    async def test_an_image_that_cannot_be_fetched_now_has_not_vanished(self, world: PainterWorld) -> None:
        ticket = await self._submitted(world)
        await world.provider.let_end(ticket)
        image = (await world.painter.report(ticket)).images[0]
        world.provider.break_next()
        with pytest.raises(ProviderUnavailable):
            await world.painter.fetch(image)
        world.provider.revoke_token()
        with suppress(ProviderUnauthorized):  # an address may be open to anybody
            assert (await world.painter.fetch(image)).startswith(JPEG)
        world.provider.restore_token()
        assert (await world.painter.fetch(image)).startswith(JPEG)

    async def test_a_failed_run_says_so(self, world: PainterWorld) -> None:
        ticket = await self._submitted(world, Ending.FAIL)
        await world.provider.let_end(ticket)
        report = await world.painter.report(ticket)
        assert (report.status, report.failure) == (ReportStatus.FAILED, FailureReason.PROVIDER_FAILED)
        assert report.detail

    async def test_an_unknown_run_has_vanished(self, world: PainterWorld) -> None:
        with pytest.raises(RunVanished):
            await world.painter.report(Ticket(ProviderRunId("never-was")))

    async def test_a_rejected_credential_names_its_setting(self, world: PainterWorld) -> None:
        order = await world.order(1, 2)
        ticket = await self._submitted(world, Ending.HANG, 2)
        world.provider.revoke_token()
        for call in (world.painter.submit(order), world.painter.find(order.id), world.painter.report(ticket)):
            with pytest.raises(ProviderUnauthorized) as rejected:
                await call
            assert rejected.value.setting.isupper()
        world.provider.restore_token()
        assert await world.painter.find(order.id) is None
        assert (await world.painter.report(ticket)).status in UNENDED

    async def test_a_provider_that_does_not_answer_is_unavailable(self, world: PainterWorld) -> None:
        ticket, order = await self._submitted(world, Ending.HANG), (await world.order(1, 2)).id
        for call in (world.painter.report(ticket), world.painter.find(order)):
            world.provider.break_next()
            with pytest.raises(ProviderUnavailable):
                await call
        assert (await world.painter.report(ticket)).status in UNENDED
