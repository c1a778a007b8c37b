"""A chat of the Telegram stand-in as its person sees it: waited in, watched, and the same in every run."""

import pytest
from aiogram import Bot
from aiogram.types import BufferedInputFile, Message

from entrypoints.sandbox.telegram import Customer, TelegramSandbox

from .telegram_demo_bot import TOKEN, bot_of, picture


async def test_a_chat_action_is_seen(bot: Bot, visitor: Customer) -> None:
    assert await bot.send_chat_action(visitor.person_id, "upload_photo")
    assert (visitor.history[-1].kind, visitor.history[-1].text) == ("action", "upload_photo")


async def test_waiting_sees_only_what_follows_the_last_action(bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_message(visitor.person_id, "menu one")
    await visitor.write("again")
    with pytest.raises(TimeoutError, match="menu"):
        await visitor.wait_for("menu", timeout_s=0)
    assert (await visitor.wait_for("menu", is_anywhere=True)).text == "menu one"
    await sent.edit_text("menu two")
    assert (await visitor.wait_for(lambda message: message.edited_count == 1)).text == "menu two"
    assert visitor.count("menu") == 1


async def test_a_chat_can_be_watched_live(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    seen: list[tuple[str, str]] = []
    sent = await bot.send_message(visitor.person_id, "1 %")
    async for line in telegram.watch(telegram.customer(visitor.person_id)):
        seen.append((line.kind, line.text))
        if len(seen) == 2:
            await sent.edit_text("2 %")
        if len(seen) == 3:
            break
    assert seen == [("sent", "/start"), ("sent", "1 %"), ("edited", "2 %")]


async def test_ids_are_the_same_in_every_run() -> None:
    async def play() -> list[Message]:
        async with TelegramSandbox.running(now=lambda: 1_700_000_000.0) as telegram:
            telegram.register_bot(TOKEN)
            visitor = telegram.person("Visitor")
            await visitor.write("/start")
            async with bot_of(telegram) as bot:
                photo = BufferedInputFile(picture(), "a.jpg")
                return [await bot.send_photo(visitor.person_id, photo), await bot.send_message(visitor.person_id, "x")]

    assert await play() == await play()


async def test_a_person_may_send_what_no_bot_expects(bot: Bot, visitor: Customer) -> None:
    await visitor.send_raw(contact={"phone_number": "+1", "first_name": "Visitor"})
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.contact is not None
    assert visitor.chat[-1].text == ""
