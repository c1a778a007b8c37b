"""Billing: from the offer to the invoice, and its end (domain page 3.2)."""

from dataclasses import dataclass, replace
from datetime import datetime

from avatar_core.bots import Bots
from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier, OfCustomer, OfPayment
from avatar_core.errors import UnknownPrice
from avatar_core.events import PaymentExpired, PaymentOpened
from avatar_core.ids import BotId, CustomerId, GatewayCode, PackCode, PaymentId, PlanCode
from avatar_core.money import Currency, Price
from avatar_core.payments import PAYMENT_LIFE, Payment, PlanPurchase, Purpose, TopUp
from avatar_core.ports import BeginUnitOfWork, Clock, Names
from avatar_core.use_cases.again import again


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a customer wants to buy, and how."""

    item: PlanCode | PackCode
    gateway: GatewayCode
    currency: Currency
    bot: BotId
    resume: str | None = None


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """Make an invoice: stored before anything is shown."""

    begin: BeginUnitOfWork
    clock: Clock
    names: Names
    catalogue: Catalogue
    bots: Bots

    @again
    async def __call__(self, customer: CustomerId, purchase: Purchase) -> Payment:
        """Return the payment.  Raises GatewayNotAllowed, UnknownPlan, NotForSale, UnknownPack and UnknownPrice."""
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfCustomer(customer))
            self.bots.of(purchase.bot).require(purchase.gateway, dossier.customer.telegram_id)
            payment = self._draw_up(dossier, purchase, at, await work.next_number())
            work.save(payment)
            work.emit(PaymentOpened(customer=customer, payment=payment.id, price=payment.price))
            await work.commit()
        return replace(payment, version=1)

    def _draw_up(self, dossier: Dossier, purchase: Purchase, at: datetime, number: int) -> Payment:
        purpose, price = self._priced(purchase)
        plan_or_pack = self.catalogue.pack(purchase.item) if isinstance(purpose, TopUp) else None
        return Payment(
            id=PaymentId(self.names.fresh()),
            number=number,
            customer=dossier.customer.id,
            network=dossier.customer.network,
            bot=purchase.bot,
            purpose=purpose,
            price=price,
            stars=plan_or_pack.stars if plan_or_pack else self.catalogue.plan(purchase.item).grants,
            gateway=purchase.gateway,
            created_at=at,
            expires_at=at + PAYMENT_LIFE,
            resume=purchase.resume,
        )

    def _priced(self, purchase: Purchase) -> tuple[Purpose, Price]:
        if purchase.item in self.catalogue.packs:
            pack = self.catalogue.pack(purchase.item)
            if pack.price.currency is not purchase.currency:
                raise UnknownPrice(name=f"{pack.code} in {purchase.currency}")
            return TopUp(pack.code), pack.price
        plan = self.catalogue.plan(purchase.item)
        return PlanPurchase(plan.code, plan.version, plan.rank, plan.days), plan.price_in(purchase.currency)


@dataclass(frozen=True, slots=True)
class ApprovePayment:
    """Answer a pre-checkout query: is this payment good, and is nobody else paying it?"""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, payment: PaymentId, payer: CustomerId, price: Price, query: str) -> None:
        """Lease the payment to one query.  Raises what the customer should be told (see Payment.approve)."""
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
            approved = known.approve(payer, price, query, at=self.clock.now())
            if approved != known:
                work.save(approved)
                await work.commit()


@dataclass(frozen=True, slots=True)
class AwaitCharge:
    """Keep a payment to the query that was just answered with yes, until its money has had time to come."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, payment: PaymentId, query: str) -> None:
        """Make the query's lease longer; again is harmless, and so is a payment that is settled already."""
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
            kept = known.charging(query, at=self.clock.now())
            if kept != known:
                work.save(kept)
                await work.commit()


@dataclass(frozen=True, slots=True)
class ExpirePayment:
    """Close an invoice whose time is over."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, payment: PaymentId) -> Payment:
        """Return the payment as of now; one that is paid, closed or still good stays as it is."""
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
            expired = known.expire(at=self.clock.now())
            if expired.status is not known.status:
                work.save(expired)
                work.emit(PaymentExpired(customer=known.customer, payment=known.id))
                await work.commit()
            return expired


@dataclass(frozen=True, slots=True)
class CancelPayment:
    """Close an invoice that the customer does not want."""

    begin: BeginUnitOfWork

    @again
    async def __call__(self, payment: PaymentId) -> Payment:
        """Return the closed payment.  Raises IllegalMove once it is paid."""
        async with self.begin() as work:
            known = (await work.dossier(OfPayment(payment))).payment()
            cancelled = known.cancel()
            if cancelled.status is not known.status:
                work.save(cancelled)
                await work.commit()
            return cancelled
