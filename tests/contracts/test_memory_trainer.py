import pytest

from adapters.memory import MemoryTrainer, Trouble
from avatar_core.errors import ProviderRefused
from avatar_core.ids import PhotoRef, TrainingId
from avatar_core.ports import TrainingOrder
from avatar_core.runs import ReportStatus
from avatar_core.testing.examples import an_offer, uid
from avatar_core.testing.provider import TrainerWorld
from avatar_core.testing.trainer import TrainerContract
from tests.contracts.memory_provider import memory_switches


async def order(number: int) -> TrainingOrder:
    name = TrainingId(uid(5, number))
    return TrainingOrder(name, "TOK_QWERTY", 1000, an_offer(), PhotoRef(f"archives/{name}.zip"))


class TestMemoryTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        trainer = MemoryTrainer()
        return TrainerWorld(trainer, memory_switches(trainer, lambda name: trainer.finish(TrainingId(name))), order)


async def test_a_refusal_befalls_submissions_only_and_starts_nothing() -> None:
    trainer = MemoryTrainer()
    trainer.suffer(Trouble.REFUSED, calls=1)
    assert await trainer.find((await order(1)).id) is None
    with pytest.raises(ProviderRefused):
        await trainer.submit(await order(1))
    assert trainer.started == 0
    assert (await trainer.submit(await order(1))) == trainer.runs_of((await order(1)).id)[0]


async def test_a_run_that_vanished_is_not_found_and_still_counts_as_started() -> None:
    trainer = MemoryTrainer()
    await trainer.submit(await order(1))
    trainer.vanish((await order(1)).id)
    assert await trainer.find((await order(1)).id) is None
    assert trainer.started == 1


async def test_of_two_runs_of_one_order_the_one_asked_for_is_stopped() -> None:
    trainer = MemoryTrainer()
    first, second = await trainer.submit(await order(1)), await trainer.submit(await order(1))
    await trainer.cancel(first)
    statuses = [(await trainer.report(ticket)).status for ticket in (first, second)]
    assert statuses == [ReportStatus.CANCELED, ReportStatus.WAITING]
