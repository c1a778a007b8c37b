"""A stand-in of each test's own, and who talks to it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiogram import Bot
from replicate.client import Client

from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.serving import http_client
from entrypoints.sandbox.telegram import Customer, TelegramSandbox

from .replicate_customer import client_of
from .telegram_demo_bot import TOKEN, bot_of, polling
from .telegram_shop import Shop


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox.running() as telegram:
        telegram.register_bot(TOKEN)
        yield telegram


@pytest.fixture
async def bot(telegram: TelegramSandbox) -> AsyncIterator[Bot]:
    async with bot_of(telegram) as bot:
        yield bot


@pytest.fixture
async def visitor(telegram: TelegramSandbox) -> Customer:
    visitor = telegram.person("Visitor")
    await visitor.write("/start")
    return visitor


@pytest.fixture
async def shop(bot: Bot) -> AsyncIterator[Shop]:
    shop = Shop()
    async with polling(shop.dispatcher, bot):
        yield shop


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateSandbox]:
    async with ReplicateSandbox.running(token="r8_test", training_s=0.05, prediction_s=0.01) as sandbox:
        yield sandbox


@pytest.fixture
async def client(replicate: ReplicateSandbox) -> AsyncIterator[Client]:
    async with client_of(replicate) as client:
        yield client


@pytest.fixture
async def http(replicate: ReplicateSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client() as http:
        http.base_url = httpx.URL(replicate.base_url)
        http.headers["Authorization"] = f"Bearer {replicate.token}"
        yield http
