"""The end of a process: what is asked of Telegram after it is refused, and opens nothing."""

import gc
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot

from adapters.telegram.bots import FinalSession, connected_bots
from adapters.telegram.refusals import Disconnected, translated
from avatar_core.errors import MessengerUnavailable
from avatar_core.ids import BotId
from entrypoints.sandbox.telegram import TelegramSandbox

NAME, TOKEN = BotId("first_bot"), "123456:TEST"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox.running() as telegram:
        telegram.register_bot(TOKEN, username=NAME)
        yield telegram


async def _left(telegram: TelegramSandbox) -> Bot:
    async with connected_bots({NAME: TOKEN}, telegram.base_url) as bots:
        assert (await bots[NAME].get_me()).username == NAME
    return bots[NAME]


async def test_a_request_after_the_end_is_refused_and_opens_nothing(telegram: TelegramSandbox) -> None:
    bot = await _left(telegram)
    with pytest.raises(Disconnected, match="was closed"), translated():
        await bot.get_me()
    assert len(telegram.calls("getMe")) == 1
    gc.collect()  # a session that somebody forgot would warn now, and a warning is an error here


async def test_a_download_after_the_end_is_refused(telegram: TelegramSandbox) -> None:
    with pytest.raises(MessengerUnavailable):
        async for _ in (await _left(telegram)).session.stream_content(f"{telegram.base_url}/file/photo.jpg"):
            pass


async def test_a_session_that_was_closed_unused_stays_closed() -> None:
    session = FinalSession()
    await session.close()
    with pytest.raises(Disconnected):
        await session.create_session()


async def test_a_session_whose_connector_is_reset_goes_on(telegram: TelegramSandbox) -> None:
    async with connected_bots({NAME: TOKEN}, telegram.base_url) as bots:
        session = bots[NAME].session
        assert isinstance(session, FinalSession)
        session._should_reset_connector = True  # what setting another proxy does
        assert (await bots[NAME].get_me()).username == NAME
