"""Painting at Replicate."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx
from replicate.exceptions import ReplicateError

from adapters.replicate.connection import EVENTS, ReplicateConnection
from adapters.replicate.errors import asking, submitting
from adapters.replicate.reports import report_of
from adapters.replicate.settings import RunKind, address_in
from avatar_core.errors import RunVanished
from avatar_core.ids import PortraitOrderId, ProviderRunId
from avatar_core.ports import PaintingOrder
from avatar_core.runs import Report, ReportStatus, Ticket

LARGEST_IMAGE_BYTES = 20 * 1024 * 1024
_HTTPS_PORT = 443
_WITHHELD = {401, 403, 410}
"""What hosts of files answer, beside 404, for a file that has expired.  No token is sent, so none is rejected."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
"""How JPEG, PNG and WebP begin."""


@dataclass(eq=False)
class UnusableImage(RunVanished):
    """An image that cannot be had for good, though the provider has not deleted it."""

    wording = "the image cannot be fetched: {reason}"
    reason: str


@dataclass(frozen=True, slots=True)
class ReplicatePainter:
    """Paints in one account.

    Every method raises ProviderUnavailable and ProviderUnauthorized (``REPLICATE_API_TOKEN``).
    """

    connection: ReplicateConnection
    parameters: Mapping[str, object]
    """What every painting is given beside the order, by the provider's names: the catalogue's portrait offer."""

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        """Return the run whose webhook address carries the order's id; it is a day old at most."""
        return await self.connection.find(RunKind.PORTRAITS, order)

    async def submit(self, order: PaintingOrder) -> Ticket:
        """Start painting.  Raises ProviderRefused."""
        wanted = {
            "prompt": order.prompt,
            "aspect_ratio": order.aspect,
            "num_outputs": order.count,
            "seed": order.seed,
        }
        settings = self.connection.settings
        with submitting():
            async with asyncio.timeout(settings.timeout_s):
                started = await self.connection.vendor.predictions.async_create(
                    version=order.model.version,
                    input={**self.parameters, **wanted},
                    webhook=settings.marked(RunKind.PORTRAITS, order.id),
                    webhook_events_filter=EVENTS,
                )
            return Ticket(ProviderRunId(started.id))

    async def report(self, ticket: Ticket) -> Report:
        """Return how the painting stands.  Raises RunVanished, also when the images were deleted (after an hour)."""
        with asking():
            run = await self.connection.call("GET", f"{RunKind.PORTRAITS.path}/{ticket.run}")
            report = report_of(run, RunKind.PORTRAITS, self.connection.settings)
        if report.status is ReportStatus.SUCCEEDED and run.get("data_removed") and not report.images:
            raise RunVanished
        return report

    async def fetch(self, image: str) -> bytes:
        """Return a painted image of at most 20 MB.

        Raises RunVanished, and UnusableImage, which is one, for what its host withholds and for an address that is not
        the provider's: nothing else is ever asked, redirects are not followed, and the token stays here.
        """
        if not self._is_the_providers(address_in(image)):
            raise UnusableImage(reason="its address is not the provider's")
        with asking():
            async with (
                asyncio.timeout(self.connection.settings.timeout_s),
                self.connection.web.stream("GET", image) as answer,
            ):
                if answer.status_code in _WITHHELD:
                    raise UnusableImage(reason=f"its host answers {answer.status_code}")
                if not answer.is_success:
                    raise ReplicateError(status=answer.status_code)
                return _picture(await _bounded(answer))

    def _is_the_providers(self, address: SplitResult | None) -> bool:
        if address is None:
            return False
        settings = self.connection.settings
        if (address.scheme, address.netloc) == urlsplit(settings.base_url)[:2]:
            return True
        host = address.hostname or ""
        known = any(host == each or host.endswith(f".{each}") for each in settings.delivery_hosts)
        return known and address.scheme == "https" and (address.port or _HTTPS_PORT) == _HTTPS_PORT


def _picture(content: bytes) -> bytes:
    if not content.startswith(_PICTURES):
        raise UnusableImage(reason="it is no picture")
    return content


async def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > LARGEST_IMAGE_BYTES:
            raise UnusableImage(reason="it is larger than 20 MB")
    return bytes(content)
