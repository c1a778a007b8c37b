"""Painting at a Replicate on this machine."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI, Response
from PIL import Image

from adapters.replicate import ReplicatePainter, UnusableImage, connected_replicate
from adapters.replicate.painter import LARGEST_IMAGE_BYTES
from avatar_core.errors import ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import PortraitOrderId, ProviderRunId
from avatar_core.runs import FailureReason, ModelVersion, ReportStatus, Ticket
from entrypoints.sandbox.serving import serving
from tests.adapters.replicate.conftest import DESTINATION, WEBHOOK, Studio, settings_of

ORDER = PortraitOrderId("order-1")
Ask = Callable[[Studio], Awaitable[object]]


async def submit(studio: Studio) -> object:
    return await studio.painter.submit(studio.painting())


async def find(studio: Studio) -> object:
    return await studio.painter.find(ORDER)


async def report(studio: Studio) -> object:
    return await studio.painter.report(Ticket(ProviderRunId("run")))


QUESTIONS: list[Ask] = [submit, find, report]


async def painted(studio: Studio, **changes: object) -> Ticket:
    ticket = await studio.painter.submit(studio.painting(**changes))  # type: ignore[arg-type]
    await studio.replicate.ended(studio.replicate.predictions[-1])
    return ticket


async def test_a_submitted_painting_gets_the_order_and_the_catalogues_parameters(studio: Studio) -> None:
    ticket = await studio.painter.submit(studio.painting())
    run = studio.replicate.predictions[0]
    assert (ticket.run, run.model, run.webhook) == (run.id, DESTINATION, f"{WEBHOOK}?portraits=order-1")
    assert run.input == {
        **studio.painter.parameters,
        "prompt": "TOK_ABCDEF in rain",
        "aspect_ratio": "2:3",
        "num_outputs": 2,
        "seed": 7,
    }
    assert run.ignored_inputs == ()


async def test_a_painting_ends_with_images_that_can_be_fetched(studio: Studio) -> None:
    told = await studio.painter.report(await painted(studio))
    assert (told.status, len(told.images), told.percent, told.model) == (ReportStatus.SUCCEEDED, 2, None, None)
    for address in told.images:
        with Image.open(io.BytesIO(await studio.painter.fetch(address))) as image:
            assert (image.format, image.size) == ("JPEG", (832, 1216))


async def test_a_run_that_goes_on_shows_no_images_yet(studio: Studio) -> None:
    studio.replicate.hang_next_prediction()
    ticket = await studio.painter.submit(studio.painting())
    studio.replicate.predictions[0].output = ["https://replicate.delivery/half.jpg"]
    told = await studio.painter.report(ticket)
    assert told.status in {ReportStatus.WAITING, ReportStatus.RUNNING}
    assert told.images == ()


async def test_a_started_run_is_found_by_its_order_alone(studio: Studio) -> None:
    assert await studio.painter.find(ORDER) is None
    ticket = await studio.painter.submit(studio.painting())
    await studio.painter.submit(studio.painting("order-10"))
    assert await studio.painter.find(ORDER) == ticket


async def test_a_run_whose_answer_was_lost_is_found(studio: Studio) -> None:
    studio.replicate.lose_next_answer(path_part="/predictions")
    with pytest.raises(ProviderUnavailable):
        await submit(studio)
    assert await studio.painter.find(ORDER) == Ticket(ProviderRunId(studio.replicate.predictions[0].id))


async def test_an_indecent_prompt_ends_as_moderation(studio: Studio) -> None:
    told = await studio.painter.report(await painted(studio, prompt="TOK_ABCDEF, nsfw"))
    assert (told.status, told.failure) == (ReportStatus.FAILED, FailureReason.MODERATION)


async def test_any_other_failure_is_the_providers(studio: Studio) -> None:
    studio.replicate.fail_next_prediction("CUDA out of memory")
    told = await studio.painter.report(await painted(studio))
    assert (told.failure, told.detail) == (FailureReason.PROVIDER_FAILED, "CUDA out of memory")


async def test_images_are_gone_after_an_hour(studio: Studio) -> None:
    ticket = await painted(studio)
    address = (await studio.painter.report(ticket)).images[0]
    studio.replicate.advance(3700)
    with pytest.raises(RunVanished):
        await studio.painter.report(ticket)
    with pytest.raises(RunVanished):
        await studio.painter.fetch(address)


async def test_a_version_that_is_gone_is_refused(studio: Studio) -> None:
    with pytest.raises(ProviderRefused):
        await studio.painter.submit(studio.painting(model=ModelVersion(DESTINATION, "0" * 64, None)))


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_a_rejected_token_names_the_setting_to_mend(studio: Studio, ask: Ask) -> None:
    studio.replicate.revoke_token()
    with pytest.raises(ProviderUnauthorized) as rejected:
        await ask(studio)
    assert rejected.value.setting == "REPLICATE_API_TOKEN"


async def test_an_account_without_money_is_the_owners_matter_and_refuses_no_order(studio: Studio) -> None:
    studio.replicate.run_out_of_credit()
    with pytest.raises(ProviderUnauthorized):
        await submit(studio)
    studio.replicate.top_up()
    await submit(studio)
    assert len(studio.replicate.predictions) == 1


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_a_busy_broken_or_silent_provider_is_unavailable(studio: Studio, ask: Ask) -> None:
    for plan in (studio.replicate.throttle_next, studio.replicate.break_next):
        plan()
        with pytest.raises(ProviderUnavailable):
            await ask(studio)
    studio.replicate.lose_next_request(method="")
    with pytest.raises(ProviderUnavailable):
        await ask(studio)


@pytest.fixture
async def stranger() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve a private server that nobody is to ask, and note who does."""
    asked: list[str] = []
    app = FastAPI()

    @app.get("/{path}")
    async def answer(path: str) -> Response:
        asked.append(path)
        return Response(b"secret")

    async with serving(app) as base_url:
        yield base_url, asked


