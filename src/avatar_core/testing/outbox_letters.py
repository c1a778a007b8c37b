"""Dead letters: what was given up is listed, and can be revived or dropped."""

from avatar_core.customers import Customer
from avatar_core.tasks import DeadLetter
from avatar_core.testing.examples import HOUR, MINUTE, NOW, uid
from avatar_core.testing.outbox_tasks import TasksContract, granted, told
from avatar_core.testing.store import Store


class LettersContract(TasksContract):
    """Tasks that were given up."""

    async def test_a_buried_task_is_a_dead_letter_and_its_lane_goes_on(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1, 2)
        task = await self._news(store)
        await store.outbox.bury(task, "worker 1", "never works")
        dead = await store.outbox.dead(10)
        assert dead == [DeadLetter(task.id, "stars.granted", NOW, 1, "never works")]
        assert (await self._news(store)).happening.event == granted(customer, 2)

    async def test_dead_letters_are_listed_the_oldest_first(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1, 2, 3)
        buried = []
        for _ in range(3):
            buried.append(await self._news(store))
            await store.outbox.bury(buried[-1], "worker 1", "never works")
        assert [task.id for task in await store.outbox.dead(2)] == [task.id for task in buried[:2]]

    async def test_a_revived_letter_is_due_again(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        await store.outbox.bury(task, "worker 1", "never works")
        assert await store.outbox.revive(task.id, NOW + MINUTE)
        assert await store.outbox.dead(10) == []
        assert told(await self._claim(store)) == []
        again = await self._news(store, at=NOW + MINUTE)
        assert (again.id, again.attempts) == (task.id, 1)

    async def test_a_revived_letter_goes_before_younger_ones_of_its_lane(
        self, store: Store, customer: Customer
    ) -> None:
        await self._tell(store, customer, 1, 2)
        task = await self._news(store)
        await store.outbox.bury(task, "worker 1", "never works")
        await store.outbox.revive(task.id, NOW)
        assert (await self._news(store)).id == task.id

    async def test_a_dropped_letter_is_gone(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1, 2)
        task = await self._news(store)
        await store.outbox.bury(task, "worker 1", "never works")
        assert await store.outbox.drop(task.id)
        assert await store.outbox.dead(10) == []
        assert not await store.outbox.revive(task.id, NOW)
        assert (await self._news(store)).happening.event == granted(customer, 2)

    async def test_only_the_dead_are_dropped(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        assert not await store.outbox.drop(task.id)
        assert not await store.outbox.drop(f"{uid(9, 404)}:publish")
        assert (await self._news(store, at=NOW + HOUR)).id == task.id

    async def test_only_the_dead_are_revived(self, store: Store, customer: Customer) -> None:
        await self._tell(store, customer, 1)
        task = await self._news(store)
        assert not await store.outbox.revive(task.id, NOW)
        assert not await store.outbox.revive(f"{uid(9, 404)}:publish", NOW)
