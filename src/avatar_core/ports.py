"""Every port, on one page: what the core needs from the world.

Adapters conform structurally.  The docstrings say what types cannot: locking, not-found, idempotency, ordering.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from avatar_core.customers import Address
from avatar_core.dossier import Dossier, Record, Subject
from avatar_core.events import Event
from avatar_core.ids import (
    CustomerId,
    EvidenceId,
    GatewayCode,
    MessageId,
    NetworkId,
    PaymentId,
    PhotoRef,
    PlanCode,
    PortraitOrderId,
    TrainingId,
)
from avatar_core.ledger import Posting, Seal
from avatar_core.money import Stars
from avatar_core.payments import Evidence, Payment
from avatar_core.photos import InspectedPhoto
from avatar_core.pricing import TrainerOffer
from avatar_core.runs import ModelVersion, Report, Ticket
from avatar_core.tasks import DeadLetter, Happening, Reaction, Task


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class Names(Protocol):
    """Makes what must not be guessed or repeated: the only source of chance."""

    def fresh(self) -> str:
        """Return an id that was never given before (a UUID's text)."""
        ...

    def trigger(self) -> str:
        """Return a trigger word that is no real word: ``TOK_`` and six capital letters."""
        ...

    def seed(self) -> int:
        """Return a painter's seed, 0 to 2³¹ - 1."""
        ...


class UnitOfWork(Protocol):
    """One read, one decision, one write.

    Nothing is visible to others before ``commit``, and all of it after; leaving without commit writes nothing.
    """

    async def dossier(self, subject: Subject, *, keys: Sequence[str] = ()) -> Dossier:
        """Read one customer in one round trip; ``keys`` are transfers whose existence matters.

        Raises CustomerNotFound, PaymentNotFound, TrainingNotFound or PortraitOrderNotFound, after the subject's kind.
        For OfEvidence: EvidenceNotFound, or PaymentNotFound when the notice names no payment we know.
        """
        ...

    async def evidence(self, evidence: EvidenceId) -> Evidence:
        """Read one notice.  Raises EvidenceNotFound."""
        ...

    async def next_number(self) -> int:
        """Return the next payment number, 1 to 2³¹ - 1; gaps are fine, repeats are not."""
        ...

    def save(self, *records: Record) -> None:
        """Write these at commit, each only if its version in the store is still the one that was read."""
        ...

    def emit(self, *events: Event) -> None:
        """Write these at commit, with the tasks that must follow them."""
        ...

    async def commit(self) -> None:
        """Write everything in one statement.

        Raises ConcurrentChange when a version has moved, a key is taken (a transfer's, a charge's, a customer's, the
        one unfinished training's) or a transfer's day is sealed, and StoreUnavailable when the store does not answer;
        then nothing is written, or the outcome is unknown and the keys make it safe to try again.
        """
        ...


class BeginUnitOfWork(Protocol):
    """Begins units of work."""

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a new unit of work to enter."""
        ...

    async def pause(self, attempt: int) -> None:
        """Wait a little, with jitter, before the attempt after a ConcurrentChange (1, 2, …)."""
        ...


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of a customer's available balance, as the statement shows it; amounts in ⭐."""

    at: datetime
    kind: str
    service: str
    """What it was for: ``training``, ``portraits``, ``payment``, ``grant`` …"""
    amount: Stars
    balance: Stars
    key: str
    version: int
    """The line's number in the account, without gaps: what to ask for the page before this line by."""
    plan: PlanCode | None = None
    """The plan whose period brought the stars; None for a top-up, and for whatever is no payment."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken law of the books, for ``avatar ledger check``."""

    law: str
    subject: str
    detail: str


class Books(Protocol):
    """Reads the ledger; writes nothing but the days' seals."""

    async def statement(self, customer: CustomerId, *, limit: int, before: int | None = None) -> list[StatementLine]:
        """Return the latest lines first, those before a version when one is given; costs the same at any length."""
        ...

    async def postings(self, customer: CustomerId) -> list[Posting]:
        """Return every posting that touches the customer, in order, for explaining a balance."""
        ...

    async def violations(self) -> list[Violation]:
        """Check all laws of domain page 3.1 and invariants I1 to I8 over all books; none is the only good answer."""
        ...

    async def totals(self, network: NetworkId) -> dict[str, int]:
        """Return the sum of entries per business account of a network, by account name, in minor units.

        Costs the same however long the history is that has been sealed.
        """
        ...

    async def seal(self, until: date) -> list[Seal]:
        """Seal every day up to this one, beginning with the first transfer's, and return the seals that are new.

        Called by several at once, each day gets one seal.  Raises ConcurrentChange when a day has changed meanwhile.
        """
        ...


class Worklists(Protocol):
    """What has to be looked at because time has passed.  Each returns at most ``limit`` ids, the most urgent first."""

    async def payments_to_expire(self, at: datetime, limit: int) -> list[PaymentId]:
        """Return open payments whose time is over."""
        ...

    async def subscriptions_to_announce(self, at: datetime, limit: int) -> list[CustomerId]:
        """Return customers whose ``Subscription.due(at)`` may not be None."""
        ...

    async def trainings_to_poll(self, at: datetime, limit: int) -> list[TrainingId]:
        """Return unfinished trainings: those PROCESSING, and any whose deadline has passed."""
        ...

    async def portraits_to_poll(self, at: datetime, limit: int) -> list[PortraitOrderId]:
        """Return unfinished orders: those PROCESSING and not painted yet, and any whose deadline has passed."""
        ...

    async def evidence_to_judge(self, before: datetime, limit: int) -> list[EvidenceId]:
        """Return notices received before a moment and not judged: their process died."""
        ...

    async def quotes_to_discard(self, before: datetime, limit: int) -> list[PortraitOrderId]:
        """Return portrait orders that were quoted before a moment and never ordered."""
        ...

    async def drafts_to_discard(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return avatars in preparation that were begun before a moment and have no photo."""
        ...

    async def days_to_seal(self, at: datetime, limit: int) -> list[date]:
        """Return the newest day that can be sealed, if there is one that is not: all before it are sealed with it.

        Only a day behind which something is posted already: a clock that is ahead must not close the days to come.
        """
        ...

    async def photos_to_delete(self, before: datetime, limit: int) -> list[TrainingId]:
        """Return trainings that ended before a moment and still keep photos."""
        ...


class Outbox(Protocol):
    """Hands out what must follow.  At least once, in order within a lane, each task to one worker at a time."""

    async def claim(self, worker: str, at: datetime, room: Mapping[Reaction, int], lease_s: float) -> list[Task]:
        """Take due tasks: of each kind of reaction at most as many as there is room for, those due first before others.

        Of each lane only its oldest undone one; a claim that is not answered ends by itself.  One whose event cannot be
        read is buried at once, and holds up no other.
        """
        ...

    async def renew(self, task: Task, worker: str, until: datetime) -> bool:
        """Keep a claimed task longer; False when it is another worker's meanwhile."""
        ...

    async def done(self, task: Task, worker: str) -> None:
        """Strike the task off; harmless when it was done before."""
        ...

    async def again(self, task: Task, worker: str, due_at: datetime, error: str) -> None:
        """Give the task back, to be tried again."""
        ...

    async def bury(self, task: Task, worker: str, error: str) -> None:
        """Put the task on the dead-letter list; its lane goes on."""
        ...

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the dead letters, the oldest first."""
        ...

    async def revive(self, task_id: str, at: datetime) -> bool:
        """Make a dead letter due again; False when there is none."""
        ...

    async def drop(self, task_id: str) -> bool:
        """Put a dead letter aside for ever, undone; False when there is none."""
        ...


class Inbox(Protocol):
    """Keeps what came in from outside until it is handled, and never takes the same thing twice."""

    async def keep(self, source: str, arrivals: Sequence[tuple[str, str]], at: datetime) -> list[str]:
        """Store (external id, raw text) pairs in one commit; return the ids that are new."""
        ...

    async def handled(self, source: str, external_id: str) -> None:
        """Note that one is dealt with; harmless when repeated."""
        ...

    async def unhandled(self, source: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Return what was kept before a moment and never dealt with: its process died."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete what came before a moment and is dealt with; return how much it was.

        It would be new again: ask only for what nobody brings any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What a trainer gets."""

    id: TrainingId
    trigger: str
    steps: int
    offer: TrainerOffer
    archive: PhotoRef
    """The photos as one ZIP in the photo store; its name contains the order's id."""


class Trainer(Protocol):
    """Trains a personal model somewhere else.  Slow, expensive, and not idempotent by itself.

    Every method raises ProviderUnavailable (try again; the outcome is unknown) or ProviderUnauthorized (the token, or
    an account without money).  It does so within a time of its own when the provider does not answer at all: an overdue
    order is ended only after the provider was asked.
    """

    async def find(self, order: TrainingId) -> Ticket | None:
        """Return the run started for this order, if the trainer knows one: asked before every submission."""
        ...

    async def submit(self, order: TrainingOrder) -> Ticket:
        """Start training.  Raises ProviderRefused when it never will, and what the store raises for the archive."""
        ...

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands.  Raises RunVanished."""
        ...

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the run; one that has ended, or is gone, is stopped."""
        ...


@dataclass(frozen=True, slots=True)
class PaintingOrder:
    """What a painter gets."""

    id: PortraitOrderId
    model: ModelVersion
    prompt: str
    aspect: str
    count: int
    seed: int


class Painter(Protocol):
    """Paints portraits with a trained model.  Raises as Trainer does; ProviderRefused also for moderation."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        """Return the run started for this order, if the painter knows one: asked before every submission."""
        ...

    async def submit(self, order: PaintingOrder) -> Ticket:
        """Start painting."""
        ...

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands.  Raises RunVanished."""
        ...

    async def fetch(self, image: str) -> bytes:
        """Return a painted image.  Raises RunVanished when the provider has deleted it."""
        ...


@dataclass(frozen=True, slots=True)
class Checkout:
    """How the customer pays: a link, or nothing where the messenger shows the invoice itself."""

    payment: Payment
    url: str | None


class PaymentGateway(Protocol):
    """Takes money for payments."""

    @property
    def code(self) -> GatewayCode:
        """The gateway's name in payments and account names."""
        ...

    async def checkout(self, payment: Payment, title: str) -> Checkout:
        """Return how to pay this payment.  Idempotent.  Raises GatewayUnavailable."""
        ...

    def read(self, notice: bytes, at: datetime) -> Evidence:
        """Return the evidence in a paid notice.  Raises NoticeForged and NoticeUnreadable."""
        ...


class Messenger(Protocol):
    """Writes to people, always through the bot they came from.  Not idempotent: a repeat is a second message.

    Every method raises RecipientUnreachable (never again until they return) or MessengerUnavailable (later).
    """

    async def tell(self, address: Address, news: Event) -> MessageId:
        """Send the news in the person's language and role."""
        ...

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        """Edit a message in place; the same content again is fine.  Raises MessageGone."""
        ...

    async def send_images(self, address: Address, order: PortraitOrderId, images: Sequence[bytes]) -> None:
        """Send one to four JPEG images as one album, or as files.  Raises ImagesRefused when it never will."""
        ...


class PhotoInspector(Protocol):
    """Looks at a photo before it is kept."""

    async def inspect(self, content: bytes) -> InspectedPhoto:
        """Return what it is.  Raises PhotoRefused, with a PhotoProblem as the reason."""
        ...

    async def prepared(self, content: bytes) -> bytes:
        """Return an accepted photo as it is to be kept; the same content gives the same bytes.

        Upright, in a format that trainers read, and without the place, the time and the device its file tells about;
        and so small that the provider takes the most photos of a training (photos.MOST_PHOTOS) in one archive.
        """
        ...


class PhotoStore(Protocol):
    """Keeps photos, archives and portraits privately.  A ref written twice holds the last content.

    Every method raises StoreUnavailable (a full disk, no network); then nothing half-written is left.
    """

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        """Keep the content under this ref."""
        ...

    async def get(self, ref: PhotoRef) -> bytes:
        """Return the content.  Raises PhotoNotFound."""
        ...

    async def delete(self, ref: PhotoRef) -> None:
        """Forget the content; harmless when it is not there."""
        ...

    async def pack(self, archive: PhotoRef, photos: Sequence[PhotoRef]) -> None:
        """Write a ZIP of photos (stored, numbered names), never whole in memory.  Raises PhotoNotFound."""
        ...

    def read(self, ref: PhotoRef) -> AsyncIterator[bytes]:
        """Stream the content in pieces.  Raises PhotoNotFound."""
        ...

    def written(self, folder: str, before: datetime) -> AsyncIterator[PhotoRef]:
        """Go through all refs below a folder that were last written before a moment, for finding what nobody knows."""
        ...


class EventPublisher(Protocol):
    """Tells other systems.  At least once; the happening's id is the dedupe id."""

    async def publish(self, happening: Happening) -> None:
        """Publish one event as ``avatar/<name>``."""
        ...


class Warden(Protocol):
    """Remembers what may be said only once in a while."""

    async def first(self, topic: str, at: datetime, every_s: float) -> bool:
        """Return True for the first caller within the time, False for all others."""
        ...
