"""Subscriptions: which plan runs when.

A subscription is the row of a customer's terms, one after the other.  Buying the plan that runs prolongs it; buying a
higher one starts it at once and moves what was left behind it; buying a lower one queues it.  So nothing that was
paid is ever lost, no order of purchases makes two plans run at once, and a cheap row cannot hide a good one.
The status is derived from the time, never stored (domain page 3.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from avatar_core.ids import CustomerId, NetworkId, PlanCode

GRACE = timedelta(days=3)
AS_BOUGHT: Mapping[PlanCode, int] = {}
"""An order of plans that says nothing: each term keeps the rank that its plan had when it was bought."""


class SubscriptionStatus(StrEnum):
    """How a subscription stands at a moment."""

    NONE = "NONE"
    ACTIVE = "ACTIVE"
    GRACE = "GRACE"
    EXPIRED = "EXPIRED"
    UNLIMITED = "UNLIMITED"


class Stage(StrEnum):
    """What is announced to a customer about the end, in this order, once for each end."""

    THREE_DAYS_LEFT = "THREE_DAYS_LEFT"
    ONE_DAY_LEFT = "ONE_DAY_LEFT"
    ENDED = "ENDED"
    GRACE_OVER = "GRACE_OVER"


_STAGE_BEGINS = {
    Stage.THREE_DAYS_LEFT: timedelta(days=-3),
    Stage.ONE_DAY_LEFT: timedelta(days=-1),
    Stage.ENDED: timedelta(0),
    Stage.GRACE_OVER: GRACE,
}


@dataclass(frozen=True, slots=True)
class Term:
    """One plan from a moment to a moment (``ends`` None: for ever); ``rank`` is the plan's place in the catalogue."""

    plan: PlanCode
    plan_version: int
    rank: int
    starts: datetime
    ends: datetime | None

    def ranked(self, ranks: Mapping[PlanCode, int]) -> "Term":
        """Return the term with today's rank of its plan, if it has one."""
        return replace(self, rank=ranks.get(self.plan, self.rank))

    def runs_at(self, at: datetime) -> bool:
        """Return whether the term runs at a moment."""
        return self.starts <= at and (self.ends is None or at < self.ends)

    def over_at(self, at: datetime) -> bool:
        """Return whether the term has ended by a moment."""
        return self.ends is not None and self.ends <= at

    def until(self, at: datetime) -> "Term":
        """Return the part of the term before a moment."""
        return self if self.over_at(at) else replace(self, ends=at)

    def since(self, at: datetime) -> "Term":
        """Return the part of the term from a moment on."""
        return replace(self, starts=max(self.starts, at))

    def starting(self, at: datetime) -> "Term":
        """Return the same length of time from another moment."""
        return replace(self, starts=at, ends=None if self.ends is None else at + (self.ends - self.starts))


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was last announced, and about which end."""

    ends: datetime
    stage: Stage


@dataclass(frozen=True, slots=True)
class Subscription:
    """All terms of one customer in one network, in the order of time, without gaps in what is still to come."""

    customer: CustomerId
    network: NetworkId
    terms: tuple[Term, ...] = ()
    """With an end, one after the other."""
    endless: Term | None = None
    """A plan that an owner granted for ever; it runs beside what was bought and does not use it up."""
    announced: Announcement | None = None
    causes: tuple[str, ...] = ()
    """The payments and grants that made its periods: each makes one, for ever."""
    version: int = 0

    @property
    def ends(self) -> datetime | None:
        """When the last term ends; None when there is none, or when it never ends."""
        return self.terms[-1].ends if self.terms and not self.endless else None

    def ends_of(self, plan: PlanCode) -> datetime | None:
        """Return when the last term of one plan ends; None when it never does, or never ran."""
        if self.endless and self.endless.plan == plan:
            return None
        return max((term.ends for term in self.terms if term.plan == plan and term.ends), default=None)

    def waiting(self, at: datetime) -> tuple[Term, ...]:
        """Return the terms that begin after a moment, but for those that prolong a plan which runs."""
        running = {term.plan for term in (*self._running_at(at), *filter(None, [self.endless]))}
        return tuple(term for term in self.terms if term.starts > at and term.plan not in running)

    def term_at(self, at: datetime) -> Term | None:
        """Return the highest term that runs, or the last one during its grace."""
        endless = [self.endless] if self.endless and self.endless.runs_at(at) else []
        running = [*self._running_at(at), *endless]
        if not running and self.status_at(at) is SubscriptionStatus.GRACE:
            return self.terms[-1]
        return max(running, key=lambda term: term.rank, default=None)

    def status_at(self, at: datetime) -> SubscriptionStatus:
        """Derive the status."""
        if self.endless and self.endless.starts <= at:
            return SubscriptionStatus.UNLIMITED
        if self._running_at(at):
            return SubscriptionStatus.ACTIVE
        if not self.terms:
            return SubscriptionStatus.NONE
        in_grace = self.ends is not None and self.ends <= at < self.ends + GRACE
        return SubscriptionStatus.GRACE if in_grace else SubscriptionStatus.EXPIRED

    def _running_at(self, at: datetime) -> list[Term]:
        """Return the terms with an end that run; if none does, the next one.

        What is bought begins at once: where it has not begun, two machines' clocks differ, or ours was set back.
        """
        running = [term for term in self.terms if term.runs_at(at)]
        return running or [term for term in self.terms if term.starts > at][:1]

    def ranked(self, ranks: Mapping[PlanCode, int]) -> "Subscription":
        """Return it with the plans in today's order: a catalogue to which plans were added has others than before.

        A plan that the catalogue no longer has keeps the rank that it was bought with.
        """
        endless = self.endless and self.endless.ranked(ranks)
        return replace(self, terms=tuple(term.ranked(ranks) for term in self.terms), endless=endless)

    def add(self, new: Term, cause: str, ranks: Mapping[PlanCode, int]) -> "Subscription":
        """Add one paid or granted period; ``new.starts`` is the moment of its settlement.

        The same plan goes behind its running term, a higher plan before all lower ones, a lower one behind all; which
        is higher is said by ``ranks``, today's order (bug museum 22).  The same cause again changes nothing.
        """
        if cause in self.causes:
            return self
        return replace(_with(self.ranked(ranks), new.ranked(ranks)), causes=(*self.causes, cause))

    def due(self, at: datetime) -> Announcement | None:
        """Return what has to be announced now and was not yet.

        What would have been said before there was a plan at all is left out: whoever buys a day knows that it is one.
        """
        ends = self.ends
        if ends is None:
            return None
        stages = [stage for stage, begins in _STAGE_BEGINS.items() if self._unbroken_since < ends + begins <= at]
        if not stages:
            return None
        if self.announced and self.announced.ends == ends and self.announced.stage not in stages[:-1]:
            return None  # said already, or something later: two workers' clocks differ a little
        return Announcement(ends, stages[-1])

    @property
    def _unbroken_since(self) -> datetime:
        """When the row of terms began that ends last."""
        since = self.terms[-1].starts
        for earlier in reversed(self.terms[:-1]):
            if earlier.ends != since:
                break
            since = earlier.starts
        return since

    def announce(self, announcement: Announcement) -> "Subscription":
        """Remember what was announced."""
        return replace(self, announced=announcement)


def _with(subscription: Subscription, new: Term) -> Subscription:
    if new.ends is None:
        return replace(subscription, endless=max(filter(None, (subscription.endless, new)), key=lambda term: term.rank))
    at = new.starts
    past = tuple(term.until(at) for term in subscription.terms if term.starts < at)
    left = tuple(term.since(at) for term in subscription.terms if not term.over_at(at))
    before = tuple(term for term in left if term.rank >= new.rank)
    after = tuple(term for term in left if term.rank < new.rank)
    return replace(subscription, terms=_joined((*past, *_lined_up((*before, new, *after), at))))


def _lined_up(terms: tuple[Term, ...], at: datetime) -> tuple[Term, ...]:
    """Place the terms one after the other, beginning at a moment, each as long as it was."""
    row: list[Term] = []
    for term in terms:
        row.append(term.starting(at))
        at = row[-1].ends or at
    return tuple(row)


def _joined(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Make one term of neighbours of the same plan and version."""
    row: list[Term] = []
    for term in terms:
        last = row[-1] if row else None
        if last and last.ends == term.starts and (last.plan, last.plan_version) == (term.plan, term.plan_version):
            row[-1] = replace(last, ends=term.ends)
        else:
            row.append(term)
    return tuple(row)
