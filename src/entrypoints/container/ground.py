"""What can be wired on the database alone: no vendor, no bot."""

from typing import Any, TypeVar

import punq

from avatar_core.bots import Bots
from avatar_core.catalogue import Catalogue
from avatar_core.ports import BeginUnitOfWork, Books, Clock, Inbox, Names, Outbox, Warden, Worklists
from avatar_core.use_cases import billing, customers, drafts, portraits, settlement, subscriptions, upkeep
from entrypoints.ground import Ground, Readiness
from entrypoints.logs import Redaction
from entrypoints.worker.bell import Bell

Wanted = TypeVar("Wanted")

ON_THE_GROUND = (
    customers.ReadCustomer,
    customers.ChooseLanguage,
    customers.NoteUnreachable,
    customers.Welcome,
    billing.OpenPayment,
    billing.ApprovePayment,
    billing.AwaitCharge,
    settlement.KeepEvidence,
    settlement.SettlePayment,
    billing.ExpirePayment,
    billing.CancelPayment,
    subscriptions.AnnounceSubscription,
    subscriptions.GrantStars,
    subscriptions.GrantPlan,
    drafts.DiscardEmptyDraft,
    portraits.DiscardQuote,
    upkeep.SealDays,
)
"""Use cases that need the database only."""


class Container:
    """A punq container that gives back what it was asked for, in mypy's eyes too."""

    def __init__(self) -> None:
        self._punq = punq.Container()

    def lay(self, service: Any, instance: object) -> None:  # noqa: ANN401  (a Protocol is no ``type`` to mypy)
        """Register something that is open already."""
        self._punq.register(service, instance=instance)

    def build(self, *services: type) -> None:
        """Register classes that are made of what was laid."""
        for each in services:
            self._punq.register(each)

    def get(self, wanted: type[Wanted]) -> Wanted:
        """Return one of these.  Raises punq.MissingDependencyError."""
        found: Wanted = self._punq.resolve(wanted)
        return found


def cli_container(ground: Ground) -> Container:
    """Wire what commands on the database alone need."""
    container = Container()
    lay_ground(container, ground)
    return container


def lay_ground(container: Container, ground: Ground) -> None:
    """Register the database's ports and the use cases that stand on them."""
    store = ground.store
    container.lay(Clock, ground.clock)
    container.lay(Names, ground.names)
    container.lay(Catalogue, ground.catalogue)
    container.lay(Bots, ground.bots)
    container.lay(Redaction, ground.redaction)
    container.lay(Bell, ground.bell)
    container.lay(BeginUnitOfWork, store.begin)
    container.lay(Books, store.books)
    container.lay(Worklists, store.worklists)
    container.lay(Outbox, store.outbox)
    container.lay(Inbox, store.inbox)
    container.lay(Warden, store.warden)
    container.lay(Readiness, store.readiness)
    container.build(*ON_THE_GROUND)
