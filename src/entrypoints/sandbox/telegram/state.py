"""The stand-in's world: bots, people, their chats, and everything that happened in them."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from .clock import Bell, SandboxClock
from .records import (
    CallbackQuery,
    Charge,
    Happening,
    Invoice,
    Json,
    Message,
    Person,
    PreCheckout,
    StarTransaction,
    StoredFile,
    Subscription,
    present,
)
from .refusals import BLOCKED, CANNOT_INITIATE, ApiRefusal, bad_request, forbidden
from .updates import UpdateQueue

_FIRST_PERSON_ID = 700_000_001


@dataclass(slots=True)
class Chat:
    """The private chat of one bot and one person."""

    bot: "BotAccount"
    person: Person
    messages: dict[int, Message] = field(default_factory=dict)
    log: list[Happening] = field(default_factory=list)
    reply_keyboard: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    is_opened: bool = False
    is_blocked: bool = False
    acted_revision: int = 0

    def visible(self) -> list[Message]:
        """Return the messages that are on the screen, oldest first."""
        return [message for message in self.messages.values() if not message.is_deleted]


@dataclass(slots=True)
class Webhook:
    """Where a bot wants its updates sent; no url means that it polls."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    error_date: int | None = None
    error: str | None = None
    courier: "asyncio.Task[None] | None" = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request a bot made, and the status it was answered with (0 when it got no answer)."""

    bot_id: int
    method: str
    params: Json
    status: int


@dataclass(slots=True)
class BotAccount:
    """A bot as Telegram knows it."""

    bot_id: int
    token: str
    username: str
    first_name: str
    queue: UpdateQueue
    webhook: Webhook = field(default_factory=Webhook)
    poll: "asyncio.Future[str] | None" = None
    stars: int = 0
    message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    transactions: list[StarTransaction] = field(default_factory=list)

    def wire(self) -> Json:
        """Return Bot API's User."""
        return {"id": self.bot_id, "is_bot": True, "first_name": self.first_name, "username": self.username}


@dataclass(slots=True)
class World:
    """Everything there is; one event loop owns it."""

    clock: SandboxClock
    bell: Bell = field(default_factory=Bell)
    bots: dict[str, BotAccount] = field(default_factory=dict)
    bots_by_id: dict[int, BotAccount] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[tuple[int, int], Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    paths: dict[tuple[int, str], StoredFile] = field(default_factory=dict)
    photos: dict[str, list[StoredFile]] = field(default_factory=dict)
    callbacks: dict[str, CallbackQuery] = field(default_factory=dict)
    checkouts: dict[str, PreCheckout] = field(default_factory=dict)
    links: dict[str, Invoice] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _revisions: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        """Return the next number for an id; the same run gives the same ids."""
        return next(self._numbers)

    def add_bot(self, token: str, username: str, first_name: str) -> BotAccount:
        """Make a bot; its id is the part of the token before the colon."""
        bot_id = int(token.partition(":")[0])
        bot = BotAccount(bot_id, token, username, first_name, UpdateQueue(first_id=1 + bot_id % 1000 * 1_000_000))
        self.bots[token] = self.bots_by_id[bot_id] = bot
        return bot

    def add_person(self, person: Person) -> Person:
        """Make a person known to Telegram."""
        self.people[person.person_id] = person
        return person

    def next_person_id(self) -> int:
        """Return a user id nobody has yet."""
        return max(self.people, default=_FIRST_PERSON_ID - 1) + 1

    def bot_by_token(self, token: str) -> BotAccount:
        """Return the bot.  Raises ApiRefusal 401 for a token nobody was given."""
        bot = self.bots.get(token)
        if bot is None:
            raise ApiRefusal(401, "Unauthorized")
        return bot

    def chat(self, bot: BotAccount, person: Person) -> Chat:
        """Return the chat of the two, empty when they never spoke."""
        key = (bot.bot_id, person.person_id)
        if key not in self.chats:
            self.chats[key] = Chat(bot, person)
        return self.chats[key]

    def chat_for(self, bot: BotAccount, chat_id: int | str | None) -> Chat:
        """Return the chat a bot asks for.  Raises ApiRefusal when it may not know or use it."""
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        digits = str(chat_id)
        person = self.people.get(int(digits)) if digits.lstrip("-").isdigit() else None
        if person is None:
            raise bad_request("chat not found")
        chat = self.chat(bot, person)
        if chat.is_blocked:
            raise forbidden(BLOCKED)
        if not chat.is_opened:
            raise forbidden(CANNOT_INITIATE)
        return chat

    def put(self, chat: Chat, message: Message, kind: str = "sent") -> Message:
        """Place a new message in its chat and remember it."""
        chat.messages[message.message_id] = message
        self.note(chat, message, kind)
        return message

    def blank(self, chat: Chat, *, is_from_bot: bool) -> Message:
        """Return an empty message with the chat's next id and the present date."""
        return Message(
            message_id=next(chat.bot.message_ids),
            bot_id=chat.bot.bot_id,
            person_id=chat.person.person_id,
            is_from_bot=is_from_bot,
            date=self.clock.unix(),
        )

    def note(self, chat: Chat, message: Message, kind: str, text: str | None = None) -> None:
        """Write one line of the chat's history and wake whoever waits for a change."""
        message.revision = self.revise(chat, kind, message.message_id, described(message) if text is None else text)

    def revise(self, chat: Chat, kind: str, message_id: int | None, text: str) -> int:
        """Write a line of history that is not about a message's content; return its number."""
        revision = next(self._revisions)
        is_from_bot = message_id is not None and chat.messages[message_id].is_from_bot
        chat.log.append(Happening(revision, self.clock.now(), kind, message_id, text, is_from_bot))
        self.bell.ring()
        return revision

    def wire(self, message: Message) -> Json:
        """Return Bot API's Message as its bot sees it."""
        bot = self.bots_by_id[message.bot_id]
        person = self.people[message.person_id]
        chat = self.chat(bot, person)
        replied = chat.messages.get(message.reply_to_id or 0)
        return present(
            message_id=message.message_id,
            **{"from": bot.wire() if message.is_from_bot else person.wire()},
            chat=person.wire_chat(),
            date=message.date,
            edit_date=message.edit_date,
            media_group_id=message.media_group_id,
            text=message.text,
            entities=message.entities or None,
            caption=message.caption,
            caption_entities=message.caption_entities or None,
            photo=[size.wire_photo_size() for size in message.photo] or None,
            document=message.document.wire_document() if message.document else None,
            invoice=message.invoice.wire() if message.invoice else None,
            successful_payment=message.payment,
            refunded_payment=message.refunded_payment,
            reply_markup={"inline_keyboard": message.keyboard} if message.keyboard else None,
            reply_to_message=self.wire(replied) if replied else None,
            **message.extra,
        )

    def tell(self, bot: BotAccount, kind: str, payload: Json, chat_id: int) -> int | None:
        """Queue an update for a bot; None when the bot did not ask for this kind."""
        update_id = bot.queue.push(kind, payload, chat_id)
        self.bell.ring()
        return update_id


def described(message: Message) -> str:
    """Return a message in one line, for transcripts."""
    if message.invoice:
        return f"[invoice] {message.invoice.title}: {message.invoice.amount} {message.invoice.currency}"
    words = message.text or message.caption or ""
    if message.photo:
        return f"[photo] {words}".rstrip()
    if message.document:
        return f"[file {message.document.name}] {words}".rstrip()
    if message.payment:
        return f"[paid] {message.payment['total_amount']} {message.payment['currency']}"
    if message.refunded_payment:
        return f"[refunded] {message.refunded_payment['total_amount']} XTR"
    return words
