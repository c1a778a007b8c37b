"""A bot's queue of updates and what may be in it."""

import json
from dataclasses import dataclass, field

from .clock import Bell
from .records import Json

UPDATE_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
    "subscription",
    "stopped_message_generation",
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT_KINDS = frozenset(UPDATE_KINDS) - NOT_BY_DEFAULT
PAGE = 100


@dataclass(frozen=True, slots=True)
class QueuedUpdate:
    """One update, frozen as JSON at the moment it happened."""

    update_id: int
    kind: str
    chat_id: int
    body: str

    def wire(self) -> Json:
        """Return Bot API's Update."""
        update: Json = json.loads(self.body)
        return update


@dataclass(slots=True)
class UpdateQueue:
    """Updates in order until the bot confirms them (core.telegram.org/bots/api#getupdates)."""

    first_id: int = 1
    allowed: frozenset[str] = DEFAULT_KINDS
    waiting: list[QueuedUpdate] = field(default_factory=list)
    everything: list[QueuedUpdate] = field(default_factory=list)
    repeats: list[QueuedUpdate] = field(default_factory=list)
    bell: Bell = field(default_factory=Bell)

    def allow(self, names: list[str] | None) -> None:
        """Keep the filter when None; unknown names are ignored; nothing known means Telegram's default."""
        if names is not None:
            self.allowed = (frozenset(names) & frozenset(UPDATE_KINDS)) or DEFAULT_KINDS

    def push(self, kind: str, payload: Json, chat_id: int) -> int | None:
        """Append an update and return its id, or drop it when the bot did not ask for this kind."""
        if kind not in self.allowed:
            return None
        update_id = self.first_id + len(self.everything)
        body = json.dumps({"update_id": update_id, kind: payload}, ensure_ascii=False)
        queued = QueuedUpdate(update_id, kind, chat_id, body)
        self.everything.append(queued)
        self.waiting.append(queued)
        self.bell.ring()
        return update_id

    def again(self, update_id: int) -> None:
        """Deliver an update once more under its own id, as Telegram does when it saw no answer."""
        self.repeats.append(next(update for update in self.everything if update.update_id == update_id))
        self.bell.ring()

    def confirm(self, offset: int) -> None:
        """Forget all before `offset`; a negative offset keeps only that many of the newest."""
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset > 0:
            self.waiting = [update for update in self.waiting if update.update_id >= offset]

    def page(self, limit: int) -> list[QueuedUpdate]:
        """Return the oldest unconfirmed updates, behind those to be repeated (each of these is given once)."""
        repeats, self.repeats = self.repeats, []
        return sorted([*repeats, *self.waiting[:limit]], key=lambda update: update.update_id)

    def pending(self) -> list[QueuedUpdate]:
        """Return what a webhook has yet to take, oldest first."""
        return [*self.repeats, *self.waiting]

    def done(self, update: QueuedUpdate) -> None:
        """Forget one update that a webhook took."""
        if update in self.repeats:
            self.repeats.remove(update)
        elif update in self.waiting:
            self.waiting.remove(update)

    def clear(self) -> None:
        """Forget all that waits (drop_pending_updates)."""
        self.waiting, self.repeats = [], []
