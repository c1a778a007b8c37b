"""What the machines need of the vendors' stand-ins besides their ports: ``adapters.memory`` has one for each."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from avatar_core.ids import PhotoRef, PortraitOrderId, TrainingId
from avatar_core.ports import Clock, EventPublisher, Painter, PhotoStore, Trainer
from avatar_core.runs import Report, Ticket
from avatar_core.tasks import Happening

TROUBLES = ("unavailable", "answer lost", "unauthorized", "refused")
"""What can befall a call: nothing is carried out; it is, and nobody hears of it; the token or the order is refused."""


class MovableClock(Clock, Protocol):
    """Stands still until it is told to go on."""

    def advance(self, by: timedelta) -> datetime:
        """Go on, and return the time after it."""
        ...


class ObedientTrainer(Trainer, Protocol):
    """Its runs go on and end when it is told so; each returns the report as a webhook would bring it."""

    def advance(self, order: TrainingId, percent: int) -> Report:
        """Let the run get so far."""
        ...

    def finish(self, order: TrainingId) -> Report:
        """End the run with a model of its own."""
        ...

    def fail(self, order: TrainingId) -> Report:
        """End the run without a result."""
        ...

    def stop(self, order: TrainingId) -> Report:
        """Cancel the run from the provider's side."""
        ...

    def vanish(self, order: TrainingId) -> None:
        """Forget the run."""
        ...

    def runs_of(self, order: TrainingId) -> list[Ticket]:
        """Return the tickets of all runs that were started for an order."""
        ...

    def suffer(self, trouble: str) -> None:
        """Let calls suffer one of TROUBLES until ``recover``; a lost answer and a refusal befall submissions only."""
        ...

    def recover(self) -> None:
        """Let everything work again."""
        ...


class ObedientPainter(Painter, Protocol):
    """Paints when it is told so."""

    def finish(self, order: PortraitOrderId) -> Report:
        """End the run with as many images as were ordered."""
        ...


class OpenPhotoStore(PhotoStore, Protocol):
    """Lets one see what it keeps."""

    @property
    def kept(self) -> Iterable[PhotoRef]:
        """All refs that hold something."""
        ...


class RecordingPublisher(EventPublisher, Protocol):
    """Remembers what it was told."""

    @property
    def published(self) -> Sequence[Happening]:
        """Every publication in order, repeats included."""
        ...
