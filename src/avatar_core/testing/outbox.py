"""What every outbox must do: each task to one worker at a time, in order within a lane, at least once."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from hypothesis import given

from avatar_core.customers import Customer
from avatar_core.events import Event, TrainingRequested
from avatar_core.ids import TrainingId
from avatar_core.money import Stars
from avatar_core.ports import Outbox
from avatar_core.tasks import Reaction, Task, tasks_after
from avatar_core.testing import strategies
from avatar_core.testing.every_event import EVERY_EVENT
from avatar_core.testing.examples import DAY, HOUR, MINUTE, NOW, SECOND, uid
from avatar_core.testing.outbox_letters import LettersContract
from avatar_core.testing.outbox_tasks import LEASE_S, granted, told
from avatar_core.testing.properties import SHARED_ADAPTER
from avatar_core.testing.store import Store

numbers = count(1_000)
ANSWERS: dict[str, Callable[[Outbox, Task], Awaitable[object]]] = {
    "done": lambda outbox, task: outbox.done(task, "worker 1"),
    "again": lambda outbox, task: outbox.again(task, "worker 1", NOW + DAY, "busy"),
    "bury": lambda outbox, task: outbox.bury(task, "worker 1", "never"),
    "renew": lambda outbox, task: outbox.renew(task, "worker 1", NOW + DAY),
}
"""What a worker can say of its task."""


class OutboxContract(LettersContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    async def test_an_empty_outbox_has_nothing_to_do(self, store: Store) -> None:
        assert await self._claim(store) == []
        assert await store.outbox.dead(10) == []

    async def test_a_claimed_task_is_as_it_was_written_and_counts_its_attempt(
        self, store: Store, customer: Customer
    ) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        assert task.happening.event == granted(customer, 1)
        assert (task.happening.at, task.due_at, task.attempts, task.error) == (NOW, NOW, 1, None)
        assert task.lane == f"tell-customer:{customer.id}"

    async def test_no_task_is_claimed_twice_at_once(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        assert len(await self._claim(store)) == 2
        assert await self._claim(store, "worker 2") == []
        assert await self._claim(store) == []

    async def test_many_workers_at_once_share_the_tasks(self, store: Store) -> None:
        customers = [await store.registered(number) for number in range(1, 9)]
        for customer in customers:
            await self._tell(store, customer, 1)
        claims = await asyncio.gather(*(self._claim(store, f"worker {number}", limit=5) for number in range(1, 9)))
        taken = [task.id for claim in claims for task in claim]
        assert len(taken) == len(set(taken))
        assert max(len(told(claim)) for claim in claims) <= 5

    async def test_room_is_kept_for_each_kind_and_the_oldest_come_first(self, store: Store) -> None:
        first, second = await store.registered(1), await store.registered(2)
        await self._tell(store, first, 1)
        await self._tell(store, second, 2)
        for customer, number in ((first, 1), (second, 2)):
            taken = await self._claim(store, limit=1)
            assert {task.reaction for task in taken} == {Reaction.TELL_CUSTOMER, Reaction.PUBLISH}
            assert [task.happening.event for task in told(taken)] == [granted(customer, number)]
        assert await self._claim(store, limit=1) == []

    async def test_a_kind_without_room_is_left_to_others(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        (news,) = await store.outbox.claim("worker 1", NOW, {Reaction.TELL_CUSTOMER: 5}, LEASE_S)
        (rest,) = await store.outbox.claim("worker 2", NOW, {Reaction.PUBLISH: 5, Reaction.TELL_CUSTOMER: 0}, LEASE_S)
        assert (news.reaction, rest.reaction) == (Reaction.TELL_CUSTOMER, Reaction.PUBLISH)

    async def test_what_was_put_off_comes_after_what_was_due_before(self, store: Store, customer: Customer) -> None:
        other = await store.registered(2)
        await self._tell(store, customer, 1)
        await store.outbox.again(await self._news(store), "worker 1", NOW + MINUTE, "busy")
        await self._tell(store, other, 2)
        order = [told(await self._claim(store, at=NOW + MINUTE, limit=1)) for _ in range(2)]
        assert [task.happening.event for (task,) in order] == [granted(other, 2), granted(customer, 1)]

    async def test_a_lane_goes_on_only_when_its_oldest_task_is_done(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1, 2, 3)
        for number in (1, 2, 3):
            task = await self._news(store)
            assert task.happening.event == granted(customer, number)
            assert told(await self._claim(store)) == []
            await store.outbox.done(task, "worker 1")
        assert told(await self._claim(store)) == []

    async def test_events_of_one_commit_are_told_in_their_order(self, store: Store, customer: Customer) -> None:
        await store.save(events=tuple(granted(customer, number) for number in (1, 2, 3)))
        for number in (1, 2, 3):
            task = await self._news(store)
            assert task.happening.event == granted(customer, number)
            await store.outbox.done(task, "worker 1")

    @pytest.mark.parametrize("answer", ANSWERS, ids=ANSWERS.keys())
    async def test_what_becomes_of_one_reaction_is_nothing_to_the_others(
        self, store: Store, customer: Customer, answer: str
    ) -> None:
        training, price = TrainingId(uid(5, 1)), Stars.of(7)
        event = TrainingRequested(customer=customer.id, training=training, avatar="Я", price=price, minutes=2)
        await store.save(events=(event,))
        tasks = {task.reaction: task for task in await self._claim(store)}
        others = tasks.keys() - {Reaction.TELL_CUSTOMER}
        await ANSWERS[answer](store.outbox, tasks[Reaction.TELL_CUSTOMER])
        assert Reaction.SUBMIT_TRAINING in others
        assert await self._claim(store, "worker 2", NOW + SECOND) == []
        assert {task.reaction for task in await self._claim(store, "worker 2", NOW + HOUR)} == others

    @SHARED_ADAPTER
    @given(error=strategies.unkeepable_texts())
    async def test_a_reason_that_cannot_be_kept_keeps_no_task(self, store: Store, error: str) -> None:
        """A vendor's answer can hold anything: its task is given back and buried all the same."""
        customer = await store.registered(next(numbers))
        await self._tell(store, customer, 1)
        await store.outbox.again(await self._news(store), "worker 1", NOW + MINUTE, error)
        again = await self._news(store, "worker 2", NOW + MINUTE)
        assert (again.attempts, again.error is None) == (2, False)
        await store.outbox.bury(again, "worker 2", error)
        assert told(await self._claim(store, "worker 3")) == []

    async def test_lanes_do_not_wait_for_each_other(self, store: Store, customer: Customer) -> None:
        other = await store.registered(2)
        await self._tell(store, customer, 1, 2)
        await self._tell(store, other, 3)
        events = [task.happening.event for task in told(await self._claim(store))]
        assert events == [granted(customer, 1), granted(other, 3)]

    async def test_a_claim_that_is_not_answered_ends_by_itself(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        first = await self._news(store)
        assert await self._claim(store, "worker 2", NOW + 59 * SECOND) == []
        again = await self._news(store, "worker 2", NOW + 60 * SECOND)
        assert (again.id, again.attempts) == (first.id, 2)

    async def test_a_renewed_claim_lasts_longer(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        assert await store.outbox.renew(task, "worker 1", NOW + HOUR)
        assert told(await self._claim(store, "worker 2", NOW + 59 * MINUTE)) == []
        assert (await self._news(store, "worker 2", NOW + HOUR)).id == task.id

    async def test_what_another_worker_has_meanwhile_cannot_be_renewed(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await self._news(store, "worker 2", NOW + HOUR)
        assert not await store.outbox.renew(task, "worker 1", NOW + DAY)
        assert await store.outbox.renew(task, "worker 2", NOW + DAY)

    async def test_a_done_task_cannot_be_renewed_and_is_done_again_without_harm(
        self, store: Store, customer: Customer
    ) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await store.outbox.done(task, "worker 1")
        await store.outbox.done(task, "worker 1")
        await store.outbox.again(task, "worker 1", NOW, "too late")
        assert not await store.outbox.renew(task, "worker 1", NOW + DAY)
        assert told(await self._claim(store, at=NOW + DAY)) == []

    async def test_a_task_given_back_waits_for_its_time_and_remembers_why(
        self, store: Store, customer: Customer
    ) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await store.outbox.again(task, "worker 1", NOW + MINUTE, "the messenger is busy ⏳")
        assert told(await self._claim(store, at=NOW + 59 * SECOND)) == []
        again = await self._news(store, "worker 2", NOW + MINUTE)
        assert (again.id, again.attempts, again.error) == (task.id, 2, "the messenger is busy ⏳")

    async def test_a_task_given_back_is_free_before_its_claim_would_have_ended_and_counts_every_attempt(
        self, store: Store, customer: Customer
    ) -> None:
        await self._tell(store, customer, 1)
        for attempt in range(1, 6):
            task = await self._news(store, f"worker {attempt}", NOW + attempt * SECOND)
            assert task.attempts == attempt
            await store.outbox.again(task, f"worker {attempt}", NOW + (attempt + 1) * SECOND, "busy")

    async def test_a_task_given_back_holds_up_its_lane(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1, 2)
        task = await self._news(store)
        await store.outbox.again(task, "worker 1", NOW + MINUTE, "busy")
        assert told(await self._claim(store)) == []
        assert (await self._news(store, at=NOW + MINUTE)).id == task.id

    async def test_a_worker_whose_claim_has_ended_disturbs_nobody(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await self._news(store, "worker 2", NOW + HOUR)
        await store.outbox.again(task, "worker 1", NOW, "late")
        await store.outbox.bury(task, "worker 1", "late")
        assert told(await self._claim(store, "worker 3", NOW + HOUR)) == []
        assert await store.outbox.dead(10) == []

    async def test_what_a_late_worker_did_is_done(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await self._news(store, "worker 2", NOW + HOUR)
        await store.outbox.done(task, "worker 1")
        assert told(await self._claim(store, "worker 3", NOW + DAY)) == []

    @pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.name)
    async def test_every_event_comes_out_as_it_went_in(self, store: Store, event: Event) -> None:
        await store.save(events=(event,))
        tasks = await self._claim(store)
        assert {task.happening.event for task in tasks} == {event}
        assert {type(task.happening.event) for task in tasks} == {type(event)}
        assert {task.id for task in tasks} == {task.id for task in tasks_after(tasks[0].happening)}

    @SHARED_ADAPTER
    @given(event=strategies.events())
    async def test_any_facts_come_out_as_they_went_in(self, store: Store, event: Event) -> None:
        await store.save(events=(event,))
        tasks = await self._claim(store)
        assert {task.happening.event for task in tasks} == {event}
        for task in tasks:
            await store.outbox.done(task, "worker 1")
