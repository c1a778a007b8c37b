"""Where journeys begin: databases made once by the use cases, copied for each run."""

import contextlib
from collections.abc import AsyncIterator
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

BOT, TOKEN = "kills_bot", "100200300:KILL-kill-KILL-kill-KILL-kill-KILL1"
OWNER, CUSTOMER = 700_000_001, 700_000_002
DRAFTED, TRAINED = "drafted", "trained"
MODEL = ModelVersion("avatars/avatars", "ab" * 32, None)
PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))[:10]
STARS = 400
FORGET = "UPDATE avatar.tasks SET status = 'DONE'"
"""What followed from the preparation is not part of any journey."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A database to copy, and the photos that belong to it."""

    database: str
    photos: Path


async def prepare(dsn: str, folder: Path, *, trained: bool) -> None:
    """Bring a migrated database to where a customer with a plan and stars has a draft, or an avatar."""
    async with _house(dsn, folder) as house:
        container = bot_container(house)
        desk = container.get(Desk)
        dossier = await desk.welcome(Visit(BotId(BOT), TelegramId(CUSTOMER), "Guest", "en"))
        await _endow(container, dossier.customer)
        await _draft(desk, dossier.customer)
        if trained:
            await _train(container, desk, dossier.customer)
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


async def _endow(container: Container, customer: Customer) -> None:
    await container.get(GrantPlan)(customer.id, PlanCode("NEUROPHOTO"), Gift("plan", "the test"))
    await container.get(GrantStars)(customer.id, Stars.of(STARS), Gift("stars", "the test"))


async def _draft(desk: Desk, customer: Customer) -> None:
    await desk.start_draft(customer.id, BotId(BOT), Sitter("Fan", Gender.FEMALE))
    for photo in PHOTOS:
        await desk.add_photo(customer.id, photo.read_bytes())


async def _train(container: Container, desk: Desk, customer: Customer) -> None:
    draft = (await desk.quote_training(customer.id, TrainerCode("flux-dev-lora"), 1000)).draft
    await desk.request_training(customer.id, draft.id, draft.chosen.quote.id)
    report = Report(ProviderRunId("prepared"), ReportStatus.SUCCEEDED, model=MODEL)
    await container.get(RecordTrainingReport)(draft.id, report)
