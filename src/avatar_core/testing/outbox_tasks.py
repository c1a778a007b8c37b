"""What the suites of the outbox begin with: something to tell, and a worker who claims it."""

from datetime import datetime

from avatar_core.customers import Customer
from avatar_core.events import StarsGranted
from avatar_core.money import Stars
from avatar_core.tasks import Reaction, Task, of_each
from avatar_core.testing.examples import NOW
from avatar_core.testing.store import Store, StoreContract

LEASE_S = 60.0


def granted(customer: Customer, number: int) -> StarsGranted:
    """An event that is told to the customer and published."""
    return StarsGranted(customer=customer.id, stars=Stars.of(number), balance=Stars.of(number), reason=f"№ {number}")


def told(tasks: list[Task]) -> list[Task]:
    """Return those that tell the customer something."""
    return [task for task in tasks if task.reaction is Reaction.TELL_CUSTOMER]


class TasksContract(StoreContract):
    """What the suites of the outbox do to it."""

    async def _tell(self, store: Store, customer: Customer, *numbers: int) -> None:
        for number in numbers:
            await store.save(events=(granted(customer, number),))

    async def _claim(self, store: Store, worker: str = "worker 1", at: datetime = NOW, limit: int = 100) -> list[Task]:
        return await store.outbox.claim(worker, at, of_each(limit), LEASE_S)

    async def _news(self, store: Store, worker: str = "worker 1", at: datetime = NOW) -> Task:
        """Claim, and return the one thing to tell."""
        (task,) = told(await self._claim(store, worker, at))
        return task
