"""What every sending method shares: where to, with which keyboard, in reply to what; and plain text."""

from typing import Annotated

from pydantic import BaseModel

from . import entities
from .records import Json, Message
from .refusals import bad_request
from .state import Chat
from .wire import AsJson, Call, Handler, Params, ReplyMarkup

MAX_TEXT = 4096
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


class _ReplyParameters(BaseModel):
    message_id: int
    allow_sending_without_reply: bool = False


class Sending(Params):
    """Parameters of every method that sends something."""

    chat_id: int | str
    reply_markup: ReplyMarkup = None
    reply_parameters: Annotated[_ReplyParameters | None, AsJson] = None
    reply_to_message_id: int | None = None


class SendMessage(Sending):
    """Parameters of sendMessage."""

    text: str
    parse_mode: str | None = None


class SendChatAction(Params):
    """Parameters of sendChatAction."""

    chat_id: int | str
    action: str


def started(call: Call, chat: Chat, sending: Sending, *, is_invoice: bool = False) -> Message:
    """Return a new empty message of the bot with its keyboard and reply set.  Raises ApiRefusal."""
    rows = sending.reply_markup.inline_rows(for_invoice=is_invoice) if sending.reply_markup else None
    labels = sending.reply_markup.reply_labels() if sending.reply_markup else None
    replied_id = _replied(chat, sending)
    message = call.world.blank(chat, is_from_bot=True)
    message.keyboard = rows
    message.reply_to_id = replied_id
    if labels is not None:
        chat.reply_keyboard = labels
    return message


def _replied(chat: Chat, sending: Sending) -> int | None:
    asked = sending.reply_parameters
    message_id = asked.message_id if asked else sending.reply_to_message_id
    if message_id is None or (message_id in chat.messages and not chat.messages[message_id].is_deleted):
        return message_id
    if asked and asked.allow_sending_without_reply:
        return None
    raise bad_request("message to be replied not found")


def checked_text(raw: str, parse_mode: str | None) -> tuple[str, list[Json]]:
    """Return a message's text and entities.  Raises ApiRefusal when it is empty, too long or unparsable."""
    text, marks = entities.parse(raw, parse_mode)
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, marks


async def send_message(call: Call) -> object:
    """Send text, 1 to 4096 characters after parsing."""
    sending = call.read(SendMessage)
    chat = call.world.chat_for(call.bot, sending.chat_id)
    text, marks = checked_text(sending.text, sending.parse_mode)
    message = started(call, chat, sending)
    message.text, message.entities = text, marks
    return call.world.wire(call.world.put(chat, message))


async def send_chat_action(call: Call) -> object:
    """Show the person what the bot is doing."""
    asked = call.read(SendChatAction)
    chat = call.world.chat_for(call.bot, asked.chat_id)
    if asked.action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(asked.action)
    call.world.revise(chat, "action", None, asked.action)
    return True


METHODS: dict[str, Handler] = {"sendMessage": send_message, "sendChatAction": send_chat_action}
