"""What must be true once the faults are over and time has run on: nothing is left undone, no star is lost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.memory import MemoryDatabase
from avatar_core.ids import CustomerId
from avatar_core.ledger import Pocket, customer_account
from avatar_core.payments import EvidenceStatus, PaymentStatus, evidence_id
from avatar_core.portraits import ImageStatus
from avatar_core.runs import FailureReason, RunStatus
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import DAYS_OF_PLAN, IMAGE, Oracle
from entrypoints.simulation.provider import Trainer
from entrypoints.simulation.truth import lasting_subject, told_truly
from entrypoints.simulation.vendors import Disk, Press


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Everything there is to look at in the end."""

    database: MemoryDatabase
    oracle: Oracle
    trainer: Trainer
    disk: Disk
    press: Press

    def left_undone(self) -> Iterator[Broken]:
        """Go through whatever is not as it must be."""
        yield from self._charges()
        yield from self._orders()
        yield from self._results()
        yield from self._customers()
        yield from self._events()
        yield from self._tasks()
        yield from self._files()

    def _charges(self) -> Iterator[Broken]:
        settled: Counter[str] = Counter()
        for charge in self.oracle.charges.values():
            kept = self.database.evidence.get(evidence_id(charge.gateway, charge.id))
            if kept is None or kept.status is EvidenceStatus.RECEIVED:
                yield Broken("every charge is settled or in quarantine", charge.id, kept.status if kept else "unknown")
                continue
            settled[charge.payment or ""] += kept.status is EvidenceStatus.SETTLED
        fitting = [charge.payment for charge in self.oracle.charges.values() if charge.fits and charge.payment]
        for payment in dict.fromkeys(fitting):
            if settled[payment] != 1:
                yield Broken("what was paid is credited once", payment, f"{settled[payment]} times")
        for each in self.database.payments:
            if each.status is PaymentStatus.PENDING:
                yield Broken("every invoice is paid or closed", each.id)

    def _orders(self) -> Iterator[Broken]:
        for order in (*self.database.trainings, *self.database.orders):
            if order.run.status.unfinished:
                yield Broken("every order ends", order.id, order.run.status)
            if self.oracle.runs[order.id] > 1:
                yield Broken("one paid run for each order", order.id, f"{self.oracle.runs[order.id]} runs")
        for hold in self.database.holds:
            if hold.open:
                yield Broken("nothing is held in the end", hold.order, str(hold.open))

        for name in self.trainer.going:
            yield Broken("no training goes on that nobody waits for", name)

    def _results(self) -> Iterator[Broken]:
        for training in self.database.trainings:
            if training.run.status is RunStatus.SUCCEEDED and training.id not in self.oracle.trained:
                yield Broken("a success is the trainer's", training.id)
        for order in self.database.orders:
            delivered = len(order.delivered)
            if delivered > self.oracle.albums.get(order.id, 0):
                yield Broken("what is charged was delivered", order.id, f"{delivered} images")
            stored = any(image.status is ImageStatus.STORED for image in order.images)
            if stored and order.run.failure is FailureReason.VANISHED:
                yield Broken("what lies on our disk has not vanished", order.id)

    def _customers(self) -> Iterator[Broken]:
        spent = self._spent()
        for customer in self.database.customers:
            name = customer_account(customer.network, customer.id, Pocket.AVAILABLE)
            account = self.database.accounts.get(name)
            expected = self.oracle.paid(customer.id) - spent[customer.id]
            if (account.balance if account else 0) != expected:
                yield Broken("the balance is what was paid less what was had", customer.id, f"not {expected}")
            subscription = self.database.subscriptions.get(customer.id)
            days = DAYS_OF_PLAN * len(subscription.causes) if subscription else 0
            if days != self.oracle.plan_days(customer.id):
                yield Broken("every paid day of a plan is there", customer.id, f"{days} days")

    def _spent(self) -> Counter[CustomerId]:
        """Return the hundredths of ⭐ that were earned from each customer, by what was delivered."""
        spent: Counter[CustomerId] = Counter()
        for training in self.database.trainings:
            if training.run.status is RunStatus.SUCCEEDED:
                spent[training.customer] += self.oracle.prices[training.id]
        for order in self.database.orders:
            if order.run.status is RunStatus.SUCCEEDED:
                spent[order.customer] += IMAGE * self.oracle.albums[order.id]
        return spent

    def _tasks(self) -> Iterator[Broken]:
        for row in self.database.tasks:
            if row.dead or not row.done:
                state = "given up" if row.dead else "undone"
                yield Broken(
                    "every task is carried out", row.task.id, f"{state}: {row.task.reaction}: {row.task.error}"
                )
        for happening in self.database.happenings:
            if happening.id not in self.press.published:
                yield Broken("every event is published", happening.id, happening.event.name)
        for key in self.database.arrivals.taken():
            if not self.database.arrivals[key].handled:
                yield Broken("every notice about a run is taken", key[1])

    def _events(self) -> Iterator[Broken]:
        """What is so for ever was written down once, and what was written down is so."""
        told: Counter[tuple[str, str]] = Counter()
        for happening in self.database.happenings:
            subject = lasting_subject(happening.event)
            if subject is not None:
                told[happening.event.name, subject] += 1
                if untrue := told_truly(self.database, happening.event):
                    yield Broken("an event tells what is so", happening.event.name, f"{subject}: {untrue}")
        for fact in self._facts():
            if told[fact] != 1:
                yield Broken("each fact is told once", " ".join(fact), f"{told[fact]} times")

    def _facts(self) -> Iterator[tuple[str, str]]:
        """Go through what is so, as the event's name and its subject."""
        yield from (("customer.registered", each.id) for each in self.database.customers)
        for payment in self.database.payments:
            yield "payment.opened", payment.id
            if payment.status is PaymentStatus.COMPLETED:
                yield "payment.completed", payment.id
        for training in self.database.trainings:
            if training.run.requested_at is not None:
                yield f"training.{training.run.status.lower()}", training.id
        for order in self.database.orders:
            if order.run.status is RunStatus.SUCCEEDED:
                yield "portraits.delivered", order.id
            if order.run.status is RunStatus.FAILED:
                yield "portraits.failed", order.id

    def _files(self) -> Iterator[Broken]:
        kept = {photo.ref for each in self.database.trainings for photo in each.photos if not each.run.status.final}
        for ref in self.disk.kept:
            if ref not in kept and not ref.startswith("portraits/"):
                yield Broken("no file is kept for ever", ref)
        for ref in (photo.ref for each in self.database.trainings for photo in each.photos):
            if ref not in self.disk.kept:
                yield Broken("every photo that is known is there", ref)
