"""A messenger that writes to nobody and remembers everything."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from avatar_core.customers import Address
from avatar_core.errors import ImagesRefused, MessageGone, MessengerUnavailable, RecipientUnreachable
from avatar_core.events import Event
from avatar_core.ids import BotId, MessageId, PortraitOrderId, TelegramId


@dataclass(frozen=True, slots=True)
class Told:
    """One message that was sent, and the news it shows by now."""

    id: MessageId
    address: Address
    news: Event
    edits: tuple[Event, ...] = ()

    @property
    def shown(self) -> Event:
        """What the message shows now."""
        return self.edits[-1] if self.edits else self.news


@dataclass(frozen=True, slots=True)
class Album:
    """Images that were sent as one album."""

    address: Address
    order: PortraitOrderId
    images: tuple[bytes, ...]


@dataclass
class RecordingMessenger:
    """Keeps what was told to whom.

    Whoever is in ``blocked_by`` cannot be written to, and no bot in ``mute`` can write, as one with a revoked token;
    while ``busy_s`` is set nobody can, for so many seconds;
    ``refuses_images`` takes no album; ``lose_answers`` sends messages whose sending is reported as failed: the sender
    cannot know.
    """

    told: list[Told] = field(default_factory=list)
    albums: list[Album] = field(default_factory=list)
    blocked_by: set[TelegramId] = field(default_factory=set)
    mute: set[BotId] = field(default_factory=set)
    busy_s: float | None = None
    lose_answers: int = 0
    refuses_images: bool = False
    deleted: set[MessageId] = field(default_factory=set)

    async def tell(self, address: Address, news: Event) -> MessageId:
        """Send the news.  Raises RecipientUnreachable and MessengerUnavailable."""
        self._require_reachable(address)
        message = Told(MessageId(len(self.told) + 1), address, news)
        self.told.append(message)
        self._lose_answer()
        return message.id

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        """Edit a message in place.  Raises MessageGone besides."""
        self._require_reachable(address)
        if not 1 <= message <= len(self.told) or message in self.deleted:
            raise MessageGone
        before = self.told[message - 1]
        if before.shown != news:
            self.told[message - 1] = Told(before.id, before.address, before.news, (*before.edits, news))

    async def send_images(self, address: Address, order: PortraitOrderId, images: Sequence[bytes]) -> None:
        """Send an album.  Raises RecipientUnreachable, MessengerUnavailable and ImagesRefused."""
        self._require_reachable(address)
        if self.refuses_images:
            raise ImagesRefused
        self.albums.append(Album(address, order, tuple(images)))
        self._lose_answer()

    def news_for(self, person: TelegramId) -> list[Event]:
        """Return the news a person got, as it was when it was sent."""
        return [message.news for message in self.told if message.address.telegram_id == person]

    def _require_reachable(self, address: Address) -> None:
        if address.telegram_id in self.blocked_by:
            raise RecipientUnreachable
        if self.busy_s is not None or address.bot in self.mute:
            raise MessengerUnavailable(retry_after_s=self.busy_s or 1.0)

    def _lose_answer(self) -> None:
        if self.lose_answers:
            self.lose_answers -= 1
            raise MessengerUnavailable(retry_after_s=1.0)
