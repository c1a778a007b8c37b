"""Photos, albums and files at the Telegram stand-in: what a bot may send, and what people send to it."""

import io

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto
from PIL import Image

from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox

from .telegram_demo_bot import OTHER_TOKEN, bot_of, picture, refused


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
