"""Training at a Replicate on this machine."""

import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from adapters.replicate import connected_replicate
from avatar_core.errors import PhotoNotFound, ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import PhotoRef, ProviderRunId, TrainingId
from avatar_core.runs import FailureReason, ReportStatus, Ticket
from entrypoints.sandbox.replicate.records import Model
from tests.adapters.replicate.conftest import CATALOGUE, DESTINATION, PHOTOS, WEBHOOK, Studio, settings_of

ORDER = TrainingId("order-1")
Ask = Callable[[Studio], Awaitable[object]]


async def submit(studio: Studio) -> object:
    return await studio.trainer.submit(await studio.training())


async def find(studio: Studio) -> object:
    return await studio.trainer.find(ORDER)


async def report(studio: Studio) -> object:
    return await studio.trainer.report(Ticket(ProviderRunId("run")))


async def cancel(studio: Studio) -> None:
    await studio.trainer.cancel(Ticket(ProviderRunId("run")))


QUESTIONS: list[Ask] = [submit, find, report, cancel]


async def test_a_submitted_training_gets_all_that_the_offer_says(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    run = studio.replicate.trainings[0]
    assert ticket == Ticket(ProviderRunId(run.id))
    assert (run.model, run.version.id) == (CATALOGUE.trainer("flux-dev-lora").model, run.version.id)
    assert (run.destination, run.webhook) == (DESTINATION, f"{WEBHOOK}?training=order-1")
    assert run.events == ("start", "completed")
    assert (run.input["trigger_word"], run.input["steps"], run.input["lora_rank"]) == ("TOK_ABCDEF", 1000, 128)
    assert run.ignored_inputs == ()


async def test_the_archive_is_uploaded_under_the_orders_name(studio: Studio) -> None:
    await studio.trainer.submit(await studio.training())
    file, run = studio.replicate.files[0], studio.replicate.trainings[0]
    assert (file.name, file.content_type, file.metadata) == ("order-1.zip", "application/zip", {"training": "order-1"})
    assert file.id in str(run.input["input_images"])
    with zipfile.ZipFile(BytesIO(file.content)) as archive:
        assert [archive.read(name) for name in archive.namelist()] == [path.read_bytes() for path in PHOTOS[:3]]


async def test_the_destination_is_made_once_and_private(studio: Studio) -> None:
    for order in ("one", "two"):
        await studio.trainer.submit(await studio.training(order))
    model = studio.replicate.provider.models[DESTINATION]
    assert (model.visibility, model.hardware) == ("private", "gpu-h100")
    assert [run.destination for run in studio.replicate.trainings] == [DESTINATION, DESTINATION]


async def test_faces_never_go_to_a_public_model(studio: Studio) -> None:
    owner, _, name = DESTINATION.partition("/")
    studio.replicate.provider.add_model(Model(owner, name, "public", "cpu", studio.replicate.clock.now()))
    with pytest.raises(ProviderRefused, match="public"):
        await submit(studio)
    assert (studio.replicate.files, studio.replicate.trainings) == ([], [])


async def test_an_archive_is_uploaded_once_however_often_the_training_is_tried(studio: Studio) -> None:
    order, provider = await studio.training(), studio.replicate.provider
    await studio.trainer.submit(await studio.training("another"))
    provider.store_file("somebody's.txt", "text/plain", b"", {"training": ["order-1"]})
    for refuse in (studio.replicate.throttle_next, studio.replicate.break_next, studio.replicate.lose_next_request):
        refuse(path_part="/trainings")
        with pytest.raises(ProviderUnavailable):
            await studio.trainer.submit(order)
    await studio.trainer.submit(order)
    assert [file.name for file in studio.replicate.files] == ["another.zip", "somebody's.txt", "order-1.zip"]
    assert studio.replicate.files[2].id in str(studio.replicate.trainings[1].input["input_images"])


@pytest.mark.parametrize(("left", "uploaded"), [(timedelta(hours=1), 1), (timedelta(minutes=10), 2)])
async def test_an_archive_that_expires_before_it_is_fetched_is_uploaded_anew(
    studio: Studio, left: timedelta, uploaded: int
) -> None:
    studio.replicate.break_next(path_part="/trainings")
    with pytest.raises(ProviderUnavailable):
        await submit(studio)
    studio.replicate.files[0].expires_at = studio.replicate.clock.now() + left
    await submit(studio)
    assert len(studio.replicate.files) == uploaded
    assert studio.replicate.files[-1].id in str(studio.replicate.trainings[0].input["input_images"])


async def test_an_archive_that_is_lost_starts_nothing(studio: Studio) -> None:
    with pytest.raises(PhotoNotFound):
        await studio.trainer.submit(await studio.training(archive=PhotoRef("archives/gone.zip")))
    assert (studio.replicate.files, studio.replicate.trainings) == ([], [])


async def test_a_training_is_followed_from_the_queue_to_its_model(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    assert (await studio.trainer.report(ticket)).status in {ReportStatus.WAITING, ReportStatus.RUNNING}
    run = await studio.replicate.ended(studio.replicate.trainings[0])
    told = await studio.trainer.report(ticket)
    assert (told.run, told.status, told.percent, told.failure) == (run.id, ReportStatus.SUCCEEDED, 100, None)
    assert told.model is not None
    assert (told.model.model, len(told.model.version)) == (DESTINATION, 64)
    assert told.model.weights is not None
    assert told.model.weights.endswith(".tar")


async def test_a_bare_version_belongs_to_the_chosen_destination(studio: Studio) -> None:
    studio.replicate.report_bare_versions()
    ticket = await studio.trainer.submit(await studio.training())
    await studio.replicate.ended(studio.replicate.trainings[0])
    told = await studio.trainer.report(ticket)
    assert told.model is not None
    assert (told.model.model, len(told.model.version)) == (DESTINATION, 64)


ENDINGS: dict[str, tuple[Callable[[Studio], None], ReportStatus, FailureReason | None, str]] = {
    "failed": (
        lambda studio: studio.replicate.fail_next_training("CUDA out of memory"),
        ReportStatus.FAILED,
        FailureReason.PROVIDER_FAILED,
        "CUDA out of memory",
    ),
    "moderated": (
        lambda studio: studio.replicate.fail_next_training("NSFW content detected"),
        ReportStatus.FAILED,
        FailureReason.MODERATION,
        "NSFW content detected",
    ),
    "canceled": (
        lambda studio: studio.replicate.cancel_next_training(),
        ReportStatus.CANCELED,
        FailureReason.PROVIDER_CANCELED,
        "",
    ),
    "aborted": (
        lambda studio: studio.replicate.abort_next_training(),
        ReportStatus.FAILED,
        FailureReason.PROVIDER_FAILED,
        "Deadline exceeded before start",
    ),
}


@pytest.mark.parametrize("way", ENDINGS)
async def test_an_end_without_a_model_is_reported_with_its_reason(studio: Studio, way: str) -> None:
    plan, status, failure, detail = ENDINGS[way]
    plan(studio)
    ticket = await studio.trainer.submit(await studio.training())
    await studio.replicate.ended(studio.replicate.trainings[0])
    told = await studio.trainer.report(ticket)
    assert (told.status, told.failure, told.detail, told.model) == (status, failure, detail, None)


async def test_a_status_nobody_knows_is_told_as_unknown(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    studio.replicate.trainings[0].status = "meditating"
    told = await studio.trainer.report(ticket)
    assert (told.status, told.detail, told.failure) == (ReportStatus.UNKNOWN, "meditating", None)


async def test_a_queued_training_that_turned_404_has_vanished(studio: Studio) -> None:
    studio.replicate.vanish_next_training()
    ticket = await studio.trainer.submit(await studio.training())
    await studio.replicate.ended(studio.replicate.trainings[0])
    with pytest.raises(RunVanished):
        await studio.trainer.report(ticket)
    await studio.trainer.cancel(ticket)


async def test_cancelling_stops_the_run_and_again_is_harmless(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    await studio.trainer.cancel(ticket)
    await studio.trainer.cancel(ticket)
    assert (await studio.trainer.report(ticket)).status is ReportStatus.CANCELED


async def test_cancelling_leaves_a_run_that_has_ended(studio: Studio) -> None:
    ticket = await studio.trainer.submit(await studio.training())
    await studio.replicate.ended(studio.replicate.trainings[0])
    await studio.trainer.cancel(ticket)
    assert (await studio.trainer.report(ticket)).status is ReportStatus.SUCCEEDED


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_a_rejected_token_names_the_setting_to_mend(studio: Studio, ask: Ask) -> None:
    studio.replicate.revoke_token()
    with pytest.raises(ProviderUnauthorized) as rejected:
        await ask(studio)
    assert rejected.value.setting == "REPLICATE_API_TOKEN"
    assert studio.replicate.token not in f"{rejected.value!s}{rejected.value!r}{rejected.value.__cause__!r}"


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_a_busy_or_broken_provider_is_unavailable(studio: Studio, ask: Ask) -> None:
    for plan in (studio.replicate.throttle_next, studio.replicate.break_next):
        plan()
        with pytest.raises(ProviderUnavailable):
            await ask(studio)


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_a_silent_provider_is_unavailable_in_bounded_time(studio: Studio, ask: Ask) -> None:
    studio.replicate.lose_next_request(method="")
    with pytest.raises(ProviderUnavailable):
        await ask(studio)


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_no_network_to_the_provider_is_unavailable(studio: Studio, ask: Ask) -> None:
    async with connected_replicate(settings_of(studio.replicate, base_url="http://127.0.0.1:1")) as nowhere:
        away = replace(studio, trainer=replace(studio.trainer, connection=nowhere))
        with pytest.raises(ProviderUnavailable):
            await ask(away)


async def test_an_account_without_money_is_the_owners_matter_and_refuses_no_order(studio: Studio) -> None:
    studio.replicate.run_out_of_credit()
    with pytest.raises(ProviderUnauthorized) as rejected:
        await submit(studio)
    assert rejected.value.setting == "REPLICATE_API_TOKEN"
    studio.replicate.top_up()
    assert await submit(studio) == Ticket(ProviderRunId(studio.replicate.trainings[0].id))


async def test_an_input_the_trainer_will_not_have_is_refused(studio: Studio) -> None:
    with pytest.raises(ProviderRefused, match="steps"):
        await studio.trainer.submit(await studio.training(steps=1_000_000))


async def test_a_trainer_that_is_gone_refuses(studio: Studio) -> None:
    offer = replace(CATALOGUE.trainer("flux-dev-lora"), model="ostris/gone")
    with pytest.raises(ProviderRefused):
        await studio.trainer.submit(await studio.training(offer=offer))


async def test_the_account_tells_its_hardware_and_its_secret(studio: Studio) -> None:
    assert "gpu-h100" in await studio.connection.hardware()
    assert await studio.connection.webhook_secret() == studio.replicate.webhook_secret
    studio.replicate.revoke_token()
    with pytest.raises(ProviderUnauthorized):
        await studio.connection.hardware()
