"""The house: the ground floor and everybody outside, open.

Opening makes no decision: it connects what the settings name.  The container joins use cases to what is open here.
"""

from dataclasses import dataclass

from avatar_core.ports import EventPublisher, Messenger, Painter, PhotoInspector, PhotoStore, Trainer
from entrypoints.bot.desk import Rails
from entrypoints.ground import Ground
from entrypoints.notices import RunNotices


@dataclass(frozen=True, slots=True)
class Vendors:
    """Everything outside: who trains, paints, takes money, carries messages and keeps photos."""

    photos: PhotoStore
    inspector: PhotoInspector
    trainer: Trainer
    painter: Painter
    run_notices: RunNotices
    rails: Rails
    messenger: Messenger
    publisher: EventPublisher


@dataclass(frozen=True, slots=True)
class House:
    """All of it, open."""

    ground: Ground
    vendors: Vendors
