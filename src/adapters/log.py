"""Publishing events to the log: for installations with nobody else to tell."""

from dataclasses import dataclass, fields

import structlog

from avatar_core.tasks import Happening

NEVER_LOGGED = frozenset({"avatar", "detail", "person"})
"""Facts in the words of customers and vendors: names, and errors that may quote a prompt."""


@dataclass(frozen=True, slots=True)
class LogPublisher:
    """Writes each event as one line, named as other systems would hear it."""

    async def publish(self, happening: Happening) -> None:
        """Log ``avatar/<name>`` with its id, its time and its plain facts."""
        event = happening.event
        facts = {each.name: getattr(event, each.name) for each in fields(event) if each.name not in NEVER_LOGGED}
        told = {name: str(fact) for name, fact in facts.items() if fact is not None}
        structlog.get_logger("avatar").info(
            f"avatar/{event.name}", id=happening.id, at=happening.at.isoformat(), **told
        )
