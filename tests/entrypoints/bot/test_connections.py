"""How the bots stand to Telegram: polling, webhooks, lists of commands."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot

from adapters.telegram.refusals import MessageRefused, PolledElsewhere, TelegramUnreachable, TokenRejected
from avatar_core.errors import MessengerUnavailable
from avatar_core.ids import BotId
from entrypoints.bot import lines
from entrypoints.bot.commands import announce_commands
from entrypoints.bot.intake import Intake
from entrypoints.bot.lines import AFTER_REJECTION_S, AFTER_TROUBLE_S, Line, keep_open
from entrypoints.bot.polling import poll
from entrypoints.bot.webhooks import Webhook, await_webhooks
from tests.entrypoints.bot.stage import FIRST, SECOND, Stage, stage_of, until

Logs = Sequence[Mapping[str, Any]]


HOOKS = {bot: Webhook(f"http://127.0.0.1:9/telegram/{bot}", f"secret_{bot}") for bot in (FIRST, SECOND)}


@contextlib.asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> AsyncIterator[None]:
    """Run something that ends when it is told to."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        stop.set()
        await task


@contextlib.asynccontextmanager
async def webhooks_of(stage: Stage, hooks: Mapping[BotId, Webhook] = HOOKS) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with meanwhile(await_webhooks(stage.bots, hooks, stage.intake(), stop), stop):
        yield


def answering(logs: Logs) -> list[str]:
    """Return the bots that are said to answer."""
    said = (str(line["event"]).split(" answers now", 1) for line in logs)
    return sorted(words[0].removeprefix("@") for words in said if len(words) > 1)


def silent(logs: Logs) -> dict[object, list[str]]:
    """Return why the bots that get no updates get none."""
    found: dict[object, list[str]] = {}
    for line in logs:
        if line["event"] == "no updates":
            found.setdefault(line["bot"], []).append(line["reason"])
    return found


async def test_polling_takes_a_webhook_away_first() -> None:
    async with stage_of() as stage:
        async with webhooks_of(stage):
            await until(lambda: all(bot.webhook.url for bot in stage.telegram.bots))
        fan = stage.telegram.person()
        async with stage.running():
            assert "Hello" in await stage.say(fan, "/start")


async def test_each_webhook_has_its_own_address_secret_and_kinds(logs: Logs) -> None:
    async with stage_of() as stage, webhooks_of(stage):
        await until(lambda: len(answering(logs)) == 2 and len(stage.telegram.calls("setMyCommands")) == 4)
        calls = {call.params["url"]: call.params for call in stage.telegram.calls("setWebhook")}
        assert {url: each["secret_token"] for url, each in calls.items()} == {
            hook.url: hook.secret for hook in HOOKS.values()
        }
        assert all("pre_checkout_query" in str(each["allowed_updates"]) for each in calls.values())


async def test_a_webhook_that_is_refused_is_told_and_stops_no_other_bot(logs: Logs) -> None:
    hooks = {FIRST: Webhook("http://shop.example/telegram/first_bot", "secret"), SECOND: HOOKS[SECOND]}
    async with stage_of() as stage, webhooks_of(stage, hooks):
        await until(lambda: answering(logs) == [SECOND] and FIRST in silent(logs))
        (reason,) = silent(logs)[FIRST]
        assert "HTTPS" in reason
        assert reason.endswith("see AVATAR_PUBLIC_URL")


