"""A worker process with a painter who is always done, and a Telegram at hand: ``python -m benchmarks.load.working``."""

import asyncio
import sys
import tempfile
from dataclasses import replace

from adapters.memory.painter import JPEG_BEGINS, JPEG_ENDS
from avatar_core.ids import PortraitOrderId, ProviderRunId
from avatar_core.ports import PaintingOrder
from avatar_core.runs import Report, ReportStatus, Ticket
from benchmarks.load.member import Member, heard
from benchmarks.load.settings import settings_of
from benchmarks.updates import InstantTelegram
from entrypoints.container.whole import worker_container
from entrypoints.opening import open_ground
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import open_vendors
from entrypoints.worker.worker import Worker


class InstantPainter:
    """A painter whose every run has succeeded: any worker may ask for it, for it remembers nothing."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:  # noqa: ARG002  the port's
        """Know of no run."""
        return None

    async def submit(self, order: PaintingOrder) -> Ticket:
        """Name the run after the order."""
        return Ticket(ProviderRunId(order.id))

    async def report(self, ticket: Ticket) -> Report:
        """Have painted one image."""
        return Report(ticket.run, ReportStatus.SUCCEEDED, percent=100, images=(f"instant://{ticket.run}",))

    async def fetch(self, image: str) -> bytes:
        """Return a JPEG by its first bytes."""
        return JPEG_BEGINS + image.encode() + JPEG_ENDS


async def main(dsn: str, bots: int) -> None:
    """Work until the input ends."""
    heard()
    with tempfile.TemporaryDirectory(prefix="avatar-load-") as folder:
        async with open_ground(settings_of(dsn, folder, bots)) as ground, open_vendors(ground) as house:
            telegram = InstantTelegram()
            for bot in house.telegram.bots.values():
                bot.session = telegram
            ready = replace(house, vendors=replace(house.vendors, painter=InstantPainter()))
            stop = asyncio.Event()
            with rare_sweeps():
                working = asyncio.create_task(worker_container(ready).get(Worker).run(stop))
                await Member({}).serve()
                stop.set()
                await working


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
