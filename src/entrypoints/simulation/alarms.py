"""What time sets off: the rounds, at the moments at which they may find something.

The real rounds are made every few seconds and mostly find nothing.  Here a commit tells when there may be something to
find, and the round is made then, on the grid of its own pace; what it finds and does is the real one's business.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from avatar_core.dossier import Record
from avatar_core.errors import OutsideError
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PaymentStatus
from avatar_core.portraits import PortraitOrder
from avatar_core.runs import Run, RunStatus
from avatar_core.subscriptions import GRACE, Subscription
from avatar_core.trainings import Training
from entrypoints.simulation.life import MOST_SKEW_S
from entrypoints.simulation.loop import SeededLoop
from entrypoints.simulation.process import ROUND_PACE, Process
from entrypoints.worker.due import EVIDENCE_LEFT_BEHIND
from entrypoints.worker.rounds import LONGEST_PAUSE_S

EVIDENCE, PAYMENTS, NOTICES = "judge evidence", "expire payments", "take up notices"
TRAININGS, PORTRAITS = "poll trainings", "poll portraits"
SUBSCRIPTIONS, PHOTOS = "announce subscriptions", "delete photos"
OFTEN = (EVIDENCE, PAYMENTS, NOTICES, TRAININGS, PORTRAITS, SUBSCRIPTIONS)
POLL = timedelta(seconds=ROUND_PACE.poll_every_s)
KEPT = timedelta(days=ROUND_PACE.keep_photos_days)
SECOND = timedelta(seconds=1)
TWO_AT_ONCE = 0.2
DAY_S = 86_400.0


def moments(record: Record, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Go through the rounds that a written record may concern, and when."""
    match record:
        case Payment(status=PaymentStatus.PENDING, expires_at=expires_at, lease=lease):
            yield PAYMENTS, max(expires_at, lease.until if lease else expires_at)
        case Evidence(status=EvidenceStatus.RECEIVED):
            yield EVIDENCE, at + EVIDENCE_LEFT_BEHIND + SECOND
        case Subscription(ends=ends) if ends is not None:
            for before in (timedelta(days=-3), timedelta(days=-1), timedelta(0), GRACE):
                yield SUBSCRIPTIONS, ends + before
        case Training(run=run):
            yield from _of_run(TRAININGS, run, at)
            if run.status.final:
                yield PHOTOS, at + KEPT + SECOND
        case PortraitOrder(run=run):
            yield from _of_run(PORTRAITS, run, at)
        case _:
            pass


def _of_run(name: str, run: Run, at: datetime) -> Iterator[tuple[str, datetime]]:
    if run.status is RunStatus.PROCESSING:
        yield name, at + POLL
    if run.status.unfinished and run.deadline is not None:
        yield name, run.deadline


class Alarms:
    """Sets the rounds off, in whichever process lives."""

    def __init__(
        self, loop: SeededLoop, chance: random.Random, beginning: datetime, living: Callable[[], list[Process]]
    ) -> None:
        self._loop = loop
        self._chance = chance
        self._beginning = beginning
        self._living = living
        self._set: set[tuple[str, int]] = set()
        self._making: dict[object, None] = {}

    def committed(self, records: Sequence[Record]) -> None:
        """Set what a commit asks for."""
        now = self._beginning + timedelta(seconds=self._loop.time())
        for record in records:
            for name, at in moments(record, now):
                self.set(name, (at - self._beginning).total_seconds())

    def soon(self, name: str) -> None:
        """Have a round made at its next turn."""
        self.set(name, self._loop.time() + 1)

    def later(self, name: str) -> None:
        """Have a round made once an id that failed may be tried again."""
        self.set(name, self._loop.time() + LONGEST_PAUSE_S)

    def all_soon(self) -> None:
        """Have every round made, as once a day."""
        for name in dict.fromkeys(name for process in self._living() for name in process.rounds):
            self.soon(name)

    def started(self) -> None:
        """Have those rounds made that are made often, as at the start of a process."""
        for name in OFTEN:
            self.soon(name)

    def set(self, name: str, at_s: float) -> None:
        """Have a round made at its first turn after a moment."""
        turn = int((max(at_s, self._loop.time()) + MOST_SKEW_S) // ROUND_PACE.every_s) + 1
        if (name, turn) not in self._set:
            self._set.add((name, turn))
            self._loop.call_at(turn * ROUND_PACE.every_s, self._ring, name, turn)

    def _ring(self, name: str, turn: int) -> None:
        self._set.discard((name, turn))
        living = self._living()
        if not living:
            self.soon(name)
        elif self._chance.random() < TWO_AT_ONCE:
            for process in living:
                self._make(process, name)
        else:
            self._make(self._chance.choice(living), name)

    def _make(self, process: Process, name: str) -> None:
        making = self._loop.create_task(self._made(process, name))
        self._making[making] = None
        making.add_done_callback(self._making.pop)

    async def _made(self, process: Process, name: str) -> None:
        """Make a round; as long as it finds something it comes again."""
        made = process.rounds[name]
        try:
            found = await made.make(process.clock.now(), process.redaction)
        except OutsideError:
            self.soon(name)
        else:
            if found and made.every_s < DAY_S:  # all are made once a day
                self.set(name, self._loop.time() + made.every_s)
        finally:
            if not process.life.alive:
                self.soon(name)
