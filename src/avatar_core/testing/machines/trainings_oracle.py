"""What the oracle of the trainings knows and reckons."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from avatar_core.ids import CustomerId, TrainingId
from avatar_core.money import Stars
from avatar_core.runs import Report, ReportStatus
from avatar_core.testing.examples import HOUR
from avatar_core.testing.machines.business import Business

PRICES = {1000: 22_000, 1500: 33_000}
UNFINISHED = {"PENDING", "SUBMITTING", "PROCESSING"}


@dataclass
class Ordered:
    """What the oracle knows of one training."""

    id: TrainingId
    price: int
    requested_at: datetime
    deadline: datetime
    status: str = "PENDING"
    started: bool = False
    """Whether the provider has begun a run, whether or not anybody heard of it."""
    outcome: str = ""
    """How the run ended at the provider."""
    percent: int = 0

    def accepted(self, at: datetime) -> None:
        """Reckon with a ticket that was heard of."""
        self.status, self.deadline = "PROCESSING", min(at + 3 * HOUR, self.requested_at + 27 * HOUR)


@dataclass
class Sitter:
    """What the oracle knows of one customer."""

    customer: CustomerId
    funds: int
    ordered: list[Ordered]

    @property
    def current(self) -> Ordered | None:
        """The training that is not finished."""
        return next((each for each in self.ordered if each.status in UNFINISHED), None)


class TrainingsOracle(Business):
    """Two customers and what has to become of their trainings."""

    def begin_business(self) -> None:
        """Nobody is there yet."""
        self.sitters: list[Sitter] = []
        self.reports: list[tuple[Ordered, Report]] = []
        self.asleep = False

    def now(self) -> datetime:
        return self.world.clock.now()

    def those(self, *statuses: str, at_provider: bool = False) -> list[int]:
        """Whose unfinished training is in one of these states, and perhaps still runs at the provider."""
        return [
            who
            for who, sitter in enumerate(self.sitters)
            if (known := sitter.current)
            and known.status in statuses
            and (not at_provider or (known.started and not known.outcome))
        ]

    def one_of(self, data: st.DataObject, whose: list[int]) -> tuple[int, Ordered]:
        who = data.draw(st.sampled_from(whose))
        ordered = self.sitters[who].current
        assert ordered is not None
        return who, ordered

    # --- reckoning

    def handed_over(self, ordered: Ordered) -> bool:
        """Whether handing over does anything now."""
        return ordered.status in {"PENDING", "SUBMITTING"} and self.now() < ordered.deadline

    def failed(self, ordered: Ordered, who: int, status: str = "FAILED") -> None:
        """Reckon with an end without a model."""
        ordered.status = status
        self.sitters[who].funds += ordered.price

    def told(self, ordered: Ordered, report: Report) -> None:
        """Reckon with a report about the right run."""
        who = next(each for each, sitter in enumerate(self.sitters) if ordered in sitter.ordered)
        if ordered.status not in UNFINISHED:
            return
        if report.status is ReportStatus.SUCCEEDED:
            ordered.status = "SUCCEEDED"
        elif report.status in {ReportStatus.FAILED, ReportStatus.CANCELED}:
            self.failed(ordered, who)
        elif ordered.status != "PROCESSING":
            ordered.accepted(self.now())

    def polled(self, ordered: Ordered, who: int) -> None:
        """Reckon with what the poller has found."""
        heard = ordered.status == "PROCESSING"
        if heard and ordered.outcome == "ok":
            ordered.status = "SUCCEEDED"
        elif (heard and ordered.outcome) or self.now() >= ordered.deadline:
            self.failed(ordered, who)
            ordered.outcome = ordered.outcome or "stopped"

    # --- what must always hold

    @invariant()
    def every_training_stands_as_the_oracle_says(self) -> None:
        for sitter in self.sitters:
            for ordered in sitter.ordered:
                known = self.run(self.world.training(ordered.id))
                assert known.run.status.value == ordered.status
                if ordered.status in UNFINISHED:
                    assert known.run.deadline == ordered.deadline

    @invariant()
    def the_stars_are_where_the_oracle_says(self) -> None:
        for sitter in self.sitters:
            held = sitter.current.price if sitter.current else 0
            assert self.run(self.world.money(sitter.customer)) == (Stars(sitter.funds), Stars(held))

    @invariant()
    def no_order_has_two_runs(self) -> None:
        for ordered in (each for sitter in self.sitters for each in sitter.ordered):
            assert len(self.world.trainer.runs_of(ordered.id)) == int(ordered.started)

    @invariant()
    def an_avatar_is_ready_when_it_was_charged(self) -> None:
        for sitter in self.sitters:
            dossier = self.run(self.world.read(sitter.customer))
            ready = len([avatar for avatar in dossier.avatars.values() if avatar.trained])
            assert ready == len([each for each in sitter.ordered if each.status == "SUCCEEDED"])