async def test_a_webhook_that_could_not_be_registered_is_registered_later(
    monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    monkeypatch.setattr(lines, "AFTER_TROUBLE_S", 0.01)
    async with stage_of() as stage:
        stage.telegram.faults.server_error(502, "setWebhook", times=3)
        async with webhooks_of(stage):
            await until(lambda: answering(logs) == [FIRST, SECOND])
            assert sum(map(len, silent(logs).values())) in {1, 2}  # said once a bot, however often it was tried


async def test_a_bot_is_said_to_answer_once_it_does(stage: Stage, logs: Logs) -> None:
    await until(lambda: answering(logs) == [FIRST, SECOND])
    assert len(stage.telegram.calls("getUpdates")) >= 2
    await stage.say(stage.telegram.person(), "/start")
    assert len(answering(logs)) == 2


async def test_a_bot_that_gets_no_updates_is_not_said_to_answer(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    monkeypatch.setattr(lines, "AFTER_TROUBLE_S", 0.01)
    async with stage_of() as stage:
        stage.telegram.faults.server_error(502, "getUpdates", times=100_000)
        async with stage.running():
            await until(lambda: len(stage.telegram.calls("getUpdates")) >= 6)
            assert answering(logs) == []
            assert {bot: len(told) for bot, told in silent(logs).items()} == {FIRST: 1, SECOND: 1}
            stage.telegram.faults.clear()
            await until(lambda: answering(logs) == [FIRST, SECOND])


async def test_two_programs_that_poll_one_bot_are_told_so(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    monkeypatch.setattr(lines, "AFTER_TROUBLE_S", 0.01)
    async with stage_of() as stage, stage.running(), stage.running():
        await until(lambda: "somebody else polls this bot" in silent(logs).get(FIRST, []))


async def test_a_telegram_out_of_reach_is_told_as_such(logs: Logs) -> None:
    async with stage_of() as stage:
        stage.telegram.faults.drop("deleteWebhook", times=100_000)
        async with stage.running():
            await until(lambda: silent(logs).get(FIRST) == ["cannot reach Telegram"])
    assert answering(logs) == []


@pytest.mark.parametrize(
    ("trouble", "pause_s", "told"),
    [
        (TokenRejected(retry_after_s=60), AFTER_REJECTION_S, f"see AVATAR_BOTS__{FIRST.upper()}__TOKEN"),
        (MessageRefused(retry_after_s=5, reason="bad webhook"), AFTER_REJECTION_S, "see AVATAR_PUBLIC_URL"),
        (TelegramUnreachable(retry_after_s=5), AFTER_TROUBLE_S, "cannot reach Telegram"),
        (PolledElsewhere(retry_after_s=5), AFTER_TROUBLE_S, "somebody else polls this bot"),
        (MessengerUnavailable(retry_after_s=17), 17, "busy"),
    ],
    ids=["token", "address", "network", "elsewhere", "too many requests"],
)
def test_a_broken_line_is_tried_again_as_soon_as_that_can_help(
    trouble: MessengerUnavailable, pause_s: float, told: str, logs: Logs
) -> None:
    line = Line(FIRST)
    assert [line.broke(trouble), line.broke(trouble)] == [pause_s, pause_s]
    ((reason,),) = silent(logs).values()
    assert told in reason


async def test_what_is_kept_is_confirmed_to_telegram(stage: Stage) -> None:
    fan = stage.telegram.person()
    for _ in range(3):
        await stage.say(fan, "/menu")
    await until(lambda: not stage.telegram.bots[0].queue.pending())


async def test_a_bot_whose_token_is_dead_does_not_stop_the_others(stage: Stage, logs: Logs) -> None:
    dead = Bot("999:DEAD", session=stage.bots[FIRST].session)
    stop = asyncio.Event()
    third = stage.telegram.person(bot=stage.telegram.bots[1])
    async with meanwhile(poll({BotId("dead_bot"): dead}, stage.intake(), stop), stop):
        assert "Hello" in await stage.say(third, "/start")
        await until(lambda: "dead_bot" in silent(logs))
    assert silent(logs)["dead_bot"] == ["Telegram rejects the token: see AVATAR_BOTS__DEAD_BOT__TOKEN"]
    assert not any("999:DEAD" in str(line) for line in logs)


async def test_telegrams_faults_do_not_end_polling(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fan = stage.telegram.person()
    monkeypatch.setattr(lines, "AFTER_TROUBLE_S", 0.01)
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


async def test_a_web_process_that_starts_leaves_the_youngest_updates_but_money_to_those_that_run() -> None:
    async with stage_of() as stage:
        fan, source = stage.telegram.person(), f"telegram:{FIRST}"
        await fan.write("/start")  # a bot may not begin
        who = {"id": fan.person_id, "is_bot": False, "first_name": "Fan"}
        told = {"date": 1, "chat": {"id": fan.person_id, "type": "private"}, "from": who, "text": "/menu"}
        paid = {"currency": "XTR", "total_amount": 1, "invoice_payload": "p", "telegram_payment_charge_id": "c"}
        payment = {"successful_payment": {**paid, "provider_payment_charge_id": ""}}
        for number, age_s, more in ((1, 11, {}), (2, 9, {}), (3, 1, payment)):
            update = json.dumps({"update_id": number, "message": {"message_id": number, **told, **more}})
            await stage.inbox.keep(source, [(str(number), update)], stage.clock.now() - timedelta(seconds=age_s))
        async with webhooks_of(stage):
            await until(lambda: fan.count("Main menu") > 0)
        assert list(stage.database.evidence)
        assert [number for number, _ in await stage.inbox.unhandled(source, stage.clock.now(), 9)] == ["2"]
        assert fan.count("Main menu") == 1


class StumblingIntake(Intake):
    """An intake with a defect that shows once."""

    stumbled = False

    async def receive(self, bot: BotId, updates: Sequence[Mapping[str, Any]]) -> None:
        if not self.stumbled:
            self.stumbled = True
            raise ZeroDivisionError
        await super().receive(bot, updates)


async def test_a_defect_does_not_silence_a_bot(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    monkeypatch.setattr(lines, "AFTER_TROUBLE_S", 0.01)
    monkeypatch.setattr("tests.entrypoints.bot.stage.Intake", StumblingIntake)
    async with stage_of() as stage, stage.running():
        assert "Hello" in await stage.say(stage.telegram.person(), "/start")
        assert any(line["event"] == "begun again after a defect" for line in logs)
        assert len(stage.telegram.calls("setMyCommands")) == 4


@pytest.mark.timeout(10)
async def test_a_loop_that_loses_a_cancellation_is_ended_all_the_same() -> None:
    """A time-out of aiohttp's in the same moment swallows it, and the bot went on polling instead of stopping."""
    lost = []

    async def deaf() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append(1)
        await asyncio.Event().wait()

    stop = asyncio.Event()
    async with stage_of() as stage, meanwhile(keep_open({"poll": deaf}, stage.bots, stage.intake(), stop), stop):
        await asyncio.sleep(0.05)
    assert lost == [1]
