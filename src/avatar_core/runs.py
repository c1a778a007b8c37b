"""What trainings and portrait orders share: a run at a provider, its ticket, its deadlines, its reports."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from avatar_core.errors import IllegalMove
from avatar_core.ids import ProviderRunId

RUNNING_LIMIT = timedelta(hours=3)
"""A run that takes longer has failed (domain page 3.4)."""
WAITING_LIMIT = timedelta(hours=24)
"""An order that could not be handed over for so long, whatever the reason, ends with its stars given back."""
OUTAGE_PATIENCE = timedelta(minutes=5)
"""A customer whose order could not be handed over for so long is told that it waits."""
LATE_RUN_LIMIT = timedelta(minutes=15)
"""For so long after an order's end a submission that was under way may still start a run: a worker gives a task up
after ten minutes."""
HOLD_LIMIT = WAITING_LIMIT + RUNNING_LIMIT + timedelta(hours=1)
"""No hold is open for longer than its order can live, with an hour for the worker's rounds."""


class RunStatus(StrEnum):
    """The states of an order that is carried out by a provider, stored as they are."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    SUBMITTING = "SUBMITTING"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def final(self) -> bool:
        """Return whether nothing can change any more."""
        return self in _FINAL

    @property
    def unfinished(self) -> bool:
        """Return whether stars are held and somebody has to do something."""
        return self in _UNFINISHED


_FINAL = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELED)
_UNFINISHED = (RunStatus.PENDING, RunStatus.SUBMITTING, RunStatus.PROCESSING)


class RunFact(StrEnum):
    """What can happen to such an order."""

    REQUEST = "request"
    SUBMIT = "be submitted"
    DEFER = "wait"
    ACCEPT = "be accepted"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "be cancelled"
    STOP = "be stopped"
    """The customer's wish, before the provider is told of it; by itself it moves nothing."""


_MOVES = {
    (RunStatus.DRAFT, RunFact.REQUEST): RunStatus.PENDING,
    (RunStatus.DRAFT, RunFact.CANCEL): RunStatus.CANCELED,
    (RunStatus.PENDING, RunFact.SUBMIT): RunStatus.SUBMITTING,
    # Handed over, but the outcome was never learnt: once more, and the provider is asked first.
    (RunStatus.SUBMITTING, RunFact.SUBMIT): RunStatus.SUBMITTING,
    (RunStatus.SUBMITTING, RunFact.DEFER): RunStatus.PENDING,
    (RunStatus.PENDING, RunFact.DEFER): RunStatus.PENDING,
    (RunStatus.SUBMITTING, RunFact.ACCEPT): RunStatus.PROCESSING,
    (RunStatus.PENDING, RunFact.ACCEPT): RunStatus.PROCESSING,
    (RunStatus.PROCESSING, RunFact.SUCCEED): RunStatus.SUCCEEDED,
    (RunStatus.PENDING, RunFact.FAIL): RunStatus.FAILED,
    (RunStatus.SUBMITTING, RunFact.FAIL): RunStatus.FAILED,
    (RunStatus.PROCESSING, RunFact.FAIL): RunStatus.FAILED,
    (RunStatus.PENDING, RunFact.CANCEL): RunStatus.CANCELED,
    (RunStatus.SUBMITTING, RunFact.CANCEL): RunStatus.CANCELED,
    (RunStatus.PROCESSING, RunFact.CANCEL): RunStatus.CANCELED,
}


class FailureReason(StrEnum):
    """Why an order ended without its result; each is worded for the customer in both languages."""

    PROVIDER_FAILED = "provider-failed"
    PROVIDER_REFUSED = "provider-refused"
    PROVIDER_CANCELED = "provider-canceled"
    MODERATION = "moderation"
    VANISHED = "vanished"
    DEADLINE = "deadline"
    PHOTOS_LOST = "photos-lost"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The provider's receipt for a run."""

    run: ProviderRunId


class ReportStatus(StrEnum):
    """A provider's word about a run, in our words."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"
    """A status nobody has heard of: it never changes ours."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """What a training made: ``version`` is a bare hash, ``model`` is ``owner/name`` at the provider."""

    model: str
    version: str
    weights: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says about a run, by webhook or when asked."""

    run: ProviderRunId
    status: ReportStatus
    percent: int | None = None
    model: ModelVersion | None = None
    """What a training made."""
    images: tuple[str, ...] = ()
    """Where a painter put its images, for about an hour."""
    failure: FailureReason | None = None
    detail: str = ""
    """The provider's own words, for the owner; never shown to a customer."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of an order's diary, so that it can be replayed."""

    at: datetime
    text: str


def _shortened(diary: tuple[Remark, ...], text: str) -> tuple[Remark, ...]:
    """Drop the last round when it said the same as the one before it, and a line begins it once more."""
    said = [remark.text for remark in diary[-4:]]
    for length in (1, 2):
        last = said[-length:]
        if last[:1] == [text] and said[-2 * length : -length] == last:
            return diary[:-length]
    return diary


