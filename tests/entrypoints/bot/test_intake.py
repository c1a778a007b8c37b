"""Updates: kept before they are acknowledged, each once, in the order of their chat."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiogram import Dispatcher
from aiogram.types import CallbackQuery, Message

from adapters.memory import FrozenClock, MemoryDatabase, MemoryInbox
from avatar_core.errors import StoreUnavailable
from entrypoints.bot.intake import AT_ONCE, Intake, lane_of
from entrypoints.bot.limits import Limits
from entrypoints.bot.talk import Arrived
from entrypoints.bot.tongues import Tongues
from tests.entrypoints.bot.stage import FIRST, NOW, SECOND, Stage, stage_of, until

PERSON = {"id": 7, "is_bot": False, "first_name": "Fan"}


def message(number: int, chat: int = 7, text: str = "") -> dict[str, Any]:
    told = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": PERSON}
    return {"update_id": number, "message": {**told, "text": text or str(number)}}


def paid(number: int, chat: int = 7) -> dict[str, Any]:
    told = {"currency": "XTR", "total_amount": 1, "invoice_payload": "p", "telegram_payment_charge_id": "c"}
    payment = {**told, "provider_payment_charge_id": "x"}
    return {"update_id": number, "message": {**message(number, chat)["message"], "successful_payment": payment}}


def question(number: int) -> dict[str, Any]:
    asked = {"id": "q", "from": PERSON, "currency": "XTR", "total_amount": 1, "invoice_payload": "p"}
    return {"update_id": number, "pre_checkout_query": asked}


class Listener:
    """Writes down what it hears, and waits where it is told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.more: list[bool] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.dispatcher = Dispatcher(disable_fsm=True)
        self.dispatcher.message.register(self.hear)
        self.dispatcher.callback_query.register(self.tap)
        self.dispatcher.pre_checkout_query.register(self.ask)

    async def hear(self, told: Message, arrived: Arrived) -> None:
        text = told.text or ""
        if text in self.gates:
            await self.gates[text].wait()
        self.heard.append(f"{arrived.bot}:{text}")
        self.more.append(arrived.waiting.more)
        if text == "broken":
            raise ZeroDivisionError

    async def tap(self, query: CallbackQuery) -> None:
        self.heard.append(str(query.data))

    async def ask(self, query: object) -> None:
        self.heard.append("question")


class ClosedInbox(MemoryInbox):
    """An inbox that keeps nothing."""

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        raise StoreUnavailable(reason="it was told to be closed")


class Hall:
    """An intake between a real inbox and a listener."""

    def __init__(self, stage: Stage, inbox: MemoryInbox | None = None) -> None:
        self.database = MemoryDatabase()
        self.inbox = inbox or MemoryInbox(self.database)
        self.listener = Listener()
        self.clock = FrozenClock(NOW)
        self.intake = Intake(self.inbox, self.listener.dispatcher, stage.bots, self.clock, Limits(Tongues()))


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with stage_of() as stage:
        yield Hall(stage)


async def test_an_update_is_handled_once_however_often_it_comes(hall: Hall) -> None:
    for _ in range(3):
        await hall.intake.receive(FIRST, [message(1), message(1)])
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:1"]


async def test_the_same_number_of_another_bot_is_another_update(hall: Hall) -> None:
    await hall.intake.receive(FIRST, [message(1)])
    await hall.intake.receive(SECOND, [message(1)])
    await hall.intake.drain()
    assert sorted(hall.listener.heard) == [f"{FIRST}:1", f"{SECOND}:1"]


async def test_receiving_returns_once_it_is_kept_not_once_it_is_handled(hall: Hall) -> None:
    hall.listener.gates["1"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(1)])
    assert await hall.inbox.unhandled(f"telegram:{FIRST}", NOW.replace(year=2030), 9)
    assert hall.listener.heard == []
    hall.listener.gates["1"].set()
    await hall.intake.drain()
    assert not await hall.inbox.unhandled(f"telegram:{FIRST}", NOW.replace(year=2030), 9)


async def test_one_chat_keeps_its_order_and_the_others_do_not_wait(hall: Hall) -> None:
    hall.listener.gates["1"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(1), message(2), message(3, chat=8), message(4)])
    await until(lambda: hall.listener.heard == [f"{FIRST}:3"])
    hall.listener.gates["1"].set()
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:3", f"{FIRST}:1", f"{FIRST}:2", f"{FIRST}:4"]
    assert hall.listener.more == [False, True, True, False]


async def test_a_payment_and_a_question_about_one_wait_for_nobody(hall: Hall) -> None:
    hall.listener.gates["1"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(1), question(2), paid(3)])
    await until(lambda: hall.listener.heard == ["question", f"{FIRST}:3"])
    hall.listener.gates["1"].set()
    await hall.intake.drain()


async def test_a_payment_and_a_question_about_one_are_handled_while_every_turn_is_taken(hall: Hall) -> None:
    gate = hall.listener.gates["slow"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(chat, chat=chat, text="slow") for chat in range(1, AT_ONCE + 1)])
    await hall.intake.receive(FIRST, [question(AT_ONCE + 1), paid(AT_ONCE + 2)])
    await until(lambda: hall.listener.heard == ["question", f"{FIRST}:{AT_ONCE + 2}"])
    gate.set()
    await hall.intake.drain()


