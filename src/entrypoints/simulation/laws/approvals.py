"""The answer to a pre-checkout query: yes to whoever may pay an open invoice, no to everybody else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.memory import MemoryDatabase
from avatar_core.errors import AvatarError, ConcurrentChange, OutsideError
from avatar_core.ids import CustomerId
from avatar_core.payments import Payment, PaymentStatus
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import LATE

INVOICE_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Approvals:
    """Looks at each answer, in the moment in which it is given."""

    database: MemoryDatabase
    now: Callable[[], datetime]

    def yes(self, shown: Payment, payer: CustomerId, query: str) -> Iterator[Broken]:
        """Go through the reasons for which it should have been no."""
        known = self.database.payments[shown.id]
        if not self._is_open(known, self.now() - LATE):
            yield Broken("only an open invoice is paid", shown.id, f"{known.status}, made {known.created_at}")
        if payer != shown.customer:
            yield Broken("nobody pays for another", shown.id, payer)
        if known.lease is None or known.lease.query != query:
            yield Broken("whoever may pay is alone with the invoice", shown.id, f"{known.lease}, not {query}")

    def no(self, shown: Payment, payer: CustomerId, query: str, refusal: AvatarError) -> Iterator[Broken]:
        """Go through it, if it should have been yes."""
        if isinstance(refusal, OutsideError | ConcurrentChange):  # the store did not answer
            return
        known, now = self.database.payments[shown.id], self.now()
        leased = known.lease is not None and known.lease.query != query and now < known.lease.until + LATE
        if self._is_open(known, now + LATE) and payer == shown.customer and not leased:
            yield Broken("who may pay is let", shown.id, refusal.code())

    def _is_open(self, known: Payment, at: datetime) -> bool:
        return known.status is PaymentStatus.PENDING and at < known.created_at + INVOICE_LIFE