@pytest.mark.parametrize(
    "foreign",
    [
        "{stranger}/image.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://replicate.delivery/plain-http.jpg",
        "https://replicate.delivery:8443/port.jpg",
        "https://replicate.delivery.example.org/image.jpg",
        "https://replicate.delivery@127.0.0.1/image.jpg",
        "https://notreplicate.delivery/image.jpg",
        "file:///etc/passwd",
        "data:image/jpeg;base64,AAAA",
        "",
    ],
)
async def test_nothing_is_fetched_from_anywhere_else(
    studio: Studio, stranger: tuple[str, list[str]], foreign: str
) -> None:
    base_url, asked = stranger
    with pytest.raises(UnusableImage):
        await studio.painter.fetch(foreign.format(stranger=base_url))
    assert asked == []


@pytest.fixture
async def delivery(stranger: tuple[str, list[str]]) -> AsyncIterator[str]:
    """Serve what a provider's own host should not."""
    app = FastAPI()

    @app.get("/redirect")
    async def redirect() -> Response:
        return Response(status_code=302, headers={"location": f"{stranger[0]}/image.jpg"})

    @app.get("/page")
    async def page() -> Response:
        return Response("<html>Service unavailable</html>", media_type="text/html")

    @app.get("/nothing")
    async def nothing() -> Response:
        return Response(b"")

    @app.get("/withheld/{status}")
    async def withheld(status: int) -> Response:
        return Response(status_code=status)

    @app.get("/endless")
    async def endless() -> Response:
        return Response(bytes(LARGEST_IMAGE_BYTES + 1))

    async with serving(app) as base_url:
        yield base_url


async def test_a_redirect_is_not_followed(studio: Studio, delivery: str, stranger: tuple[str, list[str]]) -> None:
    async with connected_replicate(settings_of(studio.replicate, base_url=delivery)) as connection:
        with pytest.raises(ProviderUnavailable):
            await replace(studio.painter, connection=connection).fetch(f"{delivery}/redirect")
    assert stranger[1] == []


@pytest.mark.parametrize("status", [401, 403, 410])
async def test_an_image_that_its_host_withholds_is_lost_and_no_fault_of_the_token(
    studio: Studio, delivery: str, status: int
) -> None:
    async with connected_replicate(settings_of(studio.replicate, base_url=delivery)) as connection:
        with pytest.raises(UnusableImage, match=str(status)):
            await ReplicatePainter(connection, {}).fetch(f"{delivery}/withheld/{status}")


async def test_a_page_is_no_picture(studio: Studio, delivery: str) -> None:
    async with connected_replicate(settings_of(studio.replicate, base_url=delivery)) as connection:
        for path in ("page", "nothing"):
            with pytest.raises(UnusableImage, match="no picture"):
                await ReplicatePainter(connection, {}).fetch(f"{delivery}/{path}")


async def test_an_image_without_an_end_is_given_up(studio: Studio, delivery: str) -> None:
    async with connected_replicate(settings_of(studio.replicate, base_url=delivery, timeout_s=20.0)) as connection:
        with pytest.raises(UnusableImage, match="20 MB"):
            await ReplicatePainter(connection, {}).fetch(f"{delivery}/endless")
