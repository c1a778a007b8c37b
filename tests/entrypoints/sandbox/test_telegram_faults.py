"""Faults on demand at the Telegram stand-in."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from entrypoints.sandbox.telegram import Customer, Fault, FaultKind, TelegramSandbox

from .telegram_demo_bot import api


async def test_too_many_requests_names_the_seconds_to_wait(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    telegram.faults.too_many(retry_after_s=7)
    answer = await api(telegram, "sendMessage", chat_id=visitor.person_id, text="hi")
    telegram.clock.advance(7)
    telegram.faults.too_many(retry_after_s=7)
    assert answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(visitor.person_id, "hi")
    assert refusal.value.retry_after == 7
    telegram.clock.advance(7)
    await bot.send_message(visitor.person_id, "hi")
    assert len(visitor.received) == 1
    assert [call.status for call in telegram.calls("sendMessage")] == [429, 429, 200]


async def test_who_does_not_wait_is_refused_again_and_counted(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    stranger = telegram.person("Stranger")
    await stranger.write("/start")
    telegram.faults.too_many(retry_after_s=7)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(visitor.person_id, "hi")
    await bot.send_message(stranger.person_id, "hi")
    telegram.clock.advance(3)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(visitor.person_id, "hi")
    assert refusal.value.retry_after == 4
    assert telegram.faults.early_retries == 1
    telegram.clock.advance(4)
    await bot.send_message(visitor.person_id, "hi")
    assert (len(visitor.received), len(stranger.received)) == (1, 1)


async def test_a_fault_hits_only_what_it_names(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    telegram.faults.blocked(method="sendPhoto")
    telegram.faults.add(Fault(FaultKind.BLOCKED, "send*", chat_id=1))
    telegram.faults.add(Fault(FaultKind.BLOCKED, "*", bot_id=1))
    telegram.faults.server_error(method="*")
    assert await bot.get_updates()
    with pytest.raises(TelegramServerError, match="Bad Gateway"):
        await bot.send_message(visitor.person_id, "hi")
    await bot.send_message(visitor.person_id, "hi")
    assert len(telegram.faults.plan) == 3
    telegram.faults.clear()
    assert telegram.faults.plan == []


async def test_403_500_and_garbage_can_be_asked_for(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    telegram.faults.blocked()
    telegram.faults.server_error(500)
    telegram.faults.add(Fault(FaultKind.GARBAGE))
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(visitor.person_id, "hi")
    with pytest.raises(TelegramServerError, match="Internal Server Error"):
        await bot.send_message(visitor.person_id, "hi")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(visitor.person_id, "hi")
    assert visitor.received == []


async def test_a_connection_dropped_before_acceptance_sends_nothing(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    telegram.faults.drop()
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(visitor.person_id, "hi")
    assert visitor.received == []


async def test_a_connection_dropped_after_acceptance_has_sent_the_message(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    telegram.faults.drop(is_after_acceptance=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(visitor.person_id, "hi")
    assert visitor.count("hi") == 1


@pytest.mark.parametrize(("is_after_acceptance", "arrived"), [(False, 0), (True, 1)])
async def test_an_answer_that_never_comes_runs_into_the_clients_time_out(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer, *, is_after_acceptance: bool, arrived: int
) -> None:
    telegram.faults.hang(method="sendMessage", is_after_acceptance=is_after_acceptance)
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(visitor.person_id, "hi", request_timeout=1)
    assert len(visitor.received) == arrived


async def test_a_slow_answer_comes_when_its_time_has_come(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    telegram.faults.slow(3600, method="sendMessage")
    sending = asyncio.create_task(bot.send_message(visitor.person_id, "hi"))
    await visitor.wait_for("hi")
    assert not sending.done()
    telegram.clock.advance(3600)
    assert (await sending).text == "hi"
