"""A provider of trainings and paintings in memory: it does what it is told, and has every trouble a real one has."""

from dataclasses import dataclass, replace
from enum import StrEnum

from avatar_core.errors import ProviderRefused, ProviderUnauthorized, ProviderUnavailable, RunVanished
from avatar_core.ids import ProviderRunId
from avatar_core.runs import FailureReason, Report, ReportStatus, Ticket

SETTING = "MEMORY_API_TOKEN"


class Trouble(StrEnum):
    """What can befall a call."""

    UNAVAILABLE = "unavailable"
    """Nothing is carried out."""
    ANSWER_LOST = "answer lost"
    """It is carried out, and the caller never hears of it."""
    UNAUTHORIZED = "unauthorized"
    REFUSED = "refused"
    """Only submissions are refused."""


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """One run, as the provider knows it."""

    order: str
    report: Report
    gone: bool = False


class MemoryProvider:
    """What trainer and painter share: runs by order, told from outside how they go on."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._runs: dict[ProviderRunId, MemoryRun] = {}
        self._trouble: Trouble | None = None
        self._calls_left: int | None = None

    @property
    def started(self) -> int:
        """How many runs were ever started: each costs money."""
        return len(self._runs)

    def suffer(self, trouble: str, calls: int | None = None) -> None:
        """Let the next calls go wrong, or all of them until ``recover``; ``trouble`` is a Trouble or its text."""
        self._trouble, self._calls_left = Trouble(trouble), calls

    def recover(self) -> None:
        """Let everything work again."""
        self._trouble, self._calls_left = None, None

    def runs_of(self, order: str) -> list[Ticket]:
        """Return the tickets of all runs that were started for an order; more than one is one too many."""
        return [Ticket(run) for run, known in self._runs.items() if known.order == order]

    def advance(self, order: str, percent: int) -> Report:
        """Let the run get so far, and return the report as a webhook would bring it."""
        return self._tell(order, status=ReportStatus.RUNNING, percent=percent)

    def fail(self, order: str, reason: FailureReason = FailureReason.PROVIDER_FAILED, detail: str = "") -> Report:
        """End the run without a result."""
        return self._tell(order, status=ReportStatus.FAILED, failure=reason, detail=detail)

    def vanish(self, order: str) -> None:
        """Forget the run, as a provider does with one that was queued for too long."""
        run = self._latest(order)
        self._runs[run] = replace(self._runs[run], gone=True)

    def stop(self, order: str) -> Report:
        """Cancel the run from the provider's side."""
        return self._tell(order, status=ReportStatus.CANCELED, failure=FailureReason.PROVIDER_CANCELED)

    def order_of(self, ticket: Ticket) -> str:
        """Return what a run was started for."""
        return self._runs[ticket.run].order

    def _tell(self, order: str, **facts: object) -> Report:
        return self._set(self._latest(order), **facts)

    def _set(self, run: ProviderRunId, **facts: object) -> Report:
        report = replace(self._runs[run].report, **facts)  # type: ignore[arg-type]  # the fields of a Report
        self._runs[run] = replace(self._runs[run], report=report)
        return report

    def _latest(self, order: str) -> ProviderRunId:
        return self.runs_of(order)[-1].run

    def _find(self, order: str) -> Ticket | None:
        self._meet_trouble()
        return next((ticket for ticket in self.runs_of(order) if not self._runs[ticket.run].gone), None)

    def _start(self, order: str) -> Ticket:
        lost = self._meet_trouble(submitting=True)
        run = ProviderRunId(f"{self._kind}-{len(self._runs) + 1}")
        self._runs[run] = MemoryRun(order, Report(run, ReportStatus.WAITING))
        if lost:
            raise ProviderUnavailable(reason="the answer was lost")
        return Ticket(run)

    def _known(self, ticket: Ticket) -> MemoryRun:
        self._meet_trouble()
        run = self._runs.get(ticket.run)
        if run is None or run.gone:
            raise RunVanished
        return run

    def _stop(self, ticket: Ticket) -> None:
        self._meet_trouble()
        run = self._runs.get(ticket.run)
        if run is not None and run.report.status in {ReportStatus.WAITING, ReportStatus.RUNNING}:
            self._set(ticket.run, status=ReportStatus.CANCELED, failure=FailureReason.PROVIDER_CANCELED)

    def _meet_trouble(self, *, submitting: bool = False) -> bool:
        """Raise what this call has to suffer; return whether it is carried out without an answer."""
        trouble = self._next_trouble(submitting=submitting)
        match trouble:
            case Trouble.UNAUTHORIZED:
                raise ProviderUnauthorized(setting=SETTING)
            case Trouble.REFUSED if submitting:
                raise ProviderRefused(reason="the order was told to be refused")
            case Trouble.UNAVAILABLE:
                raise ProviderUnavailable(reason="it was told not to answer")
            case _:
                return trouble is Trouble.ANSWER_LOST

    def _next_trouble(self, *, submitting: bool) -> Trouble | None:
        """Take one from the troubled calls; those that only befall submissions wait for one."""
        trouble = self._trouble
        if trouble in {Trouble.ANSWER_LOST, Trouble.REFUSED} and not submitting:
            return None
        if self._calls_left is not None:
            self._calls_left -= 1
            if not self._calls_left:
                self.recover()
        return trouble
