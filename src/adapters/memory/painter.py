"""A painter in memory: its images are JPEG by their first bytes, and say what was ordered."""

from adapters.memory.provider import MemoryProvider
from avatar_core.errors import RunVanished
from avatar_core.ids import PortraitOrderId
from avatar_core.ports import PaintingOrder
from avatar_core.runs import Report, ReportStatus, Ticket

JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8\xff\xe0", b"\xff\xd9"


class MemoryPainter(MemoryProvider):
    """Paints nothing; ``orders`` keeps what it was given for each run."""

    def __init__(self) -> None:
        super().__init__("painting")
        self.orders: list[PaintingOrder] = []
        self._images: dict[str, bytes] = {}

    async def find(self, order: PortraitOrderId) -> Ticket | None:
        """Return the run started for this order.  Raises ProviderUnavailable and ProviderUnauthorized."""
        return self._find(order)

    async def submit(self, order: PaintingOrder) -> Ticket:
        """Start a run.  Raises ProviderRefused besides."""
        self.orders.append(order)
        return self._start(order.id)

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands.  Raises RunVanished besides."""
        return self._known(ticket).report

    async def fetch(self, image: str) -> bytes:
        """Return an image.  Raises RunVanished when it was deleted."""
        self._meet_trouble()
        if image not in self._images:
            raise RunVanished
        return self._images[image]

    def finish(self, order: PortraitOrderId) -> Report:
        """End the run with as many images as were ordered, and return the report as a webhook would bring it."""
        ordered = next(each for each in reversed(self.orders) if each.id == order)
        names = tuple(f"memory://paintings/{order}/{number}.jpg" for number in range(1, ordered.count + 1))
        for name in names:
            self._images[name] = JPEG_BEGINS + f"{name}: {ordered.prompt}".encode() + JPEG_ENDS
        return self._tell(order, status=ReportStatus.SUCCEEDED, percent=100, images=names)

    def delete_image(self, image: str) -> None:
        """Delete an image, as a provider does after an hour."""
        self._images.pop(image, None)
