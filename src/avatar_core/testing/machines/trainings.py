"""Trainings under anything: death between the steps, silence, refusals, repeated, late and foreign reports."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from avatar_core.errors import ProviderUnauthorized, ProviderUnavailable
from avatar_core.ids import CustomerId, ProviderRunId
from avatar_core.money import Stars
from avatar_core.runs import ModelVersion, Report, ReportStatus
from avatar_core.testing.examples import HOUR, MINUTE
from avatar_core.testing.machines.trainings_oracle import PRICES, UNFINISHED, Ordered, Sitter, TrainingsOracle
from avatar_core.testing.stand_ins import TROUBLES
from avatar_core.testing.world import TRAINER
from avatar_core.trainings import Training
from avatar_core.use_cases.subscriptions import Gift

people = st.integers(0, 1)


class Trainings(TrainingsOracle):
    """Two customers, one trainer, and every mishap."""

    def broken_laws(self) -> list[str]:
        """Let the tasks of the outbox wait: this machine takes the worker's steps one by one."""
        return [law for law in super().broken_laws() if not law.startswith("I7: tasks are carried out")]

    @initialize(funds=st.tuples(st.integers(0, 200_000), st.integers(44_000, 400_000)))
    def two_customers_come(self, funds: tuple[int, int]) -> None:
        for number, stars in enumerate(funds, start=1):
            customer = self.run(self.world.with_stars(Stars(stars), number))
            self.run(self.world.grant_plan(customer, "NEUROTESTER", Gift(f"for-ever-{number}", "a friend")))
            self.sitters.append(Sitter(customer, stars, []))
            self.order(number - 1, 1000, times=1)

    # --- ordering and handing over

    @rule(who=people, steps=st.sampled_from(sorted(PRICES)), times=st.integers(1, 3))
    def a_training_is_ordered_so_many_times_at_once(self, who: int, steps: int, times: int) -> None:
        self.order(who, steps, times)

    def order(self, who: int, steps: int, times: int) -> None:
        sitter = self.sitters[who]
        draft = self.run(self._quoted(sitter.customer, steps))
        quote = draft.chosen.quote.id
        refusals = self.together(*(self.world.request_training(sitter.customer, draft.id, quote) for _ in range(times)))
        if sitter.current:
            assert set(refusals) == {"training-unfinished"}
        elif PRICES[steps] > sitter.funds:
            assert set(refusals) == {"insufficient-stars"}
        else:
            assert refusals == [None] * times
            ordered = Ordered(draft.id, PRICES[steps], self.now(), self.now() + 3 * HOUR)
            sitter.funds -= ordered.price
            sitter.ordered.append(ordered)

    async def _quoted(self, customer: CustomerId, steps: int) -> Training:
        dossier = await self.world.read(customer)
        have = next((len(each.photos) for each in dossier.trainings.values() if each.run.status == "DRAFT"), 0)
        await self.world.drafted(customer, photos=10 - have)
        return (await self.world.quote_training(customer, TRAINER, steps)).draft

    @precondition(lambda self: self.those("PENDING", "SUBMITTING"))
    @rule(data=st.data(), times=st.integers(1, 2))
    def it_is_handed_over(self, data: st.DataObject, times: int) -> None:
        _, ordered = self.one_of(data, self.those("PENDING", "SUBMITTING"))
        for _ in range(times):
            self.run(self.world.submit_training(ordered.id))
            if self.handed_over(ordered):
                ordered.started = True
                ordered.accepted(self.now())

    @precondition(lambda self: self.those("PENDING", "SUBMITTING"))
    @rule(data=st.data(), trouble=st.sampled_from(TROUBLES))
    def it_is_handed_over_in_trouble(self, data: st.DataObject, trouble: str) -> None:
        who, ordered = self.one_of(data, self.those("PENDING", "SUBMITTING"))
        self.world.trainer.suffer(trouble)
        refused = self.outcome(self.world.submit_training(ordered.id))
        self.world.trainer.recover()
        if not self.handed_over(ordered):
            assert refused is None
            return
        match trouble:
            case "unavailable":
                assert refused == ProviderUnavailable.code()
                ordered.status = "SUBMITTING"
            case "unauthorized":
                assert refused == ProviderUnauthorized.code()
                ordered.status = "PENDING"
                ordered.deadline = min(self.now() + 3 * HOUR, ordered.requested_at + 24 * HOUR)
            case _ if ordered.started:
                assert refused is None
                ordered.accepted(self.now())
            case "answer lost":
                assert refused == ProviderUnavailable.code()
                ordered.status, ordered.started = "SUBMITTING", True
            case _:
                assert refused is None
                self.failed(ordered, who)

    @precondition(lambda self: self.those("PENDING", "SUBMITTING"))
    @rule(data=st.data(), commit=st.integers(0, 1), before=st.booleans())
    def the_process_dies_while_it_hands_over(self, data: st.DataObject, commit: int, *, before: bool) -> None:
        _, ordered = self.one_of(data, self.those("PENDING", "SUBMITTING"))
        could = self.handed_over(ordered)
        assert self.dies(self.world.submit_training(ordered.id), commit=commit, before=before) is could
        if not could or (commit == 0 and before):
            return
        ordered.status = "SUBMITTING"
        if commit == 1:
            ordered.started = True
            if not before:
                ordered.accepted(self.now())

    # --- at the provider

    @precondition(lambda self: self.those(*UNFINISHED, at_provider=True))
    @rule(data=st.data(), percent=st.integers(0, 100))
    def the_run_goes_on(self, data: st.DataObject, percent: int) -> None:
        _, ordered = self.one_of(data, self.those(*UNFINISHED, at_provider=True))
        self.reports.append((ordered, self.world.trainer.advance(ordered.id, percent)))

    @precondition(lambda self: self.those(*UNFINISHED, at_provider=True))
    @rule(data=st.data(), outcome=st.sampled_from(["ok", "bad", "stopped"]))
    def the_run_ends(self, data: st.DataObject, outcome: str) -> None:
        _, ordered = self.one_of(data, self.those(*UNFINISHED, at_provider=True))
        ends = {"ok": self.world.trainer.finish, "bad": self.world.trainer.fail, "stopped": self.world.trainer.stop}
        ordered.outcome = outcome
        self.reports.append((ordered, ends[outcome](ordered.id)))

    @precondition(lambda self: self.those("PROCESSING", at_provider=True))
    @rule(data=st.data())
    def the_provider_loses_the_run(self, data: st.DataObject) -> None:
        _, ordered = self.one_of(data, self.those("PROCESSING", at_provider=True))
        self.world.trainer.vanish(ordered.id)
        ordered.outcome = "gone"

    # --- hearing back

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), times=st.integers(1, 3))
    def a_webhook_comes_so_many_times_at_once_however_old_it_is(self, data: st.DataObject, times: int) -> None:
        ordered, report = data.draw(st.sampled_from(self.reports))
        works = [self.world.record_training(ordered.id, report) for _ in range(times)]
        assert self.together(*works) == [None] * times
        self.told(ordered, report)

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), before=st.booleans())
    def the_process_dies_while_it_records_and_the_webhook_comes_again(
        self, data: st.DataObject, *, before: bool
    ) -> None:
        ordered, report = data.draw(st.sampled_from(self.reports))
        self.dies(self.world.record_training(ordered.id, report), commit=0, before=before)
        self.run(self.world.record_training(ordered.id, report))
        self.told(ordered, report)

    @precondition(lambda self: self.those("PROCESSING"))
    @rule(
        data=st.data(),
        status=st.sampled_from([ReportStatus.SUCCEEDED, ReportStatus.FAILED, ReportStatus.CANCELED]),
    )
    def a_report_about_a_foreign_run_comes(self, data: st.DataObject, status: ReportStatus) -> None:
        _, ordered = self.one_of(data, self.those("PROCESSING"))
        model = ModelVersion("somebody/else", "0" * 64, None)
        foreign = Report(ProviderRunId("foreign"), status, percent=100, model=model)
        self.run(self.world.record_training(ordered.id, foreign))

    @precondition(lambda self: self.those("PROCESSING"))
    @rule(data=st.data())
    def a_word_that_nobody_knows_comes(self, data: st.DataObject) -> None:
        _, ordered = self.one_of(data, self.those("PROCESSING"))
        (ticket,) = self.world.trainer.runs_of(ordered.id)
        self.run(self.world.record_training(ordered.id, Report(ticket.run, ReportStatus.UNKNOWN, detail="?")))

    @precondition(lambda self: self.those(*UNFINISHED))
    @rule(data=st.data())
    def the_poller_asks(self, data: st.DataObject) -> None:
        who, ordered = self.one_of(data, self.those(*UNFINISHED))
        self.run(self.world.poll_training(ordered.id))
        self.polled(ordered, who)

    @precondition(lambda self: self.those(*UNFINISHED))
    @rule(data=st.data())
    def the_customer_stops_it(self, data: st.DataObject) -> None:
        who, ordered = self.one_of(data, self.those(*UNFINISHED))
        refused = self.outcome(self.world.cancel_training(self.sitters[who].customer, ordered.id))
        assert refused is None
        if ordered.status != "PENDING":
            ordered.outcome = ordered.outcome or "stopped"
        self.failed(ordered, who, "CANCELED")

    @precondition(lambda self: self.those("PROCESSING", at_provider=True))
    @rule(data=st.data())
    def everything_ends_it_at_once(self, data: st.DataObject) -> None:
        who, ordered = self.one_of(data, self.those("PROCESSING", at_provider=True))
        report = self.world.trainer.finish(ordered.id)
        ordered.outcome = "ok"
        customer = self.sitters[who].customer
        works = [
            self.world.cancel_training(customer, ordered.id),
            self.world.record_training(ordered.id, report),
            self.world.poll_training(ordered.id),
        ]
        assert self.together(*works) == [None] * 3
        ended = self.run(self.world.training(ordered.id)).run.status.value
        assert ended in {"SUCCEEDED", "CANCELED"}
        if ended == "CANCELED":
            self.failed(ordered, who, ended)
        ordered.status = ended

    @rule(minutes=st.sampled_from([1, 10, 10, 60, 60, 179, 180, 60 * 7]), asleep=st.booleans())
    def time_passes(self, minutes: int, *, asleep: bool) -> None:
        self.world.clock.advance(minutes * MINUTE)
        self.asleep = asleep and not self.asleep
        if self.asleep:  # the worker is late once in a while, never twice in a row
            return
        for waiting in self.run(self.world.store.worklists.trainings_to_poll(self.now(), 10)):
            known = self.run(self.world.training(waiting))
            if known.run.overdue(self.now()):
                who = next(each for each, s in enumerate(self.sitters) if s.customer == known.customer)
                ordered = next(each for each in self.sitters[who].ordered if each.id == waiting)
                self.run(self.world.poll_training(waiting))
                assert self.now() >= ordered.deadline
                self.polled(ordered, who)

    def end_business(self) -> None:
        """A day and a half later everything has ended, and each end was told once."""
        for _ in range(12):
            self.world.clock.advance(3 * HOUR)
            for waiting in self.run(self.world.store.worklists.trainings_to_poll(self.now(), 10)):
                self.run(self.world.poll_training(waiting))
        self.run(self.world.work(rounds=500))
        for sitter in self.sitters:
            assert self.run(self.world.money(sitter.customer))[1] == Stars(0)
        told = [happening.event.name for happening in self.world.publisher.published]
        ends = sum(told.count(f"training.{end}") for end in ("succeeded", "failed", "canceled"))
        assert ends == told.count("training.requested") == sum(len(sitter.ordered) for sitter in self.sitters)
        assert self.run(self.world.broken_laws()) == []
        assert not [ref for ref in self.world.photos.kept if ref.startswith("archives/")]
