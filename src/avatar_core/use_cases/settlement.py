"""Settling: a paid notice is kept, then judged once, and credited or put into quarantine (domain page 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier, OfEvidence
from avatar_core.errors import (
    AvatarError,
    ConcurrentChange,
    GatewayNotAllowed,
    PaymentAlreadySettled,
    PaymentNotFound,
    WrongAmount,
    WrongPayer,
)
from avatar_core.events import Event, PaymentCompleted, PaymentQuarantined, SubscriptionRenewed, SubscriptionStarted
from avatar_core.ids import BotId, EvidenceId, PlanCode
from avatar_core.ledger import Cause, Receipt, money_received
from avatar_core.payments import Evidence, EvidenceStatus, Payment, PlanPurchase, TopUp, item_of
from avatar_core.ports import BeginUnitOfWork, Clock, UnitOfWork
from avatar_core.subscriptions import Subscription, SubscriptionStatus, Term
from avatar_core.use_cases.again import again

MISMATCHES = (GatewayNotAllowed, PaymentNotFound, WrongPayer, WrongAmount, PaymentAlreadySettled)
"""Why money for a known payment is put into quarantine instead of being credited."""


@dataclass(frozen=True, slots=True)
class KeepEvidence:
    """Keep a paid notice before anybody judges it; only then may the gateway be told that it was received."""

    begin: BeginUnitOfWork

    async def __call__(self, evidence: Evidence) -> Evidence:
        """Return the evidence as it is kept: the first one, when the same notice comes again."""
        async with self.begin() as work:
            work.save(evidence)
            try:
                await work.commit()
            except ConcurrentChange:
                return await work.evidence(evidence.id)
        return replace(evidence, version=1)


@dataclass(frozen=True, slots=True)
class SettlePayment:
    """Judge a kept notice: credit what was paid, once, or put it into quarantine."""

    begin: BeginUnitOfWork
    clock: Clock
    catalogue: Catalogue

    @again
    async def __call__(self, evidence: EvidenceId) -> Evidence:
        """Return the judged evidence; judging it again changes nothing.  Raises EvidenceNotFound."""
        at = self.clock.now()
        async with self.begin() as work:
            try:
                dossier = await work.dossier(OfEvidence(evidence))
            except PaymentNotFound as unknown:
                return await _quarantine(work, await work.evidence(evidence), unknown.code())
            notice = dossier.notice()
            if notice.status is not EvidenceStatus.RECEIVED:
                return notice
            try:
                payment = _paid(dossier, notice, at)
            except MISMATCHES as mismatch:
                return await _quarantine(work, notice, mismatch.code(), _seller(dossier, mismatch))
            settled = notice.settled()
            work.save(settled)
            if payment != dossier.payment():
                self._credit(work, dossier, payment, at)
            await work.commit()
        return settled

    def _credit(self, work: UnitOfWork, dossier: Dossier, payment: Payment, at: datetime) -> None:
        """Write everything that follows from a payment: the money, the stars, the plan, the news."""
        charge, cause, wallet = payment.charge or "", Cause("payment", payment.id), dossier.wallet
        receipt = Receipt(payment.network, payment.gateway, charge, payment.price, item_of(payment.purpose))
        work.save(payment, money_received(receipt, cause, at))
        if payment.stars:
            wallet = wallet.credit(payment.stars, payment.gateway, charge, cause=cause, at=at)
            work.save(wallet)
        subscription = _prolonged(dossier.subscription, payment, self.catalogue.ranks, at)
        if subscription != dossier.subscription:
            work.save(subscription)
            work.emit(_started(dossier.subscription, subscription, payment, at))
        plan = payment.purpose.plan if isinstance(payment.purpose, PlanPurchase) else None
        starts = (term.starts for term in subscription.waiting(at) if term.plan == plan)
        work.emit(
            PaymentCompleted(
                customer=payment.customer,
                payment=payment.id,
                gateway=payment.gateway,
                price=payment.price,
                stars=payment.stars,
                balance=wallet.available,
                plan=plan,
                ends=subscription.ends_of(plan) if plan else None,
                starts=next(starts, None),
                resume=payment.resume,
            )
        )


def _paid(dossier: Dossier, notice: Evidence, at: datetime) -> Payment:
    payment = dossier.payment()
    if notice.payment_number not in {None, payment.number}:
        raise PaymentNotFound  # the id names one payment and the number another: nobody knows which was paid
    if notice.gateway != payment.gateway:
        raise GatewayNotAllowed(gateway=notice.gateway)
    if notice.payer not in {None, dossier.customer.telegram_id}:
        raise WrongPayer
    return payment.settle(notice.charge, notice.price, at=at)


def _seller(dossier: Dossier, mismatch: AvatarError) -> BotId | None:
    """Return whose owners should look into money that does not fit; None when nobody knows which payment it was for."""
    return None if isinstance(mismatch, PaymentNotFound) else dossier.payment().bot


async def _quarantine(work: UnitOfWork, notice: Evidence, reason: str, bot: BotId | None = None) -> Evidence:
    if notice.status is not EvidenceStatus.RECEIVED:
        return notice
    kept = notice.quarantined(reason)
    work.save(kept)
    work.emit(PaymentQuarantined(bot=notice.bot or bot, evidence=notice.id, price=notice.price, reason=reason))
    await work.commit()
    return kept


def _prolonged(
    subscription: Subscription, payment: Payment, ranks: Mapping[PlanCode, int], at: datetime
) -> Subscription:
    match payment.purpose:
        case TopUp():
            return subscription
        case PlanPurchase(plan=plan, plan_version=version, rank=rank, days=days):
            ends = None if days is None else at + timedelta(days=days)
            return subscription.add(Term(plan, version, rank, at, ends), payment.id, ranks)
        case _:
            assert_never(payment.purpose)


def _started(before: Subscription, after: Subscription, payment: Payment, at: datetime) -> Event:
    running = before.status_at(at) in {SubscriptionStatus.ACTIVE, SubscriptionStatus.UNLIMITED}
    kind = SubscriptionRenewed if running else SubscriptionStarted
    plan = PlanCode(item_of(payment.purpose))
    return kind(customer=payment.customer, plan=plan, ends=after.ends_of(plan))
