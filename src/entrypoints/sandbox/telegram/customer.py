"""The customer's side: what a person with a Telegram client can do and see in a chat with one bot."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from . import entities, photos
from .paying import ForwardedInvoice, payable
from .purchases import CannotDo, PaymentOutcome, ask_bot, charge
from .records import CallbackQuery, Happening, Json, Message, Person
from .refusals import ApiRefusal
from .screen import Button, ChatMessage, seen, transcript
from .state import BotAccount, Chat, World

_LARGEST_ALBUM = 10
_LOOK_EVERY_S = 0.05
Found = TypeVar("Found")
_Tappable: TypeAlias = tuple[ChatMessage, Button] | str


class Customer:
    """One person in one bot's private chat."""

    def __init__(self, world: World, person: Person, bot: BotAccount) -> None:
        """Sit down before the chat; nothing is sent yet."""
        self.world = world
        self.person = person
        self.bot = bot

    @property
    def person_id(self) -> int:
        """The numeric Telegram id."""
        return self.person.person_id

    @property
    def stars(self) -> int:
        """Stars left in the person's purse."""
        return self.person.stars

    @property
    def chat(self) -> list[ChatMessage]:
        """Messages that are on the screen now, oldest first."""
        return [seen(message) for message in self._chat.visible()]

    @property
    def received(self) -> list[ChatMessage]:
        """The bot's messages that are on the screen now, oldest first."""
        return [message for message in self.chat if message.is_from_bot]

    @property
    def history(self) -> list[Happening]:
        """Everything that ever happened here, with edits and deletions, oldest first."""
        return list(self._chat.log)

    @property
    def keyboard(self) -> list[str]:
        """Labels of the reply keyboard under the input field."""
        return list(self._chat.reply_keyboard)

    @property
    def _chat(self) -> Chat:
        return self.world.chat(self.bot, self.person)

    def count(self, fragment: str) -> int:
        """Return how many of the bot's messages, ever sent here, say `fragment` now."""
        return sum(seen(message).says(fragment) for message in self._chat.messages.values() if message.is_from_bot)

    def with_bot(self, bot: BotAccount) -> "Customer":
        """Return the same person in the chat with another bot."""
        return Customer(self.world, self.person, bot)

    async def write(self, text: str) -> ChatMessage:
        """Send a text, such as a command or a reply keyboard's label."""
        message = self._started()
        message.text, message.entities = text, entities.commands_in(text)
        return self._send(message)

    async def tap(
        self, wanted: str, message: ChatMessage | None = None, timeout_s: float = 5.0
    ) -> CallbackQuery | None:
        """Tap the newest inline button that says (or carries) `wanted`, waiting for it to appear.

        A reply keyboard's button writes its label instead and gives None.  Raises CannotDo when there is none.
        """
        found: _Tappable | None = await self._until(lambda: self._tappable(wanted, message), timeout_s)
        if found is None:
            shown = [label for one in self.chat for label in one.labels]
            raise CannotDo(
                f"no button {wanted!r}; there are {shown} and the keyboard {self.keyboard}\n{self.transcript()}"
            )
        if isinstance(found, str):
            await self.write(found)
            return None
        return self._tapped(*found)

    def _tappable(self, wanted: str, message: ChatMessage | None) -> _Tappable | None:
        if message is not None:
            places = [one for one in self.chat if one.message_id == message.message_id]
        else:
            places = sorted(self.received, key=lambda one: one.message_id, reverse=True)
        found = [(place, button) for place in places if (button := place.button(wanted))]
        exact = [(place, button) for place, button in found if wanted in {button.text, button.data}]
        label = next((label for label in self._chat.reply_keyboard if wanted == label), None)
        return next(iter(exact), None) or label or next(iter(found), None)

    def _tapped(self, place: ChatMessage, button: Button) -> CallbackQuery:
        if button.data is None:
            raise CannotDo(f"{button.text!r} does not call the bot back" + (": use pay" if button.is_pay else ""))
        query = CallbackQuery(
            query_id=str(3_000_000 + self.world.number()),
            bot_id=self.bot.bot_id,
            person_id=self.person_id,
            message_id=place.message_id,
            data=button.data,
            asked_s=self.world.clock.now(),
        )
        self.world.callbacks[query.query_id] = query
        self._chat.acted_revision = self.world.revise(self._chat, "tap", None, button.text)
        self._tell_tap(query)
        return query

    def _tell_tap(self, query: CallbackQuery) -> None:
        update: Json = {
            "id": query.query_id,
            "from": self.person.wire(),
            "message": self.world.wire(self._chat.messages[query.message_id]),
            "chat_instance": str(self.bot.bot_id * 1000 + self.person_id % 1000),
            "data": query.data,
        }
        self.world.tell(self.bot, "callback_query", update, self.person_id)

    async def send_photo(self, content: bytes, caption: str = "", *, is_raw: bool = False) -> ChatMessage:
        """Send a photo, re-encoded as clients do; `is_raw` sends the bytes as they are, whatever they are."""
        sizes = [(content, 1280, 1280)] if is_raw else await _shrunk(content)
        return self._send(self._photo(sizes, caption, None))

    async def send_album(self, contents: list[bytes], caption: str = "") -> list[ChatMessage]:
        """Send 2 to 10 photos as an album: separate messages with one media_group_id."""
        if not 1 < len(contents) <= _LARGEST_ALBUM:
            raise CannotDo(f"an album has 2 to {_LARGEST_ALBUM} photos, not {len(contents)}")
        ready = [await _shrunk(content) for content in contents]
        group_id = str(20_000_000 + self.world.number())
        return [
            self._send(self._photo(sizes, caption if place == 0 else "", group_id)) for place, sizes in enumerate(ready)
        ]

    async def send_document(self, content: bytes, name: str, mime: str, caption: str = "") -> ChatMessage:
        """Send a file as it is."""
        message = self._started()
        message.document = photos.keep_file(self.world, self.bot.bot_id, content, mime, name)
        message.caption = caption or None
        return self._send(message)

    async def send_raw(self, **fields: object) -> ChatMessage:
        """Send a message of any other kind, its fields as Bot API names them: `contact={…}`, `sticker={…}`."""
        message = self._started()
        message.extra = fields
        return self._send(message)

    def _photo(self, sizes: list[tuple[bytes, int, int]], caption: str, group_id: str | None) -> Message:
        message = self._started()
        message.photo = photos.keep_photo(self.world, self.bot.bot_id, sizes)
        message.caption, message.media_group_id = caption or None, group_id
        return message

    def _started(self) -> Message:
        if self._chat.is_blocked:
            raise CannotDo("who blocked a bot must unblock it before writing to it")
        self._chat.is_opened = True
        return self.world.blank(self._chat, is_from_bot=False)

    def _send(self, message: Message) -> ChatMessage:
        self.world.put(self._chat, message)
        self._chat.acted_revision = message.revision
        self.world.tell(self.bot, "message", self.world.wire(message), self.person_id)
        return seen(message)

    async def pay(
        self, what: ChatMessage | ForwardedInvoice | str | None = None, payer: "Customer | None" = None
    ) -> PaymentOutcome:
        """Pay an invoice message (the newest by default), a forwarded copy or a link, and tell how it ended.

        `payer` pays for this chat's invoice as somebody else.  Raises CannotDo when there is no Pay button.
        """
        who = payer or self
        invoice, message = payable(self.world, self._chat, what)
        failure = await ask_bot(self.world, invoice, who.person)
        if failure is not None:
            who.note_action("payment failed", failure)
            return PaymentOutcome(is_paid=False, failure=failure)
        if message is not None:
            message.is_invoice_paid = True
        outcome = charge(self.world, invoice, who.person)
        paid_in = self.world.chat(self.bot, who.person)
        paid_in.acted_revision = paid_in.log[-1].revision
        return outcome

    async def decline(self, message: ChatMessage | None = None) -> None:
        """Open the payment form and close it: the bot learns nothing of it."""
        invoice, _ = payable(self.world, self._chat, message)
        self.note_action("declined", invoice.title)

    def forward(self, message: ChatMessage) -> ForwardedInvoice:
        """Pass an invoice on to somebody else."""
        if message.invoice is None:
            raise CannotDo("only invoices can be passed on here")
        return ForwardedInvoice(message.invoice)

    async def block(self) -> None:
        """Block the bot: its messages meet 403 from now on."""
        self._set_blocked(is_blocked=True)

    async def unblock(self) -> None:
        """Unblock the bot."""
        self._set_blocked(is_blocked=False)

    def _set_blocked(self, *, is_blocked: bool) -> None:
        states = ("member", "kicked") if is_blocked else ("kicked", "member")
        self._chat.is_blocked = is_blocked
        self.note_action("blocked" if is_blocked else "unblocked", "")
        old, new = (
            {"user": self.bot.wire(), "status": state} | ({"until_date": 0} if state == "kicked" else {})
            for state in states
        )
        update: Json = {
            "chat": self.person.wire_chat(),
            "from": self.person.wire(),
            "date": self.world.clock.unix(),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.world.tell(self.bot, "my_chat_member", update, self.person_id)

    def note_action(self, kind: str, text: str) -> None:
        """Write in the history what the person did; waiting looks at what comes after it."""
        self._chat.acted_revision = self.world.revise(self._chat, kind, None, text)

    async def wait_for(
        self, wanted: str | Callable[[ChatMessage], bool], timeout_s: float = 10.0, *, is_anywhere: bool = False
    ) -> ChatMessage:
        """Return the newest message of the bot that says `wanted` (or for which it is true).

        Only what came or changed since the person's last action counts, unless `is_anywhere`.
        Raises TimeoutError with the transcript after `timeout_s` real seconds.
        """

        def fits(message: ChatMessage) -> bool:
            return message.says(wanted) if isinstance(wanted, str) else wanted(message)

        def found() -> ChatMessage | None:
            since = 0 if is_anywhere else self._chat.acted_revision
            fitting = [one for one in self.received if one.revision > since and fits(one)]
            return max(fitting, key=lambda one: one.revision, default=None)

        message = await self._until(found, timeout_s)
        if message is None:
            raise TimeoutError(f"{wanted!r} did not come within {timeout_s} s\n{self.transcript()}")
        return message

    async def wait_until(self, holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Return once something holds, looking whenever anything changed and every 50 ms.

        Raises TimeoutError with the transcript after `timeout_s` real seconds.
        """
        if await self._until(lambda: holds() or None, timeout_s) is None:
            raise TimeoutError(f"it did not come true within {timeout_s} s\n{self.transcript()}")

    async def _until(self, look: Callable[[], Found | None], timeout_s: float) -> Found | None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + timeout_s
        while (found := look()) is None and (left_s := until_s - loop.time()) > 0:
            await self.world.bell.wait(min(left_s, _LOOK_EVERY_S))
        return found

    def transcript(self) -> str:
        """Return the history as lines for people."""
        return transcript(self._chat)


async def _shrunk(content: bytes) -> list[tuple[bytes, int, int]]:
    try:
        return await asyncio.to_thread(photos.resized, content)
    except ApiRefusal as refusal:
        raise CannotDo("a client sends as a photo only what it can show") from refusal
