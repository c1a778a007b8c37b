"""The whole outside in memory: a real database, and vendors that do as they are told.

For tests, for the simulation, and for whoever tries the library without an account anywhere.
"""

from adapters.memory.books import MemoryBooks
from adapters.memory.clock import FrozenClock
from adapters.memory.database import MemoryDatabase
from adapters.memory.gateway import MemoryGateway
from adapters.memory.inbox import MemoryInbox
from adapters.memory.inspector import HashInspector
from adapters.memory.messenger import Album, RecordingMessenger, Told
from adapters.memory.names import CountingNames
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.painter import MemoryPainter
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.provider import Trouble
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.trainer import MemoryTrainer
from adapters.memory.unit_of_work import MemoryBeginUnitOfWork, MemoryUnitOfWork
from adapters.memory.warden import MemoryWarden
from adapters.memory.worklists import MemoryWorklists

__all__ = [
    "Album",
    "CountingNames",
    "FrozenClock",
    "HashInspector",
    "MemoryBeginUnitOfWork",
    "MemoryBooks",
    "MemoryDatabase",
    "MemoryGateway",
    "MemoryInbox",
    "MemoryOutbox",
    "MemoryPainter",
    "MemoryPhotoStore",
    "MemoryPublisher",
    "MemoryTrainer",
    "MemoryUnitOfWork",
    "MemoryWarden",
    "MemoryWorklists",
    "RecordingMessenger",
    "Told",
    "Trouble",
]
