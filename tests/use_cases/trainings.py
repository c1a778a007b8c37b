"""A training of a customer with 500 stars: what it moves, and how it stands."""

from avatar_core.ids import TrainingId
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import RunStatus
from tests.use_cases.world import MemoryWorld

PRICE = Stars.of(220)
FUNDS = Stars.of(500)
FREE, HELD, SPENT = (FUNDS, NO_STARS), (FUNDS - PRICE, PRICE), (FUNDS - PRICE, NO_STARS)


async def status(world: MemoryWorld, training: TrainingId) -> RunStatus:
    return (await world.training(training)).run.status
