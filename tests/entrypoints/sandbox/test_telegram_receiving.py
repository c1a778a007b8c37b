"""How a bot receives updates from the Telegram stand-in: polling and webhooks."""

import asyncio
import json

import httpx
import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramConflictError, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeChat, Message, Update
from fastapi import FastAPI

from entrypoints.sandbox.serving import serving
from entrypoints.sandbox.telegram import Customer, TelegramSandbox

from .telegram_demo_bot import OTHER_TOKEN, TOKEN, api, api_as, bot_of, polling
from .webhook_receiver import receiving


@pytest.fixture
def visitor(telegram: TelegramSandbox) -> Customer:
    return telegram.person("Visitor", language_code="ru", username="visitor")


def texts(updates: list[Update]) -> list[str | None]:
    return [update.message.text if update.message else None for update in updates]


async def test_a_polling_bot_answers_a_person(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def greet(message: Message) -> None:
        assert message.from_user is not None
        await message.answer(f"{message.from_user.first_name} {message.from_user.language_code}: {message.text}")

    async with polling(dispatcher, bot):
        await visitor.write("/start ref_1")
        assert (await visitor.wait_for("/start")).text == "Visitor ru: /start ref_1"
    assert [line.kind for line in visitor.history] == ["sent", "sent"]
    assert [call.method for call in telegram.calls("sendMessage")] == ["sendMessage"]


async def test_updates_come_again_until_an_offset_confirms_them(bot: Bot, visitor: Customer) -> None:
    for word in ("one", "two", "three"):
        await visitor.write(word)
    first = await bot.get_updates()
    assert texts(first) == ["one", "two", "three"]
    assert texts(await bot.get_updates()) == ["one", "two", "three"]
    assert texts(await bot.get_updates(limit=1)) == ["one"]
    assert texts(await bot.get_updates(offset=first[1].update_id + 1)) == ["three"]
    assert texts(await bot.get_updates()) == ["three"]


async def test_a_negative_offset_keeps_only_the_newest(bot: Bot, visitor: Customer) -> None:
    for word in ("one", "two", "three"):
        await visitor.write(word)
    assert texts(await bot.get_updates(offset=-1)) == ["three"]
    assert texts(await bot.get_updates()) == ["three"]


async def test_a_long_poll_ends_with_the_first_update(bot: Bot, visitor: Customer) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0)
    await visitor.write("hello")
    assert texts(await waiting) == ["hello"]


