"""The door: who comes, in which chat, with what; from here on it is a Talk with a known customer."""

from uuid import UUID

import structlog
from aiogram import Bot
from aiogram.types import CallbackQuery, InaccessibleMessage, Message, User

from adapters.telegram.messenger import Rendering
from adapters.telegram.refusals import MessageRefused
from avatar_core.customers import Language
from avatar_core.dossier import Dossier
from avatar_core.errors import CustomerNotFound, MessengerUnavailable, RecipientUnreachable, StoreUnavailable
from avatar_core.ids import BotId, CustomerId, TelegramId
from avatar_core.use_cases.customers import Visit
from entrypoints.bot.account import latest_operations
from entrypoints.bot.album import goes_on, take_photo
from entrypoints.bot.answers import answering
from entrypoints.bot.avatars import ready_avatars, standing
from entrypoints.bot.callbacks import OutdatedButton, read
from entrypoints.bot.desk import Desk
from entrypoints.bot.information import INVITED, start
from entrypoints.bot.menu import tap_named
from entrypoints.bot.routes import COMMANDS, TAPS, WORDS, guide
from entrypoints.bot.storage import ConversationStore, conversation_of
from entrypoints.bot.talk import Arrived, Place, Talk
from entrypoints.bot.texts import Words, words_in
from entrypoints.bot.tongues import Tongues
from entrypoints.bot.voice import Voice, patiently

PRIVATE = "private"
START = "start"
SERVICE_LINES = {
    *("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "proximity_alert_triggered"),
    *("connected_website", "write_access_allowed", "managed_bot_created", "gift_upgrade_sent"),
    *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
    *("general_forum_topic_hidden", "general_forum_topic_unhidden", "paid_message_price_changed"),
    *("checklist_tasks_done", "checklist_tasks_added", "poll_option_added", "poll_option_deleted"),
}
"""Telegram's own lines in a private chat, such as a pinned message: nobody has said anything, or waits for more.

Every other kind is answered, those that aiogram does not know yet too: a person sent them.
"""
log = structlog.get_logger(__name__)


class Reception:
    """Receives messages and taps."""

    def __init__(self, desk: Desk, conversations: ConversationStore, tongues: Tongues) -> None:
        self._desk = desk
        self._tongues = tongues
        self._conversations = conversations

    async def message(self, message: Message, bot: Bot, arrived: Arrived) -> None:
        """Answer a message in a private chat; elsewhere point there when asked."""
        user = message.from_user
        if user is None or user.is_bot or message.content_type in SERVICE_LINES:
            return
        if message.chat.type != PRIVATE:
            await _point_to_private_chat(message, user, bot)
            return
        conversation = await conversation_of(self._conversations, bot, message.chat.id, user.id)
        command, argument = _command(message.text or "")
        dossier = await self._welcome(arrived.bot, user, argument if command == START else "")
        talk = Talk(self._desk, arrived, dossier, Voice(bot, message.chat.id), conversation)
        await _catch_up(talk)
        await answering(talk, lambda: _hear(talk, message))

    async def tap(self, query: CallbackQuery, bot: Bot, arrived: Arrived) -> None:
        """Do what a button says; the spinner on it stops in any case."""
        is_new, prefix, args = read(query.data or "")
        under = query.message
        is_fixed = is_new or under is None or isinstance(under, InaccessibleMessage)
        voice = Voice(bot, query.from_user.id, None if is_fixed or under is None else under.message_id)
        words = words_in(self._tongues.of(arrived.bot, query.from_user))
        try:
            chat = query.from_user.id if under is None else under.chat.id
            conversation = await conversation_of(self._conversations, bot, chat, query.from_user.id)
            dossier = await self._welcome(arrived.bot, query.from_user, "")
            words = words_in(dossier.customer.language)
            resume = (query.data or "").removeprefix("+")
            talk = Talk(self._desk, arrived, dossier, voice, conversation, resume)
            await _catch_up(talk)
            await answering(talk, lambda: _do(talk, prefix, args))
        finally:
            await _stop_spinning(query, voice, words)

    async def _welcome(self, bot_id: BotId, user: User, argument: str) -> Dossier:
        inviter = await self._inviter(argument)
        visit = Visit(bot_id, TelegramId(user.id), user.full_name, user.language_code, inviter)
        dossier = await self._desk.welcome(visit)
        self._tongues.note(bot_id, user, dossier.customer.language)
        return dossier

    async def _inviter(self, argument: str) -> CustomerId | None:
        """Return who invited, if the link names a customer; anything else is no reason to turn somebody away."""
        code = argument.removeprefix(INVITED)
        if code == argument:
            return None
        try:
            inviter = CustomerId(str(UUID(code)))
            return (await self._desk.read_customer(inviter)).customer.id
        except (ValueError, CustomerNotFound):
            return None


def _command(text: str) -> tuple[str, str]:
    """Return a command's name and its argument; no name for other texts."""
    if not text.startswith("/"):
        return "", ""
    name, _, argument = text[1:].partition(" ")
    return name.partition("@")[0].lower(), argument.strip()


async def _catch_up(talk: Talk) -> None:
    """Tell somebody who had blocked the bot how things stand: the news that came meanwhile were told to nobody."""
    if not talk.dossier.returned:
        return
    try:
        lines = (talk.words("returned"), *standing(talk, ready_avatars(talk)), "", await latest_operations(talk))
        await talk.voice.say(Rendering("\n".join(lines)))
    except MessageRefused:
        raise
    except (MessengerUnavailable, StoreUnavailable):  # the update is fed again, and has to find somebody who returns
        await talk.desk.note_unreachable(talk.customer.id)
        raise


async def _hear(talk: Talk, message: Message) -> None:
    text = message.text or ""
    command, argument = _command(text)
    if command == START:
        await start(talk, argument)
    elif command in COMMANDS:
        await COMMANDS[command](talk, [])
    elif (message.photo or message.document) and talk.place in {None, Place.PHOTOS}:
        await take_photo(talk, message)
    elif text and not command and (take := WORDS.get(talk.place or "")):
        await take(talk, text)
    elif not talk.place and (tap := tap_named(text)):
        await TAPS[tap].act(talk, [])
    elif not await goes_on(talk, message):
        await guide(talk)


async def _do(talk: Talk, prefix: str, args: list[str]) -> None:
    route = TAPS.get(prefix)
    if route is None or route.arguments not in {None, len(args)}:
        raise OutdatedButton
    await route.act(talk, args)


async def _stop_spinning(query: CallbackQuery, voice: Voice, words: Words) -> None:
    """Answer the query, with a word when nothing was to be seen; one that is too old spins no more.

    What the button says is done by now, and would be done again if this failed.
    """
    text = words.plain("already-here") if voice.unchanged else None
    try:
        await patiently(lambda: voice.bot.answer_callback_query(query.id, text=text))
    except MessengerUnavailable as trouble:
        log.info("a button goes on spinning", reason=str(trouble))


async def _point_to_private_chat(message: Message, user: User, bot: Bot) -> None:
    """Answer a command that is meant for us with a link; leave all other talk in groups alone."""
    name, voice = (message.text or "").partition(" ")[0], Voice(bot, message.chat.id)
    if not name.startswith("/") or name.partition("@")[2] not in {"", username := await voice.username()}:
        return
    words = words_in(Language.spoken(user.language_code))
    try:
        await voice.say(Rendering(words("private-only", bot=username)))
    except (MessengerUnavailable, RecipientUnreachable) as trouble:  # the group may forbid us to write
        log.info("a group could not be answered", reason=str(trouble))
