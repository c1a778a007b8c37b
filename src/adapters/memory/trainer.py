"""A trainer in memory: models are ready when it is told so."""

from adapters.memory.provider import MemoryProvider
from avatar_core.ids import TrainingId
from avatar_core.ports import TrainingOrder
from avatar_core.runs import ModelVersion, Report, ReportStatus, Ticket


class MemoryTrainer(MemoryProvider):
    """Trains nothing; ``orders`` keeps what it was given for each run."""

    def __init__(self) -> None:
        super().__init__("training")
        self.orders: list[TrainingOrder] = []

    async def find(self, order: TrainingId) -> Ticket | None:
        """Return the run started for this order.  Raises ProviderUnavailable and ProviderUnauthorized."""
        return self._find(order)

    async def submit(self, order: TrainingOrder) -> Ticket:
        """Start a run.  Raises ProviderRefused besides."""
        self.orders.append(order)
        return self._start(order.id)

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands.  Raises RunVanished besides."""
        return self._known(ticket).report

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the run; one that has ended, or is gone, is stopped."""
        self._stop(ticket)

    def finish(self, order: TrainingId) -> Report:
        """End the run with a model of its own, and return the report as a webhook would bring it."""
        model = ModelVersion(f"memory/{order}", f"version-of-{order}", f"memory://weights/{order}.tar")
        return self._tell(order, status=ReportStatus.SUCCEEDED, percent=100, model=model)
