"""Replicate's notices: verified, kept before they are judged, taken once, and taken up again when a process died."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from adapters.replicate.settings import RunKind
from adapters.replicate.webhooks import ReplicateWebhook
from avatar_core.errors import NotFound, OutsideError
from avatar_core.ids import PortraitOrderId, TrainingId
from avatar_core.ports import Clock, Inbox
from avatar_core.use_cases.portraits import RecordPortraitReport
from avatar_core.use_cases.trainings import RecordTrainingReport

SOURCE = "replicate"
LEFT_BEHIND = timedelta(seconds=10)
"""A notice that is not dealt with after so long belonged to a process that died."""
GIVEN_UP = timedelta(minutes=10)
"""An order is committed before the provider hears of it: one that is unknown for so long was never ours."""
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")

_log = structlog.get_logger(__name__)


class RunNotices(Protocol):
    """Reads the provider's notices."""

    async def read(self, headers: Mapping[str, str], body: bytes, at: datetime, query: str) -> ReplicateWebhook:
        """Return what a notice says.  Raises NoticeForged, NoticeUnreadable, and an OutsideError without a key."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as it came in; text alone, so that it can be kept and read again with the same verdict."""

    headers: Mapping[str, str]
    body: str
    query: str
    at: str

    @property
    def received_at(self) -> datetime:
        """When it came."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class TakeRunNotice:
    """Take the provider's word about a run, from the moment it arrives until it is recorded."""

    clock: Clock
    inbox: Inbox
    notices: RunNotices
    record_training: RecordTrainingReport
    record_portraits: RecordPortraitReport

    async def receive(self, headers: Mapping[str, str], body: bytes, query: str) -> None:
        """Keep a notice, then record it; the same one again is nothing new.

        Returns once it is kept: what cannot be recorded now is taken up again by ``take_up``.
        Raises NoticeForged, NoticeUnreadable, and StoreUnavailable when it could not be kept.
        """
        at = self.clock.now()
        notice = await self.notices.read(headers, body, at, query)
        signed = {name: value for name, value in headers.items() if name.lower() in SIGNED}
        letter = Letter(signed, body.decode(), query, at.isoformat())
        new = await self.inbox.keep(SOURCE, [(notice.id, json.dumps(asdict(letter)))], at)
        if not new:
            return
        try:
            await self._record(notice)
        except (NotFound, OutsideError) as error:
            _log.warning("a notice is kept for later", order=notice.order, error=str(error))
        else:
            await self.inbox.handled(SOURCE, notice.id)

    async def left_behind(self, at: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the notices that were kept and not dealt with."""
        return await self.inbox.unhandled(SOURCE, at - LEFT_BEHIND, limit)

    async def take_up(self, kept: tuple[str, str]) -> None:
        """Record a notice that was left behind; one whose order nobody ever knew is put aside.  Raises NotFound."""
        name, raw = kept
        letter = Letter(**json.loads(raw))
        notice = await self.notices.read(letter.headers, letter.body.encode(), letter.received_at, letter.query)
        try:
            await self._record(notice)
        except NotFound:
            if self.clock.now() - letter.received_at < GIVEN_UP:
                raise
            _log.warning("a notice about nothing we know is put aside", kind=notice.kind, order=notice.order)
        await self.inbox.handled(SOURCE, name)

    async def _record(self, notice: ReplicateWebhook) -> None:
        match notice.kind:
            case RunKind.TRAINING:
                await self.record_training(TrainingId(notice.order), notice.report)
            case RunKind.PORTRAITS:
                await self.record_portraits(PortraitOrderId(notice.order), notice.report)
