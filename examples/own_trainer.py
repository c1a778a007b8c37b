"""A trainer of your own in the place of Replicate: a class with four methods, and one line that puts it in."""
# ruff: noqa: INP001, S101, T201  (an example is a script that prints and asserts)

import asyncio
from dataclasses import dataclass, field

from adapters.memory.world import BOT, MemoryWorld
from avatar_core.avatars import Gender
from avatar_core.errors import RunVanished
from avatar_core.ids import ProviderRunId, TelegramId, TrainerCode, TrainingId
from avatar_core.ports import Trainer, TrainingOrder
from avatar_core.runs import ModelVersion, Report, ReportStatus, Ticket
from avatar_core.use_cases import customers, drafts, subscriptions, trainings


@dataclass
class CupboardTrainer:
    """Trains on a machine in a cupboard; here it is done as soon as it is asked.  Conforms to Trainer by its shape."""

    orders: dict[ProviderRunId, TrainingOrder] = field(default_factory=dict)

    async def find(self, order: TrainingId) -> Ticket | None:
        """Return the run started for this order: asked before every submission, so that none starts twice."""
        return next((Ticket(run) for run, known in self.orders.items() if known.id == order), None)

    async def submit(self, order: TrainingOrder) -> Ticket:
        """Start a run."""
        run = ProviderRunId(f"cupboard-{len(self.orders) + 1}")
        self.orders[run] = order
        return Ticket(run)

    async def report(self, ticket: Ticket) -> Report:
        """Return how the run stands.  Raises RunVanished."""
        if ticket.run not in self.orders:
            raise RunVanished
        model = ModelVersion(model="cupboard/lora", version=f"{ticket.run}-weights", weights=None)
        return Report(ticket.run, ReportStatus.SUCCEEDED, percent=100, model=model)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the run; one that has ended, or is gone, is stopped."""
        self.orders.pop(ticket.run, None)


async def main() -> None:
    """Train once with it."""
    trainer: Trainer = CupboardTrainer()  # mypy --strict checks the shape here
    world = MemoryWorld(trainer=trainer)
    me = (await world.of(customers.Welcome)(customers.Visit(BOT, TelegramId(1)))).customer.id
    await world.of(subscriptions.GrantPlan)(me, "NEUROTESTER", subscriptions.Gift("try-1", "a try"))
    await world.of(subscriptions.GrantStars)(me, world.catalogue.plan("NEUROPHOTO").grants, subscriptions.Gift("1", ""))
    await world.of(drafts.StartDraft)(me, BOT, drafts.Sitter("Me", Gender.OTHER))
    for number in range(10):
        await world.of(drafts.AddPhoto)(me, f"photo {number}".encode())
    draft = (await world.of(drafts.QuoteTraining)(me, TrainerCode("flux-dev-lora"), 1000)).draft
    await world.of(trainings.RequestTraining)(me, draft.id, draft.chosen.quote.id)
    await world.carry_out()
    await world.of(trainings.PollTraining)(draft.id)
    dossier = await world.of(customers.ReadCustomer)(me)
    print(dossier.avatar(draft.avatar).model(), dossier.wallet.available)
    assert await world.books.violations() == []


asyncio.run(main())
