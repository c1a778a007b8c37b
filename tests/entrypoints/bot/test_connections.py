"""How the bots stand to Telegram: polling, webhooks, lists of commands."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiogram import Bot

from avatar_core.ids import BotId
from entrypoints.bot import polling
from entrypoints.bot.commands import announce_commands
from entrypoints.bot.intake import Intake
from entrypoints.bot.polling import poll
from entrypoints.bot.webhooks import Webhook, register_webhooks
from tests.entrypoints.bot.stage import FIRST, SECOND, Stage, stage_of, until

Logs = Sequence[Mapping[str, Any]]


async def test_polling_takes_a_webhook_away_first() -> None:
    async with stage_of() as stage:
        await register_webhooks(stage.bots, {FIRST: Webhook("http://127.0.0.1:9/x", "secret_1")}, ["message"])
        fan = stage.telegram.person()
        async with stage.running():
            assert "Hello" in await stage.say(fan, "/start")


async def test_each_webhook_has_its_own_address_secret_and_kinds() -> None:
    async with stage_of() as stage:
        hooks = {bot: Webhook(f"http://127.0.0.1:9/telegram/{bot}", f"secret_{bot}") for bot in stage.bots}
        await register_webhooks(stage.bots, hooks, stage.intake().wanted)
        calls = stage.telegram.calls("setWebhook")
        assert [call.params["url"] for call in calls] == [hook.url for hook in hooks.values()]
        assert [call.params["secret_token"] for call in calls] == [hook.secret for hook in hooks.values()]
        assert all("pre_checkout_query" in str(call.params["allowed_updates"]) for call in calls)
        assert len(stage.telegram.calls("setMyCommands")) == 4


async def test_what_is_kept_is_confirmed_to_telegram(stage: Stage) -> None:
    fan = stage.telegram.person()
    for _ in range(3):
        await stage.say(fan, "/menu")
    await until(lambda: not stage.telegram.bots[0].queue.pending())


async def test_a_bot_whose_token_is_dead_does_not_stop_the_others(stage: Stage, logs: Logs) -> None:
    dead = Bot("999:DEAD", session=stage.bots[FIRST].session)
    stop = asyncio.Event()
    third = stage.telegram.person(bot=stage.telegram.bots[1])
    task = asyncio.create_task(poll({BotId("dead_bot"): dead}, stage.intake(), stop))
    assert "Hello" in await stage.say(third, "/start")
    await until(lambda: any(line.get("bot") == "dead_bot" for line in logs))
    stop.set()
    await task
    assert not any("999:DEAD" in str(line) for line in logs)


async def test_telegrams_faults_do_not_end_polling(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fan = stage.telegram.person()
    monkeypatch.setattr(polling, "AFTER_TROUBLE_S", 0.01)
    stage.telegram.faults.server_error(502, "getUpdates", times=2)
    stage.telegram.faults.drop("getUpdates")
    assert "Hello" in await stage.say(fan, "/start")
    assert "Main menu" in await stage.say(fan, "/menu")


async def test_the_commands_are_announced_in_both_languages() -> None:
    async with stage_of() as stage:
        await announce_commands(stage.bots)
        calls = stage.telegram.calls("setMyCommands")
        assert [call.params.get("language_code") for call in calls] == [None, "ru", None, "ru"]
        assert "Balance and latest operations" in str(calls[0].params["commands"])
        assert all("stats" not in str(call.params["commands"]) for call in calls)


async def test_a_bot_that_cannot_announce_does_not_stop_the_others() -> None:
    async with stage_of() as stage:
        dead = Bot("999:DEAD", session=stage.bots[SECOND].session)
        await announce_commands({BotId("dead_bot"): dead, **stage.bots})
        assert len(stage.telegram.calls("setMyCommands")) >= 4


class StumblingIntake(Intake):
    """An intake with a defect that shows once."""

    stumbled = False

    async def receive(self, bot: BotId, updates: Sequence[Mapping[str, Any]]) -> None:
        if not self.stumbled:
            self.stumbled = True
            raise ZeroDivisionError
        await super().receive(bot, updates)


async def test_a_defect_does_not_silence_a_bot(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    monkeypatch.setattr(polling, "AFTER_TROUBLE_S", 0.01)
    monkeypatch.setattr("tests.entrypoints.bot.stage.Intake", StumblingIntake)
    async with stage_of() as stage, stage.running():
        assert "Hello" in await stage.say(stage.telegram.person(), "/start")
        assert any(line["event"] == "begun again after a defect" for line in logs)
        assert len(stage.telegram.calls("setMyCommands")) == 4
