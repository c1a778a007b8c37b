"""What every trainer must do: one run for one order, whatever happens to the answers."""

from dataclasses import replace

import pytest

from avatar_core.errors import ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import ProviderRunId, TrainingId
from avatar_core.runs import FailureReason, ReportStatus, Ticket
from avatar_core.testing.examples import uid
from avatar_core.testing.provider import Ending, TrainerWorld, facts_of

UNENDED = {ReportStatus.WAITING, ReportStatus.RUNNING}


class TrainerContract:
    """Fill ``world``."""

    @pytest.fixture
    def world(self) -> TrainerWorld:
        raise NotImplementedError

    async def _submitted(self, world: TrainerWorld, ending: Ending = Ending.SUCCEED, number: int = 1) -> Ticket:
        world.provider.plan(ending)
        return await world.trainer.submit(await world.order(number))

    async def test_a_submitted_order_is_one_run(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.HANG)
        assert world.provider.started() == 1
        report = await world.trainer.report(ticket)
        assert report.run == ticket.run
        assert report.status in UNENDED
        assert (report.model, report.failure) == (None, None)

    async def test_an_unheard_of_order_has_no_run(self, world: TrainerWorld) -> None:
        assert await world.trainer.find(TrainingId(uid(5, 404))) is None

    async def test_the_run_of_an_order_is_found_and_no_others(self, world: TrainerWorld) -> None:
        first = await self._submitted(world, Ending.HANG, 1)
        second = await self._submitted(world, Ending.HANG, 2)
        assert first != second
        assert await world.trainer.find((await world.order(1)).id) == first
        assert await world.trainer.find((await world.order(2)).id) == second

    async def test_a_run_whose_answer_was_lost_is_found(self, world: TrainerWorld) -> None:
        order = await world.order(1)
        world.provider.plan(Ending.HANG)
        world.provider.lose_next_answer()
        with pytest.raises(ProviderUnavailable):
            await world.trainer.submit(order)
        ticket = await world.trainer.find(order.id)
        assert ticket is not None
        assert (await world.trainer.report(ticket)).status in UNENDED
        assert world.provider.started() == 1

    async def test_a_submission_that_broke_started_nothing(self, world: TrainerWorld) -> None:
        order = await world.order(1)
        world.provider.break_next()
        with pytest.raises(ProviderUnavailable):
            await world.trainer.submit(order)
        assert await world.trainer.find(order.id) is None
        assert world.provider.started() == 0

    async def test_a_refused_order_is_refused_for_good_and_starts_nothing(self, world: TrainerWorld) -> None:
        order = await world.order(1)
        world.provider.refuse_next()
        with pytest.raises(ProviderRefused):
            await world.trainer.submit(order)
        assert await world.trainer.find(order.id) is None
        assert world.provider.started() == 0

    async def test_the_provider_is_told_what_was_ordered(self, world: TrainerWorld) -> None:
        first, second = await world.order(1), await world.order(2)
        first = replace(first, steps=first.offer.steps[0], trigger="TOK_FIRSTO")
        second = replace(second, steps=second.offer.steps[-1], trigger="TOK_SECOND")
        for order in (first, second):
            world.provider.plan(Ending.HANG)
            await world.trainer.submit(order)
        assert list(world.provider.ordered()) == [facts_of(first), facts_of(second)]

    @pytest.mark.parametrize("ending", [Ending.SUCCEED, Ending.FAIL, Ending.CANCEL])
    async def test_a_run_that_has_ended_is_found_too(self, world: TrainerWorld, ending: Ending) -> None:
        ticket = await self._submitted(world, ending)
        await world.provider.let_end(ticket)
        assert await world.trainer.find((await world.order(1)).id) == ticket

    async def test_a_finished_run_reports_the_model_it_made(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world)
        await world.provider.let_end(ticket)
        report = await world.trainer.report(ticket)
        assert (report.status, report.failure) == (ReportStatus.SUCCEEDED, None)
        assert report.model is not None
        assert report.model.model.count("/") == 1
        assert report.model.version
        assert ":" not in report.model.version

    async def test_every_run_makes_a_model_of_its_own(self, world: TrainerWorld) -> None:
        models = []
        for number in (1, 2):
            ticket = await self._submitted(world, number=number)
            await world.provider.let_end(ticket)
            models.append((await world.trainer.report(ticket)).model)
        assert None not in models
        assert models[0] != models[1]

    async def test_a_failed_run_says_so(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.FAIL)
        await world.provider.let_end(ticket)
        report = await world.trainer.report(ticket)
        assert (report.status, report.failure) == (ReportStatus.FAILED, FailureReason.PROVIDER_FAILED)
        assert report.detail
        assert report.model is None

    async def test_a_run_that_was_stopped_elsewhere_is_canceled(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.CANCEL)
        await world.provider.let_end(ticket)
        report = await world.trainer.report(ticket)
        assert report.status is ReportStatus.CANCELED
        assert report.failure is FailureReason.PROVIDER_CANCELED

    async def test_a_run_that_the_provider_forgot_has_vanished(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.VANISH)
        await world.provider.let_end(ticket)
        with pytest.raises(RunVanished):
            await world.trainer.report(ticket)
        with pytest.raises(RunVanished):
            await world.trainer.report(Ticket(ProviderRunId("never-was")))

    async def test_a_run_can_be_cancelled(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.HANG)
        await world.trainer.cancel(ticket)
        assert (await world.trainer.report(ticket)).status is ReportStatus.CANCELED
        await world.trainer.cancel(ticket)

    @pytest.mark.parametrize("ending", [Ending.SUCCEED, Ending.FAIL])
    async def test_cancelling_what_has_ended_changes_nothing(self, world: TrainerWorld, ending: Ending) -> None:
        ticket = await self._submitted(world, ending)
        await world.provider.let_end(ticket)
        before = await world.trainer.report(ticket)
        await world.trainer.cancel(ticket)
        assert await world.trainer.report(ticket) == before

    async def test_what_is_gone_is_stopped(self, world: TrainerWorld) -> None:
        ticket = await self._submitted(world, Ending.VANISH)
        await world.provider.let_end(ticket)
        await world.trainer.cancel(ticket)
        await world.trainer.cancel(Ticket(ProviderRunId("never-was")))

    async def test_a_rejected_credential_names_its_setting_in_every_call(self, world: TrainerWorld) -> None:
        order = await world.order(1)
        ticket = await self._submitted(world, Ending.HANG, 2)
        world.provider.revoke_token()
        calls = (
            world.trainer.submit(order),
            world.trainer.find(order.id),
            world.trainer.report(ticket),
            world.trainer.cancel(ticket),
        )
        for call in calls:
            with pytest.raises(ProviderUnauthorized) as rejected:
                await call
            assert rejected.value.setting.isupper()
        assert world.provider.started() == 1

    async def test_everything_resumes_once_the_credential_is_mended(self, world: TrainerWorld) -> None:
        order = await world.order(1)
        world.provider.revoke_token()
        with pytest.raises(ProviderUnauthorized):
            await world.trainer.submit(order)
        world.provider.restore_token()
        assert await world.trainer.find(order.id) is None
        world.provider.plan(Ending.HANG)
        ticket = await world.trainer.submit(order)
        assert await world.trainer.find(order.id) == ticket

    async def test_a_provider_that_does_not_answer_is_unavailable(self, world: TrainerWorld) -> None:
        ticket, order = await self._submitted(world, Ending.HANG), (await world.order(1)).id
        for call in (world.trainer.report(ticket), world.trainer.find(order), world.trainer.cancel(ticket)):
            world.provider.break_next()
            with pytest.raises(ProviderUnavailable):
                await call
        assert (await world.trainer.report(ticket)).status in UNENDED
