"""Handing an order over to a provider, and hearing back: for trainings and portraits alike.

The intent is committed before the provider is called, so that a crash is found again; the provider is asked for the
run before it is told to start one, so that no second run begins (domain page 3.4).
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, assert_never

from avatar_core.dossier import Dossier
from avatar_core.errors import (
    PhotoNotFound,
    ProviderRefused,
    ProviderUnavailable,
    RunVanished,
    StoreUnavailable,
    UnknownTrainer,
)
from avatar_core.errors import ProviderUnauthorized as CredentialRejected
from avatar_core.events import Event, ProviderPuzzling, ProviderUnauthorized
from avatar_core.ports import BeginUnitOfWork, Clock, UnitOfWork, Warden
from avatar_core.runs import FailureReason, Report, ReportStatus, RunStatus, Ticket
from avatar_core.use_cases.again import again
from avatar_core.use_cases.outcomes import Failure, Kind, Order, Outcome

OWNER_PAUSE_S = 3600.0
"""The owner is told about a rejected credential once in so many seconds."""

Ask = Callable[[Ticket], Awaitable[Report]]
Give = Callable[[Dossier, Order], Awaitable[Ticket]]
"""Asks the provider for the order's run, and starts one if there is none."""


@dataclass(frozen=True, slots=True)
class Handover(Generic[Order]):
    """The steps between an order and its provider; each is one unit of work, and each can be repeated."""

    begin: BeginUnitOfWork
    clock: Clock
    warden: Warden
    kind: Kind[Order]

    async def carry(self, order: str, give: "Give[Order]") -> Ticket | None:
        """Hand an order over, exactly once; what is with the provider or has ended stays as it is.

        Returns a run that does not count, because the order has another one or has ended: it is to be stopped.
        Raises ProviderUnavailable, ProviderUnauthorized and StoreUnavailable when it has to be tried again later.
        """
        begun = await self.attempt(order)
        if begun is None:
            return None
        try:
            ticket = await give(*begun)
        except CredentialRejected as rejected:
            await self.defer(begun[1], rejected.setting)
            raise
        except (ProviderUnavailable, StoreUnavailable):
            await self.keep_waiting(order)
            raise
        except ProviderRefused as refused:
            await self.fail(order, Failure(FailureReason.PROVIDER_REFUSED, refused.reason))
        except UnknownTrainer as gone:  # the owner took it out of the catalogue meanwhile
            await self.fail(order, Failure(FailureReason.PROVIDER_REFUSED, str(gone)))
        except PhotoNotFound:
            await self.fail(order, Failure(FailureReason.PHOTOS_LOST))
        else:
            return None if await self.accept(order, ticket) == ticket else ticket
        return None

    @again
    async def attempt(self, order: str) -> tuple[Dossier, Order] | None:
        """Commit that the order is being handed over; None when it is with the provider, has ended or is to end."""
        async with self.begin() as work:
            dossier = await work.dossier(self.kind.subject(order))
            known = self.kind.of(dossier, order)
            at = self.clock.now()
            if known.run.status not in {RunStatus.PENDING, RunStatus.SUBMITTING} or known.run.overdue(at):
                return None
            submitting = replace(known, run=known.run.submit(at=at))
            work.save(submitting)
            await work.commit()
        return dossier, submitting

    @again
    async def accept(self, order: str, ticket: Ticket) -> Ticket | None:
        """Keep the provider's ticket; return the one that counts, None when the order has ended meanwhile."""
        async with self.begin() as work:
            known = self.kind.of(await work.dossier(self.kind.subject(order)), order)
            run = known.run.accept(ticket, at=self.clock.now())
            if run != known.run:
                work.save(replace(known, run=run))
                work.emit(*self.kind.accepted(known))
                await work.commit()
        return None if run.status.final else run.ticket

    async def defer(self, submitted: Order, setting: str) -> None:
        """Let the order wait until the owner has mended a credential; tell both, the owner once an hour."""
        # Asked once, outside of what may run again: the warden says yes only the first time.
        await self._defer(submitted.id, *await self._news_for_owner(submitted, setting))

    async def _news_for_owner(self, order: Order, setting: str) -> tuple[Event, ...]:
        topic, at = f"unauthorized:{setting}:{order.bot}", self.clock.now()
        told = await self.warden.first(topic, at, OWNER_PAUSE_S)
        return (ProviderUnauthorized(bot=order.bot, setting=setting),) if told else ()

    @again
    async def _defer(self, order: str, *news: Event) -> None:
        async with self.begin() as work:
            dossier = await work.dossier(self.kind.subject(order))
            known = self.kind.of(dossier, order)
            if known.run.status is RunStatus.SUBMITTING:
                work.save(replace(known, run=known.run.defer(at=self.clock.now())))
                if not known.run.deferred:
                    work.emit(self.kind.delayed(dossier, known))
            work.emit(*news)
            await work.commit()

    @again
    async def keep_waiting(self, order: str) -> None:
        """Tell the customer once that the order waits, when it could not be handed over for some minutes."""
        async with self.begin() as work:
            dossier = await work.dossier(self.kind.subject(order))
            known = self.kind.of(dossier, order)
            waiting = known.run.kept_waiting(at=self.clock.now())
            if waiting != known.run:
                work.save(replace(known, run=waiting))
                work.emit(self.kind.delayed(dossier, known))
                await work.commit()

    @again
    async def fail(self, order: str, failure: Failure) -> None:
        """End the order without a result; one that has ended stays as it is."""
        async with self.begin() as work:
            dossier = await work.dossier(self.kind.subject(order))
            known = self.kind.of(dossier, order)
            if known.run.status.unfinished:
                await _write(work, self.kind.fail(dossier, known, failure, self.clock.now()))

    async def record(self, order: str, report: Report) -> None:
        """Take a provider's report, by whatever way it came; late, repeated and foreign ones change nothing."""
        if report.status is ReportStatus.UNKNOWN:
            await self._wonder(order, report)
        await self._record(order, report)

    async def _wonder(self, order: str, report: Report) -> None:
        """Tell the owner once an hour of a word nobody knows; the warden is asked outside of what may run again."""
        async with self.begin() as work:
            known = self.kind.of(await work.dossier(self.kind.subject(order)), order)
        if not self._heeds(known, report):
            return
        topic, at = f"puzzling:{report.detail}:{known.bot}", self.clock.now()
        if await self.warden.first(topic, at, OWNER_PAUSE_S):
            await self._tell(ProviderPuzzling(bot=known.bot, detail=report.detail))

    def _heeds(self, known: Order, report: Report) -> bool:
        return self.kind.listens(known) and (known.run.ticket or Ticket(report.run)).run == report.run

    @again
    async def _record(self, order: str, report: Report) -> None:
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(self.kind.subject(order))
            known = self.kind.of(dossier, order)
            if not self._heeds(known, report):
                return
            accepted = replace(known, run=known.run.accept(Ticket(report.run), at=at))
            outcome = self._judge(dossier, accepted, report, at)
            news = self.kind.accepted(known) if known.run.ticket is None else ()
            if outcome.events or news:
                await _write(work, Outcome(outcome.records, news + outcome.events))

    async def poll(self, order: str, ask: Ask) -> None:
        """Ask the provider, until it has said its last word, and record it; end an order that is gone or overdue.

        Raises ProviderUnavailable and ProviderUnauthorized, unless the deadline has passed: then the customer does not
        wait any longer.
        """
        async with self.begin() as work:
            known = self.kind.of(await work.dossier(self.kind.subject(order)), order)
        if not known.run.overdue(self.clock.now()):
            await self._ask(known, ask)
            return
        try:
            with suppress(ProviderUnavailable, CredentialRejected):
                await self._ask(known, ask)
        except Exception:  # whatever breaks on hearing the provider, the wait is over; only who is stopped asks again
            await self.fail(order, Failure(FailureReason.DEADLINE))
            raise
        await self.fail(order, Failure(FailureReason.DEADLINE))

    async def _ask(self, known: Order, ask: Ask) -> None:
        ticket = known.run.ticket
        if ticket is None or not self.kind.listens(known):
            return
        try:
            report = await ask(ticket)
        except RunVanished:
            report = Report(ticket.run, ReportStatus.FAILED, failure=FailureReason.VANISHED)
        except CredentialRejected as rejected:
            await self._tell(*await self._news_for_owner(known, rejected.setting))
            raise
        await self.record(known.id, report)

    @again
    async def _tell(self, *news: Event) -> None:
        if news:
            async with self.begin() as work:
                work.emit(*news)
                await work.commit()

    def _judge(self, dossier: Dossier, order: Order, report: Report, at: datetime) -> Outcome:
        match report.status:
            case ReportStatus.WAITING | ReportStatus.RUNNING:
                return self.kind.progress(dossier, order, report, at)
            case ReportStatus.SUCCEEDED:
                return self.kind.succeed(dossier, order, report, at)
            case ReportStatus.FAILED:
                reason = report.failure or FailureReason.PROVIDER_FAILED
                return self.kind.fail(dossier, order, Failure(reason, report.detail), at)
            case ReportStatus.CANCELED:
                return self.kind.fail(dossier, order, Failure(FailureReason.PROVIDER_CANCELED, report.detail), at)
            case ReportStatus.UNKNOWN:
                return Outcome((order,))
            case _:
                assert_never(report.status)


async def _write(work: UnitOfWork, outcome: Outcome) -> None:
    work.save(*outcome.records)
    work.emit(*outcome.events)
    await work.commit()