async def test_a_bot_gets_the_kinds_it_asked_for(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await visitor.write("unheard")
    await bot.get_updates(allowed_updates=["message"])
    await visitor.write("heard")
    assert texts(await bot.get_updates()) == ["heard"]
    await api(telegram, "getUpdates", allowed_updates=[])
    await visitor.block()
    assert [update["update_id"] for update in telegram.updates("my_chat_member")]
    assert not telegram.bots[0].queue.allowed & {"chat_member", "message_reaction", "message_reaction_count"}


async def test_a_second_poller_throws_the_first_one_out(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await visitor.wait_until(lambda: telegram.bots[0].poll is not None)
    await bot.get_updates()
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first


async def test_a_bot_with_a_webhook_cannot_poll(bot: Bot) -> None:
    async with receiving() as receiver:
        await bot.set_webhook(receiver.url)
        with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == []


async def test_a_webhook_gets_updates_in_order_with_the_secret(bot: Bot, visitor: Customer) -> None:
    async with receiving() as receiver:
        await bot.set_webhook(receiver.url, secret_token="S3cret_-")
        for word in ("one", "two", "three"):
            await visitor.write(word)
        await receiver.until(lambda: len(receiver.bodies) == 3)
    assert {headers["x-telegram-bot-api-secret-token"] for headers in receiver.headers} == {"S3cret_-"}
    assert [json.loads(body)["message"]["text"] for body in receiver.bodies] == ["one", "two", "three"]


async def test_a_webhook_that_fails_is_tried_again_before_later_updates(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    async with receiving() as receiver:
        receiver.answers = [(500, "down"), (503, "down")]
        await bot.set_webhook(receiver.url)
        await visitor.write("one")
        await visitor.write("two")
        webhook = telegram.bots[0].webhook
        await visitor.wait_until(lambda: webhook.error == "Wrong response from the webhook: 500 Internal Server Error")
        assert (await bot.get_webhook_info()).pending_update_count == 2
        telegram.clock.advance(60)
        await visitor.wait_until(lambda: webhook.error == "Wrong response from the webhook: 503 Service Unavailable")
        telegram.clock.advance(60)
        await receiver.until(lambda: len(receiver.bodies) == 4)
        assert (await bot.get_webhook_info()).last_error_message == (
            "Wrong response from the webhook: 503 Service Unavailable"
        )
    said = [json.loads(body)["message"]["text"] for body in receiver.bodies]
    assert said == ["one", "one", "one", "two"]


async def test_a_method_in_a_webhooks_answer_is_carried_out(bot: Bot, visitor: Customer) -> None:
    async def hook() -> dict[str, object]:
        return {"method": "sendMessage", "chat_id": visitor.person_id, "text": "obeyed"}

    app = FastAPI()
    app.add_api_route("/", hook, methods=["POST"])
    async with serving(app) as base_url:
        await bot.set_webhook(f"{base_url}/")
        await visitor.write("hello")
        await visitor.wait_for("obeyed")


@pytest.mark.parametrize("secret", ["with space", "кириллица", "a" * 257])
async def test_a_webhooks_secret_has_telegrams_alphabet(telegram: TelegramSandbox, secret: str) -> None:
    answer = await api(telegram, "setWebhook", url="https://bot.example.org/hook", secret_token=secret)
    assert str(answer["description"]).startswith("Bad Request: secret token ")


async def test_a_webhook_elsewhere_must_be_https(telegram: TelegramSandbox) -> None:
    answer = await api(telegram, "setWebhook", url="http://bot.example.org/hook")
    assert answer["description"] == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"


async def test_pending_updates_can_be_dropped(bot: Bot, visitor: Customer) -> None:
    await visitor.write("old")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []


async def test_an_update_can_come_again_with_its_id_or_with_a_new_one(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    await visitor.write("once")
    [update] = await bot.get_updates()
    assert await bot.get_updates(offset=update.update_id + 1) == []
    telegram.redeliver(update.update_id)
    [again] = await bot.get_updates(offset=update.update_id + 1)
    assert again == update
    assert await bot.get_updates(offset=update.update_id + 1) == []
    new_id = telegram.repeat_as_new(update.update_id)
    [new] = await bot.get_updates(offset=update.update_id + 1)
    assert (new.update_id, new.message) == (new_id, update.message)
    assert new_id != update.update_id


async def test_an_unknown_token_is_unauthorized(telegram: TelegramSandbox) -> None:
    answer = await api_as(telegram, "999:NOBODY", "getMe")
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    async with bot_of(telegram, "999:NOBODY") as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()


async def test_methods_are_found_in_any_case_and_unknown_ones_are_not(telegram: TelegramSandbox) -> None:
    assert (await api(telegram, "GETME"))["ok"]
    answer = await api(telegram, "sendTelepathy")
    assert answer["description"] == "Not Found: method not found"
    assert answer["error_code"] == 404


async def test_parameters_come_as_query_form_or_json(telegram: TelegramSandbox, visitor: Customer) -> None:
    await visitor.write("/start")
    async with httpx.AsyncClient(base_url=f"{telegram.base_url}/bot{TOKEN}") as client:
        await client.get("/sendMessage", params={"chat_id": visitor.person_id, "text": "query"})
        await client.post("/sendMessage", data={"chat_id": str(visitor.person_id), "text": "form"})
        await client.post("/sendMessage", json={"chat_id": visitor.person_id, "text": "json"})
        broken = await client.post("/sendMessage", content=b"{", headers={"content-type": "application/json"})
    assert [message.text for message in visitor.received] == ["query", "form", "json"]
    assert broken.status_code == 400


async def test_many_bots_live_side_by_side(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    other = telegram.register_bot(OTHER_TOKEN, username="other_bot")
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def say_who(message: Message, bot: Bot) -> None:
        await message.answer(f"I am {(await bot.me()).username}")

    async with bot_of(telegram, OTHER_TOKEN) as second, polling(dispatcher, bot, second):
        await visitor.write("hello")
        await visitor.with_bot(other).write("hello")
        await visitor.wait_for("I am demo_bot")
        await visitor.with_bot(other).wait_for("I am other_bot")
    assert len(visitor.received) == len(visitor.with_bot(other).received) == 1


async def test_commands_are_kept_per_scope_and_language(bot: Bot) -> None:
    english = [BotCommand(command="start", description="Begin")]
    russian = [BotCommand(command="start", description="Начать")]
    own = [BotCommand(command="stats", description="Figures")]
    await bot.set_my_commands(english)
    await bot.set_my_commands(russian, language_code="ru")
    await bot.set_my_commands(own, scope=BotCommandScopeChat(chat_id=7))
    assert [one.description for one in await bot.get_my_commands()] == ["Begin"]
    assert [one.description for one in await bot.get_my_commands(language_code="ru")] == ["Начать"]
    assert [one.command for one in await bot.get_my_commands(scope=BotCommandScopeChat(chat_id=7))] == ["stats"]
    assert await bot.delete_my_commands(language_code="ru")
    assert await bot.get_my_commands(language_code="ru") == []


async def test_descriptions_are_kept_per_language(bot: Bot) -> None:
    assert await bot.set_my_description("Portraits", language_code="en")
    assert (await bot.get_my_description(language_code="en")).description == "Portraits"
    assert (await bot.get_my_description()).description == ""
    assert (await bot.get_my_name()).name == "Demo"
