"""What a bot may write, edit and delete at the Telegram stand-in, and how it is refused."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove, ReplyParameters

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_demo_bot import api, buttons, refused

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


async def test_html_becomes_text_with_entities(bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_message(
        visitor.person_id, '😀<b>bold <i>both</i></b> <a href="https://e.org/?a=1&amp;b">x</a> &lt;'
    )
    assert sent.text == "😀bold both x <"
    assert [(mark.type, mark.offset, mark.length, mark.url) for mark in sent.entities or []] == [
        ("bold", 2, 9, None),
        ("italic", 7, 4, None),
        ("text_link", 12, 1, "https://e.org/?a=1&b"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("я <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("closed</b>", "Unexpected end tag at byte offset 6"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ('<span class="red">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_markup_that_does_not_parse_is_refused(
    telegram: TelegramSandbox, visitor: Customer, text: str, reason: str
) -> None:
    said = await refused(telegram, "sendMessage", chat_id=visitor.person_id, text=text, parse_mode="HTML")
    assert said == f"Bad Request: can't parse entities: {reason}"
    assert visitor.received == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "message text is empty"), (" \n ", "message text is empty"), ("x" * 4097, "message is too long")],
)
async def test_a_text_has_1_to_4096_characters(
    telegram: TelegramSandbox, visitor: Customer, text: str, reason: str
) -> None:
    said = await refused(telegram, "sendMessage", chat_id=visitor.person_id, text=text)
    assert said == f"Bad Request: {reason}"


async def test_length_counts_after_parsing(bot: Bot, visitor: Customer) -> None:
    await bot.send_message(visitor.person_id, "<b>" + "я" * 4096 + "</b>")
    assert len(visitor.received) == 1


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "a", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "url": "not a link"}, "inline keyboard button URL 'not a link' is invalid: Wrong HTTP URL"),
        ({"text": "a", "pay": True}, "BUTTON_TYPE_INVALID"),
        (
            {"text": "a"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
async def test_a_bad_button_is_refused(
    telegram: TelegramSandbox, visitor: Customer, button: dict[str, object], reason: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    said = await refused(telegram, "sendMessage", chat_id=visitor.person_id, text="hi", reply_markup=markup)
    assert said == f"Bad Request: {reason}"


async def test_callback_data_of_64_bytes_is_taken(bot: Bot, visitor: Customer) -> None:
    await bot.send_message(visitor.person_id, "hi", reply_markup=buttons(**{"я" * 32: "go"}))
    query = await visitor.tap("go")
    assert query is not None
    assert query.data == "я" * 32


async def test_a_link_under_a_message_may_lead_to_this_machine_by_its_number(
    telegram: TelegramSandbox, visitor: Customer
) -> None:
    for url, is_taken in {
        "http://127.0.0.1:8080/pay?x=1": True,
        "t.me/demo": True,
        "tg://user?id=1": True,
        "http://localhost:8080/pay": False,
    }.items():
        markup = {"inline_keyboard": [[{"text": "Open", "url": url}]]}
        answer = await api(telegram, "sendMessage", chat_id=visitor.person_id, text="hi", reply_markup=markup)
        assert answer["ok"] is is_taken
    assert visitor.chat[-3].buttons[0].url == "http://127.0.0.1:8080/pay?x=1"


async def test_a_person_who_never_wrote_cannot_be_written_to(telegram: TelegramSandbox, bot: Bot) -> None:
    stranger = telegram.person("Stranger")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.person_id, "hi")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(42, "hi")


async def test_a_person_who_blocked_the_bot_gets_nothing(bot: Bot, visitor: Customer) -> None:
    await visitor.block()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(visitor.person_id, "hi")
    with pytest.raises(CannotDo):
        await visitor.write("hi")
    await visitor.unblock()
    await bot.send_message(visitor.person_id, "welcome back")
    assert [message.text for message in visitor.received] == ["welcome back"]


async def test_an_edit_must_change_something(bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_message(visitor.person_id, "1 %", reply_markup=buttons(stop="Stop"))
    with pytest.raises(TelegramBadRequest) as refusal:
        await sent.edit_text("1 %", reply_markup=buttons(stop="Stop"))
    assert refusal.value.message == NOT_MODIFIED
    await sent.edit_text("2 %", reply_markup=buttons(stop="Stop"))
    await sent.edit_text("2 %")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_reply_markup(reply_markup=None)
    [shown] = visitor.received
    assert (shown.text, shown.edited_count, shown.labels) == ("2 %", 2, [])


async def test_a_refused_edit_changes_nothing(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_message(visitor.person_id, "before", reply_markup=buttons(ok="OK"))
    bad = {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}
    said = await refused(
        telegram,
        "editMessageText",
        chat_id=visitor.person_id,
        message_id=sent.message_id,
        text="after",
        reply_markup=bad,
    )
    assert said == "Bad Request: BUTTON_DATA_INVALID"
    [shown] = visitor.received
    assert (shown.text, shown.labels, shown.edited_count) == ("before", ["OK"], 0)


async def test_only_a_message_of_the_bot_that_is_there_can_be_edited(bot: Bot, visitor: Customer) -> None:
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=visitor.person_id, message_id=99)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=visitor.person_id, message_id=visitor.chat[0].message_id)
    sent = await bot.send_message(visitor.person_id, "x")
    await sent.delete()
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await sent.edit_text("y")
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await sent.delete()
    assert [line.kind for line in visitor.history] == ["sent", "sent", "deleted"]


async def test_an_old_message_cannot_be_deleted(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_message(visitor.person_id, "x")
    telegram.clock.advance(49 * 3600)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await sent.delete()


async def test_several_messages_are_deleted_at_once(bot: Bot, visitor: Customer) -> None:
    sent = [await bot.send_message(visitor.person_id, str(number)) for number in range(3)]
    assert await bot.delete_messages(visitor.person_id, [sent[0].message_id, sent[2].message_id, 999])
    assert [message.text for message in visitor.received] == ["1"]


async def test_a_tap_is_answered_once_and_in_time(telegram: TelegramSandbox, bot: Bot, visitor: Customer) -> None:
    await bot.send_message(visitor.person_id, "menu", reply_markup=buttons(a="First", b="Second"))
    first = await visitor.tap("First")
    second = await visitor.tap("b")
    assert first is not None
    assert second is not None
    assert await bot.answer_callback_query(first.query_id, "done", show_alert=True)
    assert (first.is_answered, first.text, first.is_alert) == (True, "done", True)
    telegram.clock.advance(3600)
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.answer_callback_query(second.query_id)
    assert refusal.value.message == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query("nonsense")


async def test_there_is_no_tapping_a_button_that_is_not_there(bot: Bot, visitor: Customer) -> None:
    await bot.send_message(visitor.person_id, "menu", reply_markup=buttons(a="First"))
    with pytest.raises(CannotDo, match=r"no button 'Third'; there are \['First'\]"):
        await visitor.tap("Third", timeout_s=0)


async def test_a_reply_keyboard_writes_its_label(bot: Bot, visitor: Customer) -> None:
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="💰 Balance"), KeyboardButton(text="Help")]])
    await bot.send_message(visitor.person_id, "menu", reply_markup=keyboard)
    assert visitor.keyboard == ["💰 Balance", "Help"]
    assert await visitor.tap("💰 Balance") is None
    assert visitor.chat[-1].text == "💰 Balance"
    await bot.send_message(visitor.person_id, "bye", reply_markup=ReplyKeyboardRemove())
    assert visitor.keyboard == []


async def test_replies_must_have_something_to_reply_to(bot: Bot, visitor: Customer) -> None:
    first = visitor.chat[0].message_id
    sent = await bot.send_message(visitor.person_id, "yes", reply_parameters=ReplyParameters(message_id=first))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(visitor.person_id, "yes", reply_parameters=ReplyParameters(message_id=99))
