"""An update that could not be answered is fed again, and finds the conversation where its words were said."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from avatar_core.errors import StoreUnavailable
from avatar_core.ids import CustomerId
from avatar_core.ports import StatementLine
from entrypoints.bot import voice
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import OWNER, Stage
from tests.entrypoints.bot.test_conversations import group_message
from tests.entrypoints.bot.ways import is_invoice, ordered

Logs = Sequence[Mapping[str, Any]]
QUESTION = "Where is my portrait?"
pytestmark = pytest.mark.usefixtures("impatient")


def fail_once(stage: Stage, person: Customer) -> None:
    """Let no answer come through until the update is fed again."""
    stage.telegram.faults.server_error(method="sendMessage", times=voice.ATTEMPTS).chat_id = person.person_id


async def test_a_description_that_could_not_be_answered_is_still_one(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.train()
    (avatar,) = (await stage.dossier(fan)).avatars
    await stage.press(fan, calling(Tap.OWN_WORDS, avatar))
    fail_once(stage, fan)
    assert "in a café by the window" in await stage.say(fan, "in a café by the window")
    assert not stage.conversations.kept


async def test_a_question_that_could_not_be_answered_reaches_the_owners_once(stage: Stage, fan: Customer) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await stage.say(owner, "/start")
    await stage.say(fan, "/support")
    fail_once(stage, fan)
    assert "Passed on" in await stage.say(fan, QUESTION)
    assert owner.count(QUESTION) == 1
    assert not stage.conversations.kept


@pytest.mark.parametrize(
    ("label", "asked"), [("💬 Support", "Write your question"), ("🤖 Digital body", "what to call")]
)
async def test_a_typed_label_that_could_not_be_answered_is_not_taken_for_an_answer(
    stage: Stage, fan: Customer, label: str, asked: str
) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    fail_once(stage, fan)
    assert asked in await stage.say(fan, label)


async def test_a_name_that_could_not_be_answered_is_not_taken_for_a_gender(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await stage.press(fan, Tap.NEW_AVATAR)
    fail_once(stage, fan)
    assert "Who is “Man”" in await stage.say(fan, "Man")


async def test_a_way_out_that_could_not_be_answered_still_says_what_it_cancelled(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.say(fan, "/support")
    fail_once(stage, fan)
    assert "Cancelled" in await stage.say(fan, "/cancel")


async def test_what_a_button_did_is_not_done_again_because_it_goes_on_spinning(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.server_error(method="answerCallbackQuery", times=2 * voice.ATTEMPTS)
    await stage.press(fan, calling(Tap.BUY, "xtr-500") + ":s")
    assert len([each for each in fan.received if is_invoice(each)]) == stage.written("payment.opened") == 1


async def come_back(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.block()
    await stage.give(fan, stars=5)
    await stage.work()
    assert not (await stage.dossier(fan)).customer.reachable
    await fan.unblock()


async def test_who_returns_hears_how_things_stand_even_when_the_books_cannot_be_read_at_first(
    stage: Stage, fan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await come_back(stage, fan)
    read, silent = stage.books.statement, [True]

    async def statement(customer: CustomerId, *, limit: int, before: int | None = None) -> list[StatementLine]:
        if silent:
            silent.pop()
            raise StoreUnavailable(reason="a restart")
        return await read(customer, limit=limit, before=before)

    monkeypatch.setattr(stage.books, "statement", statement)
    assert "Main menu" in await stage.say(fan, "/menu")
    assert fan.count("You are back!") == 1
    assert (await stage.dossier(fan)).customer.reachable


async def test_who_returns_hears_how_things_stand_even_when_the_first_try_fails(stage: Stage, fan: Customer) -> None:
    await come_back(stage, fan)
    fail_once(stage, fan)
    assert "Main menu" in await stage.say(fan, "/menu")
    assert fan.count("You are back!") == 1
    assert (await stage.dossier(fan)).customer.reachable


@pytest.mark.parametrize("times", [1, voice.ATTEMPTS], ids=["for a moment", "for longer"])
async def test_a_telegram_that_does_not_say_who_the_bot_is_is_asked_again(
    stage: Stage, fan: Customer, logs: Logs, times: int
) -> None:
    await stage.say(fan, "/start")
    stage.telegram.faults.server_error(method="getMe", times=times)
    await stage.press(fan, Tap.INVITE)
    assert "https://t.me/first_bot?start=ref_" in fan.received[-1].text
    assert fan.count("Something broke") == 0
    assert not [line for line in logs if line["log_level"] == "error"]


async def test_a_group_is_answered_once_the_bot_knows_its_own_name(stage: Stage, fan: Customer) -> None:
    stage.telegram.faults.drop(method="getMe", times=voice.ATTEMPTS)
    fan.world.tell(fan.bot, "message", group_message(fan, "/menu@first_bot"), -100)
    await stage.settled()
    said = [call.params["text"] for call in stage.telegram.calls("sendMessage")]
    assert said == ["I answer in a private chat: https://t.me/first_bot"]
