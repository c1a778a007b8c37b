"""Subscriptions under any purchases, gifts and passing of time; the oracle burns time, the highest plan first."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from avatar_core.events import SubscriptionEnded, SubscriptionExpired, SubscriptionExpiring
from avatar_core.ids import CustomerId, PlanCode
from avatar_core.plans import Feature
from avatar_core.testing.examples import DAY, HOUR
from avatar_core.testing.machines.business import Business
from avatar_core.use_cases.rights import may
from avatar_core.use_cases.subscriptions import Gift

PLANS = ["PLAN-0", "PLAN-1", "PLAN-2"]
"""From the lowest to the highest; only the two higher ones open trainings."""
DAYS = [30, 10, 7]
NOTHING = timedelta(0)


class Subscriptions(Business):
    """One customer who buys three plans in any order."""

    def begin_business(self) -> None:
        """Make a catalogue of three plans."""
        world = self.world
        example = world.catalogue.plan("NEUROPHOTO")
        plans = {
            code: replace(
                example,
                code=PlanCode(code),
                rank=rank,
                days=DAYS[rank],
                features=frozenset({Feature.TRAINING}) if rank else frozenset({Feature.PORTRAITS}),
            )
            for rank, code in enumerate(PLANS)
        }
        forever = replace(world.catalogue.plan("NEUROTESTER"), rank=3)
        world.catalogue = replace(world.catalogue, plans={**plans, "NEUROTESTER": forever})
        world.__post_init__()
        self.left = [NOTHING] * 3
        self.paid = NOTHING
        self.over_since: datetime | None = None
        """When the last term ended, if none runs."""
        self.last = 0
        self.endless = False
        self.causes = 0
        self.customer = CustomerId("")

    @initialize()
    def a_customer_comes(self) -> None:
        self.customer = self.run(self.world.customer()).id

    def add(self, rank: int) -> None:
        """Reckon with one more period."""
        self.left[rank] += DAYS[rank] * DAY
        self.paid += DAYS[rank] * DAY
        self.over_since = None

    # --- what adds

    @rule(rank=st.integers(0, 2), times=st.integers(1, 3))
    def a_plan_is_bought_and_its_notice_comes_so_many_times(self, rank: int, times: int) -> None:
        self.causes += 1
        payment = self.run(self.world.opened(self.customer, PLANS[rank]))
        notice = self.run(self.world.noticed(payment, f"charge-{self.causes}"))
        assert self.together(*(self.world.settle_payment(notice.id) for _ in range(times))) == [None] * times
        self.add(rank)

    @rule(rank=st.integers(0, 2))
    def an_invoice_waits_and_is_paid_later(self, rank: int) -> None:
        self.causes += 1
        payment = self.run(self.world.opened(self.customer, PLANS[rank]))
        self.time_passes(20)
        self.run(self.world.settle_payment(self.run(self.world.noticed(payment, f"charge-{self.causes}")).id))
        self.add(rank)

    @rule(rank=st.integers(0, 2), again=st.booleans())
    def a_plan_is_given(self, rank: int, *, again: bool) -> None:
        self.causes += 1
        gift = Gift(f"gift-{self.causes}", "a friend")
        for _ in range(2 if again else 1):
            self.run(self.world.grant_plan(self.customer, PLANS[rank].lower(), gift))
        self.add(rank)

    @rule(ranks=st.tuples(st.integers(0, 2), st.integers(0, 2)))
    def two_plans_are_given_at_once(self, ranks: tuple[int, int]) -> None:
        self.causes += 2
        gifts = [Gift(f"gift-{self.causes}-{each}", "a friend") for each in range(2)]
        works = [
            self.world.grant_plan(self.customer, PLANS[rank], gift) for rank, gift in zip(ranks, gifts, strict=True)
        ]
        assert self.together(*works) == [None, None]
        for rank in ranks:
            self.add(rank)

    @precondition(lambda self: self.causes > 12)
    @rule()
    def a_plan_is_given_for_ever(self) -> None:
        self.run(self.world.grant_plan(self.customer, "NEUROTESTER", Gift("for ever", "a good friend")))
        self.endless = True

    # --- what takes

    @rule(hours=st.sampled_from([1, 20, 24, 71, 72, 24 * 6, 24 * 29]))
    def time_passes(self, hours: int) -> None:
        self.run(self.world.work())
        time, at = hours * HOUR, self.world.clock.now()
        for rank in (2, 1, 0):
            used = min(time, self.left[rank])
            self.left[rank] -= used
            time, at = time - used, at + used
            if used:
                self.last = rank
        if self.paid and not any(self.left) and self.over_since is None:
            self.over_since = at
        self.world.clock.advance(hours * HOUR)

    @rule(times=st.integers(1, 3))
    def the_end_is_announced(self, times: int) -> None:
        assert self.together(*(self.world.announce(self.customer) for _ in range(times))) == [None] * times
        due = self.run(self.world.store.worklists.subscriptions_to_announce(self.world.clock.now(), 10))
        assert self.customer not in due

    # --- what must always hold

    def running(self) -> int | None:
        """The rank that must run now, or give its features in its days of grace."""
        running = next((rank for rank in (2, 1, 0) if self.left[rank]), None)
        in_grace = self.over_since is not None and self.world.clock.now() < self.over_since + 3 * DAY
        return self.last if running is None and in_grace else running

    @invariant()
    def the_highest_plan_with_time_left_runs(self) -> None:
        if not self.customer:
            return
        at, dossier = self.world.clock.now(), self.run(self.world.read(self.customer))
        term, expected = dossier.subscription.term_at(at), self.running()
        if self.endless:
            assert term is not None
            assert term.plan == "NEUROTESTER"
            return
        assert (term and term.plan) == (None if expected is None else PLANS[expected])
        assert may(dossier, self.world.catalogue, Feature.TRAINING, at) is bool(expected)

    @invariant()
    def nothing_that_was_paid_is_lost(self) -> None:
        if not self.customer:
            return
        at, terms = self.world.clock.now(), self.run(self.world.read(self.customer)).subscription.terms
        to_come = [term.ends - max(term.starts, at) for term in terms if term.ends is not None and term.ends > at]
        assert sum(to_come, NOTHING) == sum(self.left, NOTHING)
        assert sum(((term.ends or at) - term.starts for term in terms), NOTHING) == self.paid
        assert all((one.ends or at) <= following.starts for one, following in pairwise(terms))

    def end_business(self) -> None:
        """Of each end every stage was announced at most once, and in order."""
        self.run(self.world.work(rounds=500))
        news = [happening.event for happening in self.world.publisher.published]
        said = [
            (each.ends, 3 - each.days) if isinstance(each, SubscriptionExpiring) else (each.grace_until - 3 * DAY, 3)
            for each in news
            if isinstance(each, SubscriptionExpiring | SubscriptionEnded)
        ]
        assert len(set(said)) == len(said)
        for ends in {end for end, _ in said}:
            stages = [stage for end, stage in said if end == ends]
            assert stages == sorted(stages)
        assert len([each for each in news if isinstance(each, SubscriptionExpired)]) <= self.causes
