"""Deliberate bugs that the books do not show: the money adds up, and yet somebody is treated wrongly."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from avatar_core import events
from avatar_core.customers import Customer
from avatar_core.dossier import Dossier, OfCustomer, OfPayment, Record
from avatar_core.errors import FeatureLocked, PaymentExpired
from avatar_core.events import Event
from avatar_core.ids import BotId, CustomerId, PaymentId, QuoteId, TrainingId
from avatar_core.money import Price, Stars
from avatar_core.payments import Lease, Payment, PaymentStatus
from avatar_core.plans import Feature
from avatar_core.ports import UnitOfWork
from avatar_core.subscriptions import Subscription
from avatar_core.trainings import Training
from avatar_core.use_cases.billing import ApprovePayment
from avatar_core.use_cases.drafts import Sitter, StartDraft
from avatar_core.use_cases.operations import TellCustomer, TellOwner
from avatar_core.use_cases.settlement import SettlePayment
from avatar_core.use_cases.trainings import (
    RequestTraining,
)
from entrypoints.simulation.process import Parts
from entrypoints.simulation.work import Work
from tests.simulation.order_bugs import (
    AlbumsToTheFirst,
    FailureIsAWish,
    FirstAvatar,
    NoPortraitSucceeds,
    NoTrainingSucceeds,
    OnePhoto,
    OneStep,
    OutageIsTheEnd,
    SharedNames,
)

DAY, NEW_YEAR = timedelta(days=1), datetime(2026, 1, 1, tzinfo=UTC)


class NobodyMay(RequestTraining):
    """Refuses everybody."""

    async def __call__(self, customer: CustomerId, training: TrainingId, quote: QuoteId) -> Training:
        raise FeatureLocked(feature=Feature.TRAINING)


class EverybodyMay(StartDraft):
    """Lets everybody prepare an avatar."""

    async def __call__(self, customer: CustomerId, bot: BotId, sitter: Sitter) -> Training:
        try:
            return await super().__call__(customer, bot, sitter)
        except FeatureLocked:
            avatar = self._avatar(customer, sitter)
            async with self.begin() as work:
                network = (await work.dossier(OfCustomer(customer))).customer.network
                name, at = TrainingId(self.names.fresh()), self.clock.now()
                draft = Training(name, customer, network, bot, avatar.id, at)
                work.save(avatar, draft)
                await work.commit()
            return draft


class YesToAll(ApprovePayment):
    """Lets everybody pay everything."""

    async def __call__(self, payment: PaymentId, payer: CustomerId, price: Price, query: str) -> None:
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
            if known.status is PaymentStatus.PENDING:
                work.save(replace(known, lease=Lease(query, self.clock.now() + timedelta(seconds=10))))
                await work.commit()


class YesWithoutALease(ApprovePayment):
    """Lets two pay at once."""

    async def __call__(self, payment: PaymentId, payer: CustomerId, price: Price, query: str) -> None:
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
        known.approve(payer, price, query, at=self.clock.now())


class NoToAll(ApprovePayment):
    """Lets nobody pay anything."""

    async def __call__(self, payment: PaymentId, payer: CustomerId, price: Price, query: str) -> None:
        raise PaymentExpired


class SilentToOwners(TellOwner):
    """Tells owners nothing."""

    async def __call__(self, news: Event) -> None:
        return


class TwiceToCustomers(TellCustomer):
    """Tells everything twice."""

    async def __call__(self, customer: CustomerId, news: Event) -> None:
        await super().__call__(customer, news)
        await super().__call__(customer, news)


class GoneForEver(Work):
    """Never writes again to somebody who blocked the bot once."""

    def save(self, *records: Record) -> None:
        super().save(*map(self._kept, records))

    def _kept(self, record: Record) -> Record:
        known = self._database.customers.get(record.id) if isinstance(record, Customer) else None
        if isinstance(record, Customer) and known and not known.reachable:
            return replace(record, reachable=False)
        return record


class LowestFirst(SettlePayment):
    """Lets the lower plan run first."""

    def _credit(self, work: UnitOfWork, dossier: Dossier, payment: Payment, at: datetime) -> None:
        plans = {code: replace(plan, rank=-plan.rank) for code, plan in self.catalogue.plans.items()}
        other = replace(self, catalogue=replace(self.catalogue, plans=plans))
        SettlePayment._credit(other, work, dossier, payment, at)


class SinceTheInvoice(SettlePayment):
    """Lets a plan begin when its invoice was made."""

    def _credit(self, work: UnitOfWork, dossier: Dossier, payment: Payment, at: datetime) -> None:
        super()._credit(work, dossier, payment, payment.created_at)


class Tomorrow(Work):
    """Lets all plans begin a day later."""

    def save(self, *records: Record) -> None:
        super().save(*map(self._later, records))

    def _later(self, record: Record) -> Record:
        if not isinstance(record, Subscription):
            return record
        return replace(
            record,
            terms=tuple(
                replace(term, starts=term.starts + DAY, ends=term.ends and term.ends + DAY) for term in record.terms
            ),
        )


def told(kind: type[Event], **wrong: Any) -> Parts:  # noqa: ANN401  (whatever the field is)
    """Let a kind of event tell something wrong."""

    class Liar(Work):
        def emit(self, *happened: Event) -> None:
            super().emit(*(replace(each, **wrong) if isinstance(each, kind) else each for each in happened))

    return Parts(work=Liar)


class NoReminders(Work):
    """Announces no end of a plan."""

    def emit(self, *happened: Event) -> None:
        announced = events.SubscriptionExpiring | events.SubscriptionEnded | events.SubscriptionExpired
        super().emit(*(each for each in happened if not isinstance(each, announced)))


class DaysSwapped(Work):
    """Takes three days for one, and one for three."""

    def emit(self, *happened: Event) -> None:
        super().emit(
            *(
                replace(each, days=4 - each.days) if isinstance(each, events.SubscriptionExpiring) else each
                for each in happened
            )
        )


@dataclass(frozen=True)
class Bug:
    """A bug, the laws of which it breaks one, and how large a business shows it."""

    parts: Parts
    laws: set[str]
    days: int = 20
    faults: str = "calm"


def instead(bug: type) -> Parts:
    """Put a use case with a bug in the place of the one that it is derived from."""
    return Parts(instead={bug.__mro__[1]: bug})


REASON, RIGHTLY = "an order fails for a reason that is so", "each end of a plan is announced rightly"
TRAINED, FIGURES = "what is trained is what was chosen", "an event tells the figures of the books"
BUSINESS_BUGS = {
    "no training succeeds": Bug(instead(NoTrainingSucceeds), {REASON}),
    "no portrait succeeds": Bug(instead(NoPortraitSucceeds), {REASON}),
    "an outage is the end": Bug(instead(OutageIsTheEnd), {REASON}, faults="harsh"),
    "a failure is a wish": Bug(instead(FailureIsAWish), {"only a customer's wish cancels an order"}),
    "nobody may": Bug(instead(NobodyMay), {"who has a plan may use it"}),
    "everybody may": Bug(instead(EverybodyMay), {"who has no plan may not use it"}),
    "albums to another": Bug(instead(AlbumsToTheFirst), {"an album goes to whoever ordered it"}),
    "shared names": Bug(instead(SharedNames), {"an album has the images of its order"}),
    "first avatar": Bug(instead(FirstAvatar), {"what is painted is what was chosen"}, days=30),
    "one photo": Bug(instead(OnePhoto), {TRAINED}),
    "one step": Bug(instead(OneStep), {TRAINED}),
    "wrong balance": Bug(told(events.PaymentCompleted, balance=Stars(0)), {FIGURES}),
    "wrong stars": Bug(told(events.PaymentCompleted, stars=Stars(1)), {FIGURES}),
    "nothing released": Bug(told(events.TrainingFailed, released=Stars(0)), {FIGURES}),
    "wrong end": Bug(told(events.SubscriptionStarted, ends=None), {"an event tells when a plan ends"}),
    "yes to all": Bug(instead(YesToAll), {"nobody pays for another", "only an open invoice is paid"}),
    "yes without a lease": Bug(instead(YesWithoutALease), {"whoever may pay is alone with the invoice"}),
    "no to all": Bug(instead(NoToAll), {"who may pay is let"}),
    "owners hear nothing": Bug(instead(SilentToOwners), {"an owner hears all news"}),
    "all is told twice": Bug(instead(TwiceToCustomers), {"where nothing goes wrong all is told once"}),
    "gone for ever": Bug(Parts(work=GoneForEver), {"whoever is here can be written to"}, days=45),
    "lowest first": Bug(instead(LowestFirst), {"the highest plan runs first"}),
    "since the invoice": Bug(instead(SinceTheInvoice), {"of each plan is left what was paid"}),
    "tomorrow": Bug(Parts(work=Tomorrow), {"plans follow each other without a gap"}),
    "no reminders": Bug(Parts(work=NoReminders), {"each end of a plan is announced"}),
    "days swapped": Bug(Parts(work=DaysSwapped), {RIGHTLY}, days=30),
    "no grace told": Bug(told(events.SubscriptionEnded, grace_until=NEW_YEAR), {RIGHTLY}, days=30),
}
