"""What events tell in figures: those of the books at the commit that makes them true."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.memory import MemoryDatabase
from avatar_core import events
from avatar_core.dossier import Record
from avatar_core.events import Event
from avatar_core.ids import CustomerId
from avatar_core.ledger import Pocket, TransferKind, customer_account
from avatar_core.tasks import Happening
from entrypoints.simulation.audit import Audit, Broken
from entrypoints.simulation.oracle import IMAGE, Oracle, worth

Figure = tuple[str, object, object]
"""A field of an event, what it tells, and what is so."""
HOLD, CAPTURE, RELEASE = TransferKind.HOLD, TransferKind.CAPTURE, TransferKind.RELEASE


@dataclass(frozen=True, slots=True)
class Figures:
    """Compares events with the audit's own books."""

    database: MemoryDatabase
    oracle: Oracle
    books: Audit

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Go through the figures that are wrong."""
        for happening in happenings:
            event = happening.event
            for field, told, so in (*self._balance(event), *self._order(event), *self._payment(event)):
                if told != so:
                    yield Broken("an event tells the figures of the books", event.name, f"{field}: {told}, not {so}")

    def _balance(self, event: Event) -> Iterator[Figure]:
        customer: CustomerId | None = getattr(event, "customer", None)
        if customer is not None and hasattr(event, "balance"):
            network = self.database.customers[customer].network
            account = customer_account(network, customer, Pocket.AVAILABLE)
            yield "balance", event.balance.hundredths, self.books.balance(account)

    def _order(self, event: Event) -> Iterator[Figure]:
        moved = self.books.moved
        match event:
            case (
                events.TrainingRequested(training=order, price=price)
                | events.PortraitsRequested(order=order, price=price)
            ):
                yield "price", price.hundredths, moved(order, HOLD)
            case events.TrainingSucceeded(training=order, price=price):
                yield "price", price.hundredths, moved(order, CAPTURE)
            case (
                events.TrainingFailed(training=order, released=back)
                | events.TrainingCanceled(training=order, released=back)
                | events.PortraitsFailed(order=order, released=back)
            ):
                yield "released", back.hundredths, moved(order, RELEASE)
            case events.PortraitsDelivered(order=order, count=count, price=price, released=back):
                yield "price", price.hundredths, moved(order, CAPTURE)
                yield "count", count * IMAGE, moved(order, CAPTURE)
                yield "released", back.hundredths, moved(order, RELEASE)
            case _:
                pass

    def _payment(self, event: Event) -> Iterator[Figure]:
        match event:
            case events.PaymentCompleted(payment=name) if name in self.oracle.invoices:
                invoice = self.oracle.invoices[name]
                yield "price", (event.price.minor, event.price.currency), (invoice.minor, invoice.currency)
                yield "stars", event.stars.hundredths, worth(invoice.minor, invoice.currency)
                yield "plan", event.plan, invoice.plan
            case events.PaymentQuarantined(evidence=notice):
                charge = self.oracle.charges[self.database.evidence[notice].charge]
                yield "price", (event.price.minor, event.price.currency), (charge.minor, charge.currency)
            case _:
                pass
