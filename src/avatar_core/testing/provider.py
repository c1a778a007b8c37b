"""What trainers and painters have in common: a provider whose account, network and runs can be made to fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from avatar_core.ports import Painter, PaintingOrder, Trainer, TrainingOrder
from avatar_core.runs import Ticket


class Ending(StrEnum):
    """How the provider lets a run end."""

    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    VANISH = "vanish"
    """The provider forgets it."""
    HANG = "hang"
    """It never ends by itself."""


@dataclass(frozen=True)
class ProviderSwitches:
    """The provider's side of things."""

    started: Callable[[], int]
    """How many runs were ever started: each costs money."""
    plan: Callable[[Ending], None]
    """How the run that is started next will end; SUCCEED when nothing is planned."""
    let_end: Callable[[Ticket], Awaitable[None]]
    """Let time pass until the run has ended as planned (one that hangs: until it runs)."""
    revoke_token: Callable[[], None]
    restore_token: Callable[[], None]
    break_next: Callable[[], None]
    """Let the next call fail, whatever it is, without being carried out."""
    refuse_next: Callable[[], None]
    """Let the next submission be refused as one that will never be taken."""
    lose_next_answer: Callable[[], None]
    """Let the next submission start its run without the caller ever hearing of it."""
    ordered: Callable[[], Sequence[Mapping[str, object]]]
    """What each run was started with as the provider knows it, the oldest first, in the words of ``facts_of``."""


def facts_of(order: TrainingOrder | PaintingOrder) -> Mapping[str, object]:
    """Return what a provider must have been told of an order."""
    if isinstance(order, TrainingOrder):
        return {"version": order.offer.version, "trigger": order.trigger, "steps": order.steps}
    named = {name: getattr(order, name) for name in ("prompt", "aspect", "count", "seed")}
    return {"version": order.model.version, **named}


@dataclass(frozen=True)
class TrainerWorld:
    """A trainer, its provider, and orders with a real archive, by number."""

    trainer: Trainer
    provider: ProviderSwitches
    order: Callable[[int], Awaitable[TrainingOrder]]


@dataclass(frozen=True)
class PainterWorld:
    """A painter, its provider, and orders of (number, count) images for a model that exists."""

    painter: Painter
    provider: ProviderSwitches
    order: Callable[[int, int], Awaitable[PaintingOrder]]
    delete_image: Callable[[str], None]
    """Delete an image at the provider, as it does after an hour."""
