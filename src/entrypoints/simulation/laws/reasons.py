"""An order that ends without its result has a reason, and the world outside knows it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.memory import MemoryDatabase
from avatar_core.dossier import Record
from avatar_core.portraits import PortraitOrder
from avatar_core.runs import FailureReason, RunStatus
from avatar_core.tasks import Happening
from avatar_core.trainings import Training
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import LATE, Oracle

LONGEST_RUN = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Looks at the ends of orders.

    What the provider finished in time has no reason to end otherwise, so it succeeds: every order ends.
    """

    database: MemoryDatabase
    oracle: Oracle
    now: Callable[[], datetime]
    calm: bool
    """Whether nothing can go wrong outside, but for runs that the provider itself gives up."""

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Go through what ended without a reason."""
        for record in records:
            match record:
                case Training(id=name):
                    yield from self._look_at(self.database.trainings[name])
                case PortraitOrder(id=name):
                    yield from self._look_at(self.database.orders[name])
                case _:
                    pass

    def _look_at(self, order: Training | PortraitOrder) -> Iterator[Broken]:
        run = order.run
        if run.status is RunStatus.CANCELED and run.requested_at and order.id not in self.oracle.called_off:
            yield Broken("only a customer's wish cancels an order", order.id)
        if run.status is RunStatus.FAILED and not self._is_so(order, run.failure):
            yield Broken("an order fails for a reason that is so", order.id, str(run.failure))

    def _is_so(self, order: Training | PortraitOrder, reason: FailureReason | None) -> bool:
        if reason is FailureReason.DEADLINE:
            waited = self.now() - (order.run.requested_at or order.created_at)
            return not self.calm and waited > LONGEST_RUN - LATE
        if reason is FailureReason.UNDELIVERABLE and self.oracle.away(order.customer, self.now() - LATE, self.now()):
            return True
        return reason in self.oracle.reasons[order.id]
