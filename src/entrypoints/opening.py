"""Opening the ground floor: what commands that need no bot and no vendor stand on."""

import contextlib
from collections.abc import AsyncIterator

from adapters.clock import RandomNames, SystemClock
from entrypoints.database import open_store
from entrypoints.ground import Ground, bots_of, catalogue_of
from entrypoints.logs import Redaction
from entrypoints.settings import Settings
from entrypoints.worker.bell import Bell


@contextlib.asynccontextmanager
async def open_ground(settings: Settings) -> AsyncIterator[Ground]:
    """Open the database; no vendor is connected, and no bot is loaded.  Raises as ``open_store`` does."""
    clock, names, bell = SystemClock(), RandomNames(), Bell()
    catalogue, bots = catalogue_of(settings), bots_of(settings)
    async with open_store(settings, clock, names, bell.ring) as store:
        yield Ground(settings, clock, names, catalogue, bots, store, bell, Redaction(settings.secrets()))