async def test_what_cannot_be_kept_is_not_acknowledged_but_questions_are_answered() -> None:
    async with stage_of() as stage:
        hall = Hall(stage, ClosedInbox(MemoryDatabase()))
        with pytest.raises(StoreUnavailable):
            await hall.intake.receive(FIRST, [message(1), question(2)])
        await hall.intake.drain()
        assert hall.listener.heard == ["question"]


async def test_what_a_dead_process_left_is_handled_in_its_order(hall: Hall) -> None:
    left = [(str(number), json.dumps(message(number))) for number in (10, 9, 11)]
    await hall.inbox.keep(f"telegram:{FIRST}", left, NOW.replace(year=2020))
    assert await hall.intake.recover() == 3
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:9", f"{FIRST}:10", f"{FIRST}:11"]
    assert await hall.intake.recover() == 0


async def test_what_another_process_may_be_handling_is_left_to_it_for_a_while(hall: Hall) -> None:
    await hall.inbox.keep(f"telegram:{FIRST}", [("1", json.dumps(message(1)))], NOW)
    hall.clock.set(NOW + timedelta(seconds=59))
    assert await hall.intake.recover(60) == 0
    hall.clock.set(NOW + timedelta(seconds=61))
    assert await hall.intake.recover(60) == 1
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:1"]


async def test_a_question_that_a_dead_process_left_is_not_asked_again(hall: Hall) -> None:
    await hall.inbox.keep(f"telegram:{FIRST}", [("1", json.dumps(question(1)))], NOW.replace(year=2020))
    assert await hall.intake.recover() == 0
    assert not await hall.inbox.unhandled(f"telegram:{FIRST}", NOW, 9)


async def test_what_is_being_handled_is_not_recovered(hall: Hall) -> None:
    hall.listener.gates["1"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(1)])
    hall.clock.set(NOW.replace(year=2030))
    assert await hall.intake.recover() == 0
    hall.listener.gates["1"].set()
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:1"]


async def test_an_update_nobody_can_read_stops_nothing(hall: Hall) -> None:
    await hall.intake.receive(FIRST, [{"update_id": 1, "message": {"chat": {"id": 7}}}, message(2)])
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:2"]
    hall.clock.set(NOW.replace(year=2030))
    assert await hall.intake.recover() == 0


async def test_an_update_with_a_part_that_nobody_knows_yet_is_handled(hall: Hall) -> None:
    await hall.intake.receive(FIRST, [{"update_id": 1, "novelty": {"id": "x"}, **message(1)}])
    await hall.intake.drain()
    assert hall.listener.heard == [f"{FIRST}:1"]


async def test_a_crash_leaves_the_update_for_the_next_start(hall: Hall) -> None:
    await hall.intake.receive(FIRST, [message(1, text="broken"), message(2)])
    await hall.intake.drain()
    hall.clock.set(NOW.replace(year=2030))
    assert [number for number, _ in await hall.inbox.unhandled(f"telegram:{FIRST}", hall.clock.now(), 9)] == ["1"]
    assert await hall.intake.recover() == 0


async def test_telegram_is_asked_for_every_kind_that_moves_money() -> None:
    """The bot did not list `pre_checkout_query` among allowed updates (bug museum 57)."""
    needed = {"message", "callback_query", "pre_checkout_query", "subscription", "purchased_paid_media"}
    async with stage_of() as stage, stage.running():
        assert needed == set(stage.intake().wanted)
        fan = stage.telegram.person()
        await stage.say(fan, "/start")
        asked = stage.telegram.calls("getUpdates")[-1].params["allowed_updates"]
        assert all(kind in str(asked) for kind in needed)


async def test_a_shutdown_does_not_wait_for_ever(hall: Hall) -> None:
    hall.listener.gates["1"] = asyncio.Event()
    await hall.intake.receive(FIRST, [message(1)])
    await hall.intake.drain(within_s=0.01)
    left = await hall.inbox.unhandled(f"telegram:{FIRST}", NOW.replace(year=2030), 9)
    assert [number for number, _ in left] == ["1"]


@pytest.mark.parametrize(
    ("raw", "lane"),
    [
        (message(1), "7"),
        (question(1), "payment:1"),
        (paid(2), "payment:2"),
        ({"update_id": 1, "callback_query": {"id": "1", "from": {"id": 3}, "message": {"chat": {"id": 4}}}}, "4"),
        ({"update_id": 1, "callback_query": {"id": "1", "from": {"id": 3}}}, "3"),
        ({"update_id": 1, "subscription": {"user": {"id": 5}}}, "5"),
        ({"update_id": 1, "poll": {"id": "x"}}, "poll"),
        ({"update_id": 1}, "nobody"),
        ({"update_id": 1, "callback_query": {"id": "1", "message": None}}, "callback_query"),
        ({"update_id": 1, "message": {"chat": {}, "from": {"id": 6}}}, "6"),
        ({"update_id": 1, "message": {"chat": "7"}}, "message"),
        ({"update_id": 1, "pre_checkout_query": {}}, "payment:1"),
    ],
)
def test_every_update_has_a_lane(raw: dict[str, Any], lane: str) -> None:
    assert lane_of(raw) == lane
