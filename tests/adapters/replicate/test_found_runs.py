"""A training whose answer was lost is found among the account's runs, and nobody else's is taken for it."""

from datetime import timedelta

import pytest

from avatar_core.errors import ProviderUnavailable
from avatar_core.ids import ProviderRunId, TrainingId
from avatar_core.runs import Ticket
from entrypoints.sandbox.replicate.records import Run
from tests.adapters.replicate.conftest import Studio

ORDER = TrainingId("order-1")


async def test_a_started_run_is_found_by_its_order_alone(studio: Studio) -> None:
    assert await studio.trainer.find(ORDER) is None
    ticket = await studio.trainer.submit(await studio.training("order-1"))
    await studio.trainer.submit(await studio.training("order-10"))
    assert await studio.trainer.find(ORDER) == ticket
    assert await studio.trainer.find(TrainingId("order")) is None


async def test_a_run_whose_answer_was_lost_is_found_and_not_started_again(studio: Studio) -> None:
    studio.replicate.lose_next_answer(path_part="/trainings")
    with pytest.raises(ProviderUnavailable):
        await studio.trainer.submit(await studio.training())
    assert await studio.trainer.find(ORDER) == Ticket(ProviderRunId(studio.replicate.trainings[0].id))
    assert len(studio.replicate.marked("training", ORDER)) == 1


async def test_a_run_that_was_never_accepted_is_not_found(studio: Studio) -> None:
    studio.replicate.lose_next_request(path_part="/trainings")
    with pytest.raises(ProviderUnavailable):
        await studio.trainer.submit(await studio.training())
    assert await studio.trainer.find(ORDER) is None


async def test_a_run_whose_webhook_is_not_shown_is_found_by_the_archive_it_was_given(studio: Studio) -> None:
    tickets = [await studio.trainer.submit(await studio.training(f"order-{number}")) for number in range(3)]
    for run in studio.replicate.trainings:
        run.webhook = None
    keep(studio, 2, {"input_images": "https://files.example.org/archives/order-1.zip", "steps": 1000})
    assert await studio.trainer.find(ORDER) == tickets[1]
    assert await studio.trainer.find(TrainingId("order")) is None


async def test_nobody_elses_run_with_an_orders_name_in_its_input_is_taken_for_it(studio: Studio) -> None:
    keep(
        studio, 1, {"input_images": "https://files.example.org/archives/order-1.zip?signature=x", "trigger": "order-1"}
    )
    assert await studio.trainer.find(ORDER) is None


async def test_files_are_asked_for_only_when_no_webhook_tells_whose_a_run_is(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    studio.replicate.break_next(path_part="/v1/files")
    assert await studio.trainer.find(ORDER) == ticket
    assert await studio.trainer.find(TrainingId("order-2")) is None
    studio.replicate.trainings[0].webhook = None
    with pytest.raises(ProviderUnavailable):
        await studio.trainer.find(ORDER)


async def test_a_run_is_found_behind_hundreds_of_newer_ones(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    keep(studio, 250, {})
    assert await studio.trainer.find(ORDER) == ticket


async def test_runs_older_than_a_day_are_not_looked_through(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    keep(studio, 100, {}, age=timedelta(hours=25))
    assert await studio.trainer.find(ORDER) is None
    for run in studio.replicate.trainings[1:]:
        run.created_at += timedelta(hours=2)
    assert await studio.trainer.find(ORDER) == ticket


def keep(studio: Studio, count: int, given: dict[str, object], age: timedelta = timedelta(0)) -> None:
    """Let the account have more runs, made by somebody else."""
    provider = studio.replicate.provider
    model = provider.models["ostris/flux-dev-lora-trainer"]
    for number in range(count):
        created = studio.replicate.clock.now() - age
        run = Run("training", model.slug, model.versions[0], given, created, id=f"kept-{number}", status="aborted")
        provider.runs[run.id] = run
