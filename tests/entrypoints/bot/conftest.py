"""Stages for the bot's tests."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from entrypoints.bot import intake, voice
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage, stage_of


@pytest.fixture(autouse=True)
def logs() -> Iterator[Sequence[Mapping[str, Any]]]:
    """What is logged: kept, for drawing tracebacks in colours takes seconds."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """The bot, polling."""
    async with stage_of() as stage, stage.running():
        yield stage


@pytest.fixture
def fan(stage: Stage) -> Customer:
    """Somebody who speaks English."""
    person = stage.telegram.person(first_name="Fan", language_code="en")
    person.person.stars = 100_000
    return person


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for long."""
    monkeypatch.setattr(intake, "PAUSES_S", (0.01, 0.01, 0.01))
    monkeypatch.setattr(voice, "AFTER_DOWNLOAD_S", 0.01)
    monkeypatch.setattr("adapters.telegram.refusals.PAUSE_S", 0.01)
