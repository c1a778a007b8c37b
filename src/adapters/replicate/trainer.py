"""Training at Replicate."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from replicate.exceptions import ReplicateError

from adapters.replicate.connection import EVENTS, ReplicateConnection
from adapters.replicate.errors import asking, submitting
from adapters.replicate.reports import report_of
from adapters.replicate.settings import RunKind
from avatar_core.errors import ProviderRefused, RunVanished, StoreUnavailable
from avatar_core.ids import PhotoRef, ProviderRunId, TrainingId
from avatar_core.ports import PhotoStore, TrainingOrder
from avatar_core.runs import Report, Ticket

IN_MEMORY_BYTES = 8 * 1024 * 1024
"""A larger archive waits for its upload in a nameless file."""
FETCHED_WITHIN = timedelta(minutes=30)
"""A run that waits longer to be started is given up by the provider, so its archive has to be there so long."""
_TAKEN, _ENDED = 409, {409, 422}


@dataclass(frozen=True, slots=True)
class ReplicateTrainer:
    """Trains in one account.

    Every method raises ProviderUnavailable and ProviderUnauthorized (``REPLICATE_API_TOKEN``).
    """

    connection: ReplicateConnection
    photos: PhotoStore
    spool: Path
    """The folder of nameless files: where there is room for photos, which the system's own may not have."""

    async def find(self, order: TrainingId) -> Ticket | None:
        """Return the run whose webhook address, or whose archive's metadata, carries the order's id.

        It is a day old at most.
        """
        return await self.connection.find(RunKind.TRAINING, order)

    async def submit(self, order: TrainingOrder) -> Ticket:
        """Make sure of the private destination, upload the archive unless it is there, and start training.

        Raises ProviderRefused, PhotoNotFound from the photo store, and StoreUnavailable, also when there is no room for
        the archive to wait.
        """
        with submitting():
            await self._ensure(self.connection.settings.destination(order.id))
            archive_url = await self._uploaded(order)
        archive_url = archive_url or await self._upload(order)
        with submitting():
            return await self._start(order, archive_url)

    async def report(self, ticket: Ticket) -> Report:
        """Return how the training stands.  Raises RunVanished."""
        with asking():
            run = await self.connection.call("GET", f"{RunKind.TRAINING.path}/{ticket.run}")
            return report_of(run, RunKind.TRAINING, self.connection.settings)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the training; one that has ended, or is gone, is stopped."""
        with contextlib.suppress(RunVanished), asking():
            try:
                await self.connection.call("POST", f"{RunKind.TRAINING.path}/{ticket.run}/cancel")
            except ReplicateError as error:
                if error.status not in _ENDED:
                    raise

    async def _uploaded(self, order: TrainingOrder) -> str | None:
        """Return where an earlier try has left the archive, if it stays there until the run has fetched it."""
        needed_until = datetime.now(UTC) + FETCHED_WITHIN
        uploads = await self.connection.uploads(_marks(order.id))
        return next((upload.url for upload in uploads if upload.expires_at > needed_until), None)

    async def _upload(self, order: TrainingOrder) -> str:
        # Closing a file that could not be written raises once more, so the whole of it is looked after.
        with _spooling(), tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(self.spool)) as archive:
            await self._gather(order.archive, archive)
            archive.seek(0)
            with submitting():
                return await self.connection.upload(f"{order.id}.zip", archive, _marks(order.id))

    async def _gather(self, ref: PhotoRef, archive: IO[bytes]) -> None:
        async for piece in self.photos.read(ref):
            archive.write(piece)

    async def _start(self, order: TrainingOrder, archive_url: str) -> Ticket:
        settings, names = self.connection.settings, order.offer.names
        given = {names["images"]: archive_url, names["trigger"]: order.trigger, names["steps"]: order.steps}
        async with asyncio.timeout(settings.timeout_s):
            started = await self.connection.vendor.trainings.async_create(
                order.offer.model,
                order.offer.version,
                {**order.offer.parameters, **given},
                destination=settings.destination(order.id),
                webhook=settings.marked(RunKind.TRAINING, order.id),
                webhook_events_filter=EVENTS,
            )
        return Ticket(ProviderRunId(started.id))

    async def _ensure(self, destination: str) -> None:
        """Create the model that takes the version, unless it is there; a public one would show people's faces."""
        owner, _, name = destination.partition("/")
        try:
            model = await self.connection.call("GET", f"/v1/models/{owner}/{name}")
        except ReplicateError as error:
            if error.status != 404:  # noqa: PLR2004 - HTTP's "not found"
                raise
            await self._create(owner, name)
        else:
            if model.get("visibility") == "public":
                raise ProviderRefused(reason=f"the model {destination} is public; it has to be private")

    async def _create(self, owner: str, name: str) -> None:
        settings = self.connection.settings
        try:
            async with asyncio.timeout(settings.timeout_s):
                await self.connection.vendor.models.async_create(
                    owner, name, visibility="private", hardware=settings.hardware
                )
        except ReplicateError as error:
            if error.status != _TAKEN:  # somebody else was faster
                raise


def _marks(order: TrainingId) -> Mapping[str, str]:
    return {RunKind.TRAINING.value: order}


@contextlib.contextmanager
def _spooling() -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise StoreUnavailable(reason=cause.strerror or type(cause).__name__) from cause
