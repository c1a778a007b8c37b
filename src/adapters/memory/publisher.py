"""An event publisher that keeps what it was told."""

from dataclasses import dataclass, field

from avatar_core.tasks import Happening


@dataclass
class MemoryPublisher:
    """Keeps every publication in order, repeats included."""

    published: list[Happening] = field(default_factory=list)

    async def publish(self, happening: Happening) -> None:
        """Keep one event."""
        self.published.append(happening)

    @property
    def names(self) -> list[str]:
        """What was published, by the names it has outside: ``avatar/training.succeeded``."""
        return [f"avatar/{happening.event.name}" for happening in self.published]
