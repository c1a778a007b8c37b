"""An order of portraits by a customer with a trained avatar: what it moves, and how it stands."""

from avatar_core.ids import CustomerId, PortraitOrderId
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import RunStatus
from tests.use_cases.world import MemoryWorld

PRICE = Stars.of(15)
START = Stars.of(280)
"""What is left of 500 ⭐ after the avatar's training."""
FREE, HELD, SPENT = (START, NO_STARS), (START - PRICE, PRICE), (START - PRICE, NO_STARS)


async def status(world: MemoryWorld, order: PortraitOrderId) -> RunStatus:
    return (await world.order(order)).run.status


async def an_order(world: MemoryWorld, stage: str, images: int = 2) -> tuple[CustomerId, PortraitOrderId]:
    """A customer with an avatar, and an order at a stage: requested, painting, painted."""
    customer = await world.with_stars(500)
    avatar = await world.trained(customer)
    ways = {"requested": world.portraits_requested, "painting": world.painting, "painted": world.painted}
    return customer, await ways[stage](customer, avatar, images)
