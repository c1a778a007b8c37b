"""Each end of a plan is announced: three days and one day before it, when it is there, and after the days of grace."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from avatar_core import events
from avatar_core.dossier import Record
from avatar_core.events import Event
from avatar_core.ids import CustomerId
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.laws.plans import GRACE, Budget, Plans
from entrypoints.simulation.oracle import LATE

DAY = timedelta(days=1)
STAGES = (-3 * DAY, -1 * DAY, 0 * DAY, GRACE)
"""When it is announced, as seen from the end."""
THREE_DAYS, ONE_DAY, ENDED, OVER = range(4)
PATIENCE = timedelta(hours=12)
"""Processes are away for some hours, and the database does not always answer."""


@dataclass(slots=True)
class _End:
    """One end, and which stages of it were announced."""

    at: datetime
    told: list[int] = field(default_factory=list)


class Reminders:
    """Looks at what is announced, and in the end, or once an end is another one, at what was not.

    Every plan that is for sale is longer than any stage, so none of them is left out.
    """

    def __init__(self, plans: Plans, now: Callable[[], datetime]) -> None:
        self._plans = plans
        self._now = now
        self._ends: dict[CustomerId, _End] = {}

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Go through what is announced wrongly, or was not announced in time."""
        for record in records:
            if isinstance(record, Subscription) and record.customer in self._plans.budgets:
                yield from self._prolonged(record.customer, self._plans.budgets[record.customer].ends)
        for happening in happenings:
            event = happening.event
            if isinstance(
                event, events.SubscriptionExpiring | events.SubscriptionEnded | events.SubscriptionExpired
            ) and (wrong := self._wrong(event.customer, event)):
                yield Broken("each end of a plan is announced rightly", event.customer, f"{event}: {wrong}")

    def missing(self) -> Iterator[Broken]:
        """Go through the ends that were not announced."""
        for customer, end in self._ends.items():
            yield from self._missing(customer, end)

    def _prolonged(self, customer: CustomerId, ends: datetime) -> Iterator[Broken]:
        end = self._ends.setdefault(customer, _End(ends))
        if end.at != ends:
            yield from self._missing(customer, end)
            self._ends[customer] = _End(ends)

    def _missing(self, customer: CustomerId, end: _End) -> Iterator[Broken]:
        now = self._now()
        for stage, begins in enumerate(STAGES):
            if end.at + begins + PATIENCE < now and stage not in end.told:
                yield Broken("each end of a plan is announced", customer, f"{end.at} at {begins / DAY:+g} days")

    def _wrong(self, customer: CustomerId, event: Event) -> str | None:
        """Return what is wrong with an announcement, or None."""
        end, budget, now = self._ends.get(customer), self._plans.budgets.get(customer), self._now()
        if end is None or budget is None:
            return "there is no plan"
        stage = _stage(event, end.at - now)
        if end.told and stage <= end.told[-1]:
            return "it was announced already"
        end.told.append(stage)
        if now < end.at + STAGES[stage] - LATE or (stage < OVER and now > end.at + STAGES[stage + 1] + LATE):
            return f"the end is {end.at}"
        return _untrue(event, budget, now)


def _stage(event: Event, left: timedelta) -> int:
    match event:
        case events.SubscriptionExpiring():
            return THREE_DAYS if left > DAY + LATE else ONE_DAY
        case events.SubscriptionEnded():
            return ENDED
        case _:
            return OVER


def _untrue(event: Event, budget: Budget, now: datetime) -> str | None:
    if getattr(event, "plan", None) != budget.last:
        return f"the plan is {budget.last}"
    match event:
        case events.SubscriptionExpiring(ends=ends, days=days):
            left = ends - now
            if abs(ends - budget.ends) > LATE or not left - LATE <= days * DAY < left + LATE + DAY:
                return f"{left} are left"
        case events.SubscriptionEnded(grace_until=until) if abs(until - budget.ends - GRACE) > LATE:
            return f"its grace ends {budget.ends + GRACE}"
        case _:
            pass
    return None
