"""Methods that change or take away what was sent, and answers to taps."""

from typing import Annotated

from . import entities
from .media import InputMedia, checked_caption, replace_media
from .records import Message
from .refusals import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from .sending import checked_text
from .state import Chat
from .wire import AsJson, Call, Handler, Numbers, Params, ReplyMarkup

CALLBACK_LIMIT_S = 60
"""How long a tap may be answered; Telegram publishes no figure, bots observe between 15 s and a few minutes."""
DELETE_LIMIT_S = 48 * 3600
MAX_TOAST = 200
MAX_DELETED = 100


class _Editing(Params):
    chat_id: int | str | None = None
    message_id: int | None = None
    reply_markup: ReplyMarkup = None


class EditText(_Editing):
    """Parameters of editMessageText."""

    text: str
    parse_mode: str | None = None


class EditCaption(_Editing):
    """Parameters of editMessageCaption."""

    caption: str | None = None
    parse_mode: str | None = None


class EditMedia(_Editing):
    """Parameters of editMessageMedia."""

    media: Annotated[InputMedia, AsJson]


class DeleteMessage(Params):
    """Parameters of deleteMessage."""

    chat_id: int | str
    message_id: int


class DeleteMessages(Params):
    """Parameters of deleteMessages."""

    chat_id: int | str
    message_ids: Numbers


class AnswerCallback(Params):
    """Parameters of answerCallbackQuery."""

    callback_query_id: str
    text: str | None = None
    show_alert: bool = False
    url: str | None = None


def _message(call: Call, editing: _Editing) -> tuple[Chat, Message]:
    chat = call.world.chat_for(call.bot, editing.chat_id)
    if editing.message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(editing.message_id)
    if message is None or message.is_deleted:
        raise bad_request("message to edit not found")
    if not message.is_from_bot or message.payment or message.refunded_payment:
        raise bad_request("message can't be edited")
    return chat, message


def _content(message: Message) -> tuple[object, ...]:
    return (
        message.text,
        message.entities,
        message.caption,
        message.caption_entities,
        [size.unique_id for size in message.photo],
        message.document and message.document.unique_id,
        message.keyboard,
    )


def _finish(call: Call, chat: Chat, message: Message, editing: _Editing, before: tuple[object, ...]) -> object:
    """Set the keyboard (none given means none left), refuse an edit that changes nothing, note the change."""
    rows = editing.reply_markup.inline_rows(for_invoice=message.invoice is not None) if editing.reply_markup else None
    old_rows, message.keyboard = message.keyboard, rows
    if _content(message) == before:
        message.keyboard = old_rows
        raise bad_request(NOT_MODIFIED)
    message.edit_date = call.world.clock.unix()
    message.edited_count += 1
    call.world.note(chat, message, "edited")
    return call.world.wire(message)


async def edit_text(call: Call) -> object:
    """Replace a text message's words."""
    editing = call.read(EditText)
    chat, message = _message(call, editing)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    text, marks = checked_text(editing.text, editing.parse_mode)
    _check_keyboard(editing, message)
    before = _content(message)
    message.text, message.entities = text, marks
    return _finish(call, chat, message, editing, before)


async def edit_caption(call: Call) -> object:
    """Replace the words under a photo or a file."""
    editing = call.read(EditCaption)
    chat, message = _message(call, editing)
    if not message.photo and message.document is None:
        raise bad_request("there is no caption in the message to edit")
    caption, marks = checked_caption(editing.caption, editing.parse_mode)
    _check_keyboard(editing, message)
    before = _content(message)
    message.caption, message.caption_entities = caption, marks
    return _finish(call, chat, message, editing, before)


async def edit_reply_markup(call: Call) -> object:
    """Replace or take away the keyboard only."""
    editing = call.read(_Editing)
    chat, message = _message(call, editing)
    _check_keyboard(editing, message)
    return _finish(call, chat, message, editing, _content(message))


async def edit_media(call: Call) -> object:
    """Replace the photo or the file of a message."""
    editing = call.read(EditMedia)
    chat, message = _message(call, editing)
    if message.invoice is not None:
        raise bad_request("message can't be edited")
    _check_keyboard(editing, message)
    before = _content(message)
    await replace_media(call, message, editing.media)
    message.text, message.entities = None, []
    return _finish(call, chat, message, editing, before)


def _check_keyboard(editing: _Editing, message: Message) -> None:
    """Refuse a bad keyboard before anything of the message has changed."""
    if editing.reply_markup is None:
        return
    if editing.reply_markup.inline_keyboard is None:
        raise bad_request("inline keyboard expected")
    editing.reply_markup.inline_rows(for_invoice=message.invoice is not None)


async def delete_message(call: Call) -> object:
    """Take a message away, at most 48 hours after it was sent."""
    asked = call.read(DeleteMessage)
    chat = call.world.chat_for(call.bot, asked.chat_id)
    message = chat.messages.get(asked.message_id)
    if message is None or message.is_deleted:
        raise bad_request("message to delete not found")
    if call.world.clock.now() - message.date > DELETE_LIMIT_S:
        raise bad_request("message can't be deleted for everyone")
    _delete(call, chat, message)
    return True


async def delete_messages(call: Call) -> object:
    """Take up to 100 messages away; those that are not there are skipped."""
    asked = call.read(DeleteMessages)
    chat = call.world.chat_for(call.bot, asked.chat_id)
    if not asked.message_ids:
        raise bad_request("message identifiers are not specified")
    if len(asked.message_ids) > MAX_DELETED:
        raise bad_request("too many message identifiers specified")
    for message_id in asked.message_ids:
        message = chat.messages.get(message_id)
        if message is not None and not message.is_deleted:
            _delete(call, chat, message)
    return True


def _delete(call: Call, chat: Chat, message: Message) -> None:
    call.world.note(chat, message, "deleted")
    message.is_deleted = True


async def answer_callback(call: Call) -> object:
    """End a tap's waiting, perhaps with a toast (0 to 200 characters) or an alert."""
    answer = call.read(AnswerCallback)
    query = call.world.callbacks.get(answer.callback_query_id)
    if query is None or query.bot_id != call.bot.bot_id:
        raise bad_request(QUERY_TOO_OLD)
    if call.world.clock.now() - query.asked_s > CALLBACK_LIMIT_S:
        raise bad_request(QUERY_TOO_OLD)
    text, _ = entities.parse(answer.text or "", None)
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    query.is_answered, query.text = True, text or None
    query.is_alert, query.url = answer.show_alert, answer.url
    chat = call.world.chat(call.bot, call.world.people[query.person_id])
    call.world.revise(chat, "alert" if answer.show_alert else "toast", None, text)
    return True


METHODS: dict[str, Handler] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_reply_markup,
    "editMessageMedia": edit_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback,
}