@dataclass(frozen=True, slots=True)
class Run:
    """Where an order stands with its provider.  Final states never change; a repeated fact changes nothing."""

    status: RunStatus = RunStatus.DRAFT
    attempt: int = 0
    ticket: Ticket | None = None
    requested_at: datetime | None = None
    deadline: datetime | None = None
    """Until when the order must have been handed over, and after that until when it must be done."""
    ended_at: datetime | None = None
    failure: FailureReason | None = None
    diary: tuple[Remark, ...] = ()

    def request(self, *, at: datetime) -> "Run":
        """Order the run.  Raises IllegalMove."""
        return replace(self._moved(RunFact.REQUEST, at), requested_at=at, deadline=at + RUNNING_LIMIT)

    def submit(self, *, at: datetime) -> "Run":
        """Begin to hand the order over; beginning again after a crash counts as another attempt."""
        return replace(self._moved(RunFact.SUBMIT, at), attempt=self.attempt + 1)

    def defer(self, *, at: datetime) -> "Run":
        """Wait for a credential to be mended: the deadline moves, but not beyond WAITING_LIMIT."""
        last = (self.requested_at or at) + WAITING_LIMIT
        return replace(self._moved(RunFact.DEFER, at), deadline=min(at + RUNNING_LIMIT, last))

    def accept(self, ticket: Ticket, *, at: datetime) -> "Run":
        """Keep the provider's ticket, the first one for ever; after the end nothing changes."""
        if self.ticket or self.status.final:
            return self
        last = (self.requested_at or at) + WAITING_LIMIT + RUNNING_LIMIT
        return replace(self._moved(RunFact.ACCEPT, at), ticket=ticket, deadline=min(at + RUNNING_LIMIT, last))

    def succeed(self, *, at: datetime) -> "Run":
        """End with the result."""
        return self._ended(RunFact.SUCCEED, None, at)

    def fail(self, reason: FailureReason, *, at: datetime) -> "Run":
        """End without the result."""
        return self._ended(RunFact.FAIL, reason, at)

    def cancel(self, *, at: datetime) -> "Run":
        """End because the customer wants it so."""
        return self._ended(RunFact.CANCEL, None, at)

    def noted(self, text: str, *, at: datetime) -> "Run":
        """Write a line into the diary.

        Of one or two lines that come again and again the first and the last round are kept: an order that waits for a
        day is tried thousands of times, and ``attempt`` counts them.
        """
        return replace(self, diary=(*_shortened(self.diary, text), Remark(at, text)))

    def kept_waiting(self, *, at: datetime) -> "Run":
        """Note once that a provider that is away, or a full disk, has kept the order waiting for OUTAGE_PATIENCE."""
        since = self.requested_at or at
        if self.status is not RunStatus.SUBMITTING or self.deferred or at < since + OUTAGE_PATIENCE:
            return self
        return self.noted(f"{self.status}: {RunFact.DEFER}", at=at)

    def to_be_stopped(self, *, at: datetime) -> "Run":
        """Note once that the customer wants a run stopped that the provider may have."""
        if self.stopping or not self.status.unfinished or not self.attempt:
            return self
        return self.noted(f"{self.status}: {RunFact.STOP}", at=at)

    @property
    def stopping(self) -> bool:
        """Whether the customer wants it stopped, by its diary: a provider that breaks it off does what was asked."""
        return self._has_noted(RunFact.STOP)

    @property
    def deferred(self) -> bool:
        """Whether it has had to wait for a credential or an outage before, by its diary."""
        return self._has_noted(RunFact.DEFER)

    def running_for(self, at: datetime) -> timedelta:
        """Return how long the provider has had the run, by the diary.

        A report may come before the provider's answer, and be the acceptance itself: then since it was handed over.
        """
        begins = (f": {RunFact.SUBMIT}", f": {RunFact.ACCEPT}")
        return at - max((each.at for each in self.diary if each.at < at and each.text.endswith(begins)), default=at)

    @property
    def discarded(self) -> bool:
        """Whether it was given up before it was ordered."""
        return self.status is RunStatus.CANCELED and self.requested_at is None

    @property
    def uncertain(self) -> bool:
        """Whether the provider may have started a run whose ticket we never got."""
        return self.ticket is None and self.attempt > 0

    @property
    def unwanted(self) -> bool:
        """Whether the order has ended while its run may go on: nobody waits for what it makes."""
        gave_up = self.status is RunStatus.FAILED and self.failure is FailureReason.DEADLINE
        return (gave_up or self.status is RunStatus.CANCELED) and self.attempt > 0

    def overdue(self, at: datetime) -> bool:
        """Return whether the deadline has passed without an end."""
        return self.status.unfinished and self.deadline is not None and at >= self.deadline

    def require(self, status: RunStatus, fact: str) -> None:
        """Raise IllegalMove unless the order is in this state."""
        if self.status is not status:
            raise IllegalMove(thing="order", status=self.status, fact=fact)

    def _has_noted(self, fact: RunFact) -> bool:
        return any(remark.text.endswith(f": {fact}") for remark in self.diary)

    def _ended(self, fact: RunFact, reason: FailureReason | None, at: datetime) -> "Run":
        if self.status.final:
            return self
        return replace(self._moved(fact, at), ended_at=at, failure=reason)

    def _moved(self, fact: RunFact, at: datetime) -> "Run":
        if (self.status, fact) not in _MOVES:
            raise IllegalMove(thing="order", status=self.status, fact=fact)
        status = _MOVES[self.status, fact]
        return replace(self, status=status).noted(f"{self.status} → {status}: {fact}", at=at)
