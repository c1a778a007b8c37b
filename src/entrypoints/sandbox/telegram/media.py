"""Methods that send and give out files: photos, documents, albums, downloads."""

import asyncio
from typing import Annotated, Literal

import httpx
from pydantic import BaseModel

from . import entities, photos
from .records import Json, Message, StoredFile
from .refusals import ApiRefusal, bad_request
from .sending import Sending, started
from .wire import AsJson, Call, Handler, Params, Upload

MAX_CAPTION = 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
_ALBUM = range(2, 11)
_FETCH_TIMEOUT_S = 10.0


class _Captioned(Sending):
    caption: str | None = None
    parse_mode: str | None = None


class SendPhoto(_Captioned):
    """Parameters of sendPhoto; the photo itself may be an upload, a file id or a link."""

    photo: str | None = None


class SendDocument(_Captioned):
    """Parameters of sendDocument."""

    document: str | None = None


class InputMedia(BaseModel):
    """Bot API's InputMediaPhoto or InputMediaDocument."""

    type: Literal["photo", "document"]
    media: str
    caption: str | None = None
    parse_mode: str | None = None


class SendMediaGroup(Sending):
    """Parameters of sendMediaGroup."""

    media: Annotated[list[InputMedia], AsJson]


class GetFile(Params):
    """Parameters of getFile."""

    file_id: str


def checked_caption(raw: str | None, parse_mode: str | None) -> tuple[str | None, list[Json]]:
    """Return a caption and its entities.  Raises ApiRefusal when it is over 1024 characters or unparsable."""
    text, marks = entities.parse(raw or "", parse_mode)
    if len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text or None, marks


async def found_photo(call: Call, source: str | None, field: str = "photo") -> list[StoredFile]:
    """Return a photo's sizes from an upload, a file id of this bot, or a link.  Raises ApiRefusal."""
    known = call.world.files.get(source or "")
    if known is not None:
        return _sizes_of(call, known)
    upload = await _upload(call, source, field)
    photos.check_upload(upload.content)
    sizes = await asyncio.to_thread(photos.resized, upload.content)
    return photos.keep_photo(call.world, call.bot.bot_id, sizes)


def _sizes_of(call: Call, known: StoredFile) -> list[StoredFile]:
    _check_owner(call, known)
    if known.file_id not in call.world.photos:
        raise bad_request("can't use file of type Document as Photo")
    return call.world.photos[known.file_id]


async def found_document(call: Call, source: str | None, field: str = "document") -> StoredFile:
    """Return a document from an upload, a file id of this bot, or a link.  Raises ApiRefusal."""
    known = call.world.files.get(source or "")
    if known is not None:
        _check_owner(call, known)
        return known
    upload = await _upload(call, source, field)
    return photos.keep_file(call.world, call.bot.bot_id, upload.content, upload.mime, upload.name)


def _check_owner(call: Call, known: StoredFile) -> None:
    if known.bot_id != call.bot.bot_id:
        raise bad_request("wrong file identifier/HTTP URL specified")


async def _upload(call: Call, source: str | None, field: str) -> Upload:
    name = (source or "").removeprefix("attach://") if source else field
    upload = call.uploads.get(name)
    if upload is None and source and source.startswith(("http://", "https://")):
        upload = await _fetched(source)
    if upload is None:
        raise bad_request(
            "wrong file identifier/HTTP URL specified" if source else f"there is no {field} in the request"
        )
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > MAX_UPLOAD_BYTES:
        raise ApiRefusal(413, "Request Entity Too Large")
    return upload


async def _fetched(link: str) -> Upload:
    try:
        async with httpx.AsyncClient(timeout=_FETCH_TIMEOUT_S) as client:
            answer = await client.get(link)
    except httpx.HTTPError as error:
        raise bad_request("failed to get HTTP URL content") from error
    if not answer.is_success:
        raise bad_request("failed to get HTTP URL content")
    return Upload(link.rpartition("/")[2] or "file", answer.headers.get("content-type", ""), answer.content)


async def send_photo(call: Call) -> object:
    """Send one photo with a caption of at most 1024 characters."""
    sending = call.read(SendPhoto)
    chat = call.world.chat_for(call.bot, sending.chat_id)
    caption, marks = checked_caption(sending.caption, sending.parse_mode)
    photo = await found_photo(call, sending.photo)
    message = started(call, chat, sending)
    message.photo, message.caption, message.caption_entities = photo, caption, marks
    return call.world.wire(call.world.put(chat, message))


async def send_document(call: Call) -> object:
    """Send one file as it is."""
    sending = call.read(SendDocument)
    chat = call.world.chat_for(call.bot, sending.chat_id)
    caption, marks = checked_caption(sending.caption, sending.parse_mode)
    document = await found_document(call, sending.document)
    message = started(call, chat, sending)
    message.document, message.caption, message.caption_entities = document, caption, marks
    return call.world.wire(call.world.put(chat, message))


async def send_media_group(call: Call) -> object:
    """Send 2 to 10 photos, or as many documents, as one album; the text for a wrong number is ours."""
    sending = call.read(SendMediaGroup)
    chat = call.world.chat_for(call.bot, sending.chat_id)
    if len(sending.media) not in _ALBUM:
        raise bad_request("an album must have from 2 to 10 items")
    if len({item.type for item in sending.media}) > 1:
        raise bad_request("Can't use the media of the specified type in the album")
    ready = [await _ready(call, item) for item in sending.media]
    group_id = str(10_000_000 + call.world.number())
    sent = []
    for photo, document, caption, marks in ready:
        message = started(call, chat, sending)
        message.photo, message.document = photo, document
        message.caption, message.caption_entities, message.media_group_id = caption, marks, group_id
        sent.append(call.world.wire(call.world.put(chat, message)))
    return sent


async def _ready(call: Call, item: InputMedia) -> tuple[list[StoredFile], StoredFile | None, str | None, list[Json]]:
    caption, marks = checked_caption(item.caption, item.parse_mode)
    if item.type == "photo":
        return await found_photo(call, item.media), None, caption, marks
    return [], await found_document(call, item.media), caption, marks


async def replace_media(call: Call, message: Message, item: InputMedia) -> None:
    """Put another photo or document in a message.  Raises ApiRefusal and changes nothing when it is no good."""
    message.photo, message.document, message.caption, message.caption_entities = await _ready(call, item)


async def get_file(call: Call) -> object:
    """Tell where to download a file of at most 20 MB."""
    known = call.world.files.get(call.read(GetFile).file_id)
    if known is None or known.bot_id != call.bot.bot_id:
        raise bad_request("invalid file_id")
    if len(known.content) > photos.MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": known.file_id,
        "file_unique_id": known.unique_id,
        "file_size": len(known.content),
        "file_path": known.path,
    }


METHODS: dict[str, Handler] = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
