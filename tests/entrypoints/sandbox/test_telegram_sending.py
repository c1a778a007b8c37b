"""What a bot may send, edit and delete at the Telegram stand-in, and how it is refused."""

import io

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BufferedInputFile,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from PIL import Image

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_demo_bot import OTHER_TOKEN, TOKEN, api, bot_of, buttons, picture

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


async def refused(telegram: TelegramSandbox, method: str, **params: object) -> object:
    answer = await api(telegram, method, **params)
    assert answer["ok"] is False
    return answer["description"]


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


async def test_a_bots_photo_arrives_and_can_be_sent_again_by_its_id(bot: Bot, visitor: Customer) -> None:
    content = picture()
    sent = await bot.send_photo(visitor.person_id, BufferedInputFile(content, "a.jpg"), caption="<b>you</b>")
    assert sent.photo is not None
    again = await bot.send_photo(visitor.person_id, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    assert [(message.text, message.photo) for message in visitor.received] == [("you", content), ("", content)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is a text", "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (picture(4200, 100), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9000, 1500), "PHOTO_INVALID_DIMENSIONS"),
        (picture() + bytes(10 * 1024 * 1024), "file is too big"),
    ],
)
async def test_what_is_no_photo_is_refused(bot: Bot, visitor: Customer, content: bytes, reason: str) -> None:
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.send_photo(visitor.person_id, BufferedInputFile(content, "a.jpg"))
    assert refusal.value.message == f"Bad Request: {reason}"


async def test_an_album_arrives_as_one_group(bot: Bot, visitor: Customer) -> None:
    media = [
        InputMediaPhoto(media=BufferedInputFile(picture(colour=colour), "a.jpg"), caption=colour)
        for colour in ("red", "green", "blue")
    ]
    sent = await bot.send_media_group(visitor.person_id, media=list(media))
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.text for message in visitor.received] == ["red", "green", "blue"]


@pytest.mark.parametrize("count", [0, 1, 11])
async def test_an_album_has_2_to_10_items(telegram: TelegramSandbox, visitor: Customer, count: int) -> None:
    media = [{"type": "photo", "media": "x"}] * count
    said = await refused(telegram, "sendMediaGroup", chat_id=visitor.person_id, media=media)
    assert said == "Bad Request: an album must have from 2 to 10 items"


async def test_photos_and_files_do_not_mix_in_an_album(bot: Bot, visitor: Customer) -> None:
    photo = InputMediaPhoto(media=BufferedInputFile(picture(), "a.jpg"))
    document = InputMediaDocument(media=BufferedInputFile(b"text", "a.txt"))
    with pytest.raises(TelegramBadRequest, match="can't use the media of the specified type in the album"):
        await bot.send_media_group(visitor.person_id, media=[photo, document])
    assert visitor.received == []


async def test_a_photo_and_its_caption_can_be_replaced(bot: Bot, visitor: Customer) -> None:
    sent = await bot.send_photo(visitor.person_id, BufferedInputFile(picture(), "a.jpg"), caption="one")
    await sent.edit_caption(caption="two")
    await sent.edit_media(InputMediaPhoto(media=BufferedInputFile(picture(colour="red"), "b.jpg"), caption="three"))
    [shown] = visitor.received
    assert (shown.text, shown.photo, shown.edited_count) == ("three", picture(colour="red"), 2)
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await sent.edit_text("four")


async def test_a_persons_photo_comes_in_sizes_and_is_downloaded(bot: Bot, visitor: Customer) -> None:
    await visitor.send_photo(picture(4000, 3000), caption="me")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.photo is not None
    assert [(size.width, size.height) for size in message.photo] == [(90, 68), (320, 240), (800, 600), (1280, 960)]
    file = io.BytesIO()
    await bot.download(message.photo[-1], destination=file)
    assert len(file.getvalue()) == message.photo[-1].file_size
    with Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 960))


async def test_a_person_cannot_send_a_text_as_a_photo_unless_raw(bot: Bot, visitor: Customer) -> None:
    with pytest.raises(CannotDo):
        await visitor.send_photo(b"text")
    await visitor.send_photo(b"text", is_raw=True)
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.photo is not None
    file = await bot.download(message.photo[-1])
    assert file is not None
    assert file.read() == b"text"


async def test_a_small_photo_keeps_its_bytes(bot: Bot, visitor: Customer) -> None:
    await visitor.send_photo(picture(640, 480))
    assert visitor.chat[-1].photo == picture(640, 480)


async def test_an_album_of_a_person_comes_as_separate_updates(bot: Bot, visitor: Customer) -> None:
    await bot.get_updates(offset=-1)
    await visitor.send_album([picture(colour=colour) for colour in ("red", "green", "blue")], caption="us")
    updates = await bot.get_updates()
    messages = [update.message for update in updates if update.message and update.message.photo]
    assert len(messages) == 3
    assert len({message.media_group_id for message in messages}) == 1
    assert len({message.message_id for message in messages}) == 3
    assert [message.caption for message in messages] == ["us", None, None]
    with pytest.raises(CannotDo):
        await visitor.send_album([picture()] * 11)


async def test_a_document_arrives_as_it_is(bot: Bot, visitor: Customer) -> None:
    await visitor.send_document(b"plain text", "photo.jpg", "image/jpeg")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    assert (message.document.file_name, message.document.mime_type) == ("photo.jpg", "image/jpeg")
    file = await bot.download(message.document)
    assert file is not None
    assert file.read() == b"plain text"


async def test_a_file_over_20_megabytes_cannot_be_downloaded(bot: Bot, visitor: Customer) -> None:
    sent = await visitor.send_document(bytes(20 * 1024 * 1024 + 1), "big.bin", "application/octet-stream")
    assert sent.document_name == "big.bin"
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    with pytest.raises(TelegramBadRequest, match="Bad Request: file is too big"):
        await bot.get_file(message.document.file_id)


async def test_a_file_id_is_worth_nothing_to_another_bot(
    telegram: TelegramSandbox, bot: Bot, visitor: Customer
) -> None:
    sent = await bot.send_document(visitor.person_id, BufferedInputFile(b"text", "a.txt"))
    await visitor.with_bot(telegram.register_bot(OTHER_TOKEN)).write("/start")
    assert sent.document is not None
    async with bot_of(telegram, OTHER_TOKEN) as other:
        with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
            await other.send_document(visitor.person_id, sent.document.file_id)
        with pytest.raises(TelegramBadRequest, match="invalid file_id"):
            await other.get_file(sent.document.file_id)
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await bot.send_document(visitor.person_id, "no-such-id")


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
