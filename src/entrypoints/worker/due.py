"""What the rounds look for, and what is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from avatar_core.ids import EvidenceId, PortraitOrderId, TrainingId
from avatar_core.ports import Worklists
from avatar_core.use_cases.billing import ExpirePayment
from avatar_core.use_cases.drafts import DiscardEmptyDraft
from avatar_core.use_cases.portraits import DiscardQuote, PollPortraits
from avatar_core.use_cases.settlement import SettlePayment
from avatar_core.use_cases.subscriptions import AnnounceSubscription
from avatar_core.use_cases.trainings import DeletePhotos, PollTraining
from avatar_core.use_cases.upkeep import ForgetArrivals, SealDays, SweepPhotos
from entrypoints.notices import TakeRunNotice
from entrypoints.worker.rounds import List, Round

EVIDENCE_LEFT_BEHIND = timedelta(seconds=10)
"""A paid notice that nobody has judged after so long belonged to a process that died."""
LEFT_LYING = timedelta(days=1)
"""A quote nobody took, a draft without photos, a file that nobody knows: what has lain for so long is cleared away."""
ARRIVALS_KEPT = timedelta(days=7)
"""Telegram brings updates for a day and Replicate its notices for hours: what is older than this comes no more."""
SELDOM = 20
"""What is measured in days is looked at so many times less often."""


@dataclass(frozen=True, slots=True)
class DueVerbs:
    """The use cases that time sets off."""

    expire_payment: ExpirePayment
    announce_subscription: AnnounceSubscription
    poll_training: PollTraining
    poll_portraits: PollPortraits
    settle_payment: SettlePayment
    delete_photos: DeletePhotos
    take_run_notice: TakeRunNotice
    seal_days: SealDays
    discard_quote: DiscardQuote
    discard_empty_draft: DiscardEmptyDraft
    sweep_photos: SweepPhotos
    forget_arrivals: ForgetArrivals


@dataclass(frozen=True, slots=True)
class RoundPace:
    """How often the rounds are made, and how long photos are kept after a training's end."""

    every_s: float
    poll_every_s: float
    keep_photos_days: int


def rounds_of(lists: Worklists, verbs: DueVerbs, pace: RoundPace) -> tuple[Round, ...]:
    """Return all rounds."""
    kept_for = timedelta(days=pace.keep_photos_days)

    async def evidence(at: datetime, limit: int) -> Sequence[EvidenceId]:
        return await lists.evidence_to_judge(at - EVIDENCE_LEFT_BEHIND, limit)

    async def photos(at: datetime, limit: int) -> Sequence[TrainingId]:
        return await lists.photos_to_delete(at - kept_for, limit)

    async def quotes(at: datetime, limit: int) -> Sequence[PortraitOrderId]:
        return await lists.quotes_to_discard(at - LEFT_LYING, limit)

    async def drafts(at: datetime, limit: int) -> Sequence[TrainingId]:
        return await lists.drafts_to_discard(at - LEFT_LYING, limit)

    return (
        Round("judge evidence", pace.every_s, evidence, verbs.settle_payment),
        Round("expire payments", pace.every_s, lists.payments_to_expire, verbs.expire_payment),
        Round("take up notices", pace.every_s, verbs.take_run_notice.left_behind, verbs.take_run_notice.take_up),
        Round("poll trainings", pace.poll_every_s, lists.trainings_to_poll, verbs.poll_training),
        Round("poll portraits", pace.poll_every_s, lists.portraits_to_poll, verbs.poll_portraits),
        Round("announce subscriptions", pace.every_s, lists.subscriptions_to_announce, verbs.announce_subscription),
        Round("seal days", SELDOM * pace.every_s, lists.days_to_seal, verbs.seal_days),
        Round("discard quotes", SELDOM * pace.every_s, quotes, verbs.discard_quote),
        Round("discard drafts", SELDOM * pace.every_s, drafts, verbs.discard_empty_draft),
        Round("sweep photos", LEFT_LYING.total_seconds(), _before(LEFT_LYING), verbs.sweep_photos),
        Round("forget arrivals", LEFT_LYING.total_seconds(), _before(ARRIVALS_KEPT), verbs.forget_arrivals),
        Round("delete photos", SELDOM * pace.every_s, photos, verbs.delete_photos),
    )


def _before(ago: timedelta) -> List:
    """Return the list for verbs that clear away whatever is older than a moment: that moment, nothing else."""

    async def moment(at: datetime, _limit: int) -> Sequence[datetime]:
        return [at - ago]

    return moment
