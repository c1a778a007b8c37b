"""Where journeys begin: databases made once by the use cases, copied for each run."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.pool import Database, PoolSettings
from avatar_core.avatars import Gender
from avatar_core.customers import Customer
from avatar_core.ids import BotId, PlanCode, ProviderRunId, TelegramId, TrainerCode
from avatar_core.money import Stars
from avatar_core.runs import ModelVersion, Report, ReportStatus
from avatar_core.use_cases.customers import Visit
from avatar_core.use_cases.drafts import Sitter
from avatar_core.use_cases.subscriptions import Gift, GrantPlan, GrantStars
from avatar_core.use_cases.trainings import RecordTrainingReport
from entrypoints.bot.desk import Desk
from entrypoints.container.ground import Container
from entrypoints.container.whole import bot_container
from entrypoints.settings import load_settings
from entrypoints.vendors import OpenHouse, open_house

BOT, TOKEN = "matrix_bot", "100200300:TEST-test-TEST-test-TEST-test-TEST1"
OWNER, CUSTOMER = 700_000_001, 700_000_002
EMPTY, NEWCOMER, SUBSCRIBED, DRAFTED, TRAINED = BEGINNINGS = ("empty", "newcomer", "subscribed", "drafted", "trained")
"""Nobody; a customer; one with a plan and stars; one with a draft of ten photos; one with an avatar."""
MODEL = ModelVersion("avatars/avatars", "ab" * 32, None)
_ALBUM = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))
PHOTOS, MORE_PHOTOS = _ALBUM[:10], _ALBUM[10:]
STARS = 400
FORGET = "UPDATE avatar.tasks SET status = 'DONE'"
"""What followed from the preparation is not part of any journey."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A database to copy, and the photos that belong to it."""

    database: str
    photos: Path


async def prepare(dsn: str, folder: Path, beginning: str) -> None:
    """Bring a migrated database to where journeys begin."""
    (folder / "photos").mkdir(parents=True)
    async with _house(dsn, folder) as house:
        for step in _STEPS[: BEGINNINGS.index(beginning)]:
            await step(bot_container(house))
    async with Database(dsn, settings=PoolSettings(smallest=0)) as database:
        await database.rows(FORGET)


@contextlib.asynccontextmanager
async def _house(dsn: str, folder: Path) -> AsyncIterator[OpenHouse]:
    nowhere = {"replicate_url": "http://127.0.0.1:1", "telegram_url": "http://127.0.0.1:1"}
    bots = {BOT: {"token": TOKEN, "owners": [OWNER]}}
    account = {"replicate_token": "r8_nobody", "replicate_models": (MODEL.model,)}
    settings = load_settings(None, bots=bots, data_dir=folder, database_url=dsn, **nowhere, **account)
    async with open_house(settings) as house:
        yield house


async def _welcome(container: Container) -> Customer:
    visit = Visit(BotId(BOT), TelegramId(CUSTOMER), "Guest", "en")
    return (await container.get(Desk).welcome(visit)).customer


async def _endow(container: Container) -> None:
    customer = await _welcome(container)
    await container.get(GrantPlan)(customer.id, PlanCode("NEUROPHOTO"), Gift("plan", "the test"))
    await container.get(GrantStars)(customer.id, Stars.of(STARS), Gift("stars", "the test"))


async def _draft(container: Container) -> None:
    customer, desk = await _welcome(container), container.get(Desk)
    await desk.start_draft(customer.id, BotId(BOT), Sitter("Fan", Gender.FEMALE))
    for photo in PHOTOS:
        await desk.add_photo(customer.id, photo.read_bytes())


async def _train(container: Container) -> None:
    customer, desk = await _welcome(container), container.get(Desk)
    draft = (await desk.quote_training(customer.id, TrainerCode("flux-dev-lora"), 1000)).draft
    await desk.request_training(customer.id, draft.id, draft.chosen.quote.id)
    report = Report(ProviderRunId("prepared"), ReportStatus.SUCCEEDED, model=MODEL)
    await container.get(RecordTrainingReport)(draft.id, report)


_STEPS: tuple[Callable[[Container], Awaitable[object]], ...] = (_welcome, _endow, _draft, _train)
"""Each beginning is one more of these than the one before it."""
