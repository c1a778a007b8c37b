"""What must follow an event, written beside it in the same transaction and carried out by the worker.

Tasks of one lane are carried out in the order of their events: a customer reads the news in the order it happened.
What is done for an order has a lane for each order, which lives and dies by deadlines of its own.  Each kind of
reaction is claimed for itself, so that a provider who is slow or away does not hold up the news.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from avatar_core import events
from avatar_core.events import Event
from avatar_core.ids import EventId


class Reaction(StrEnum):
    """The kinds of work that follow events."""

    TELL_CUSTOMER = "tell-customer"
    TELL_OWNER = "tell-owner"
    SUBMIT_TRAINING = "submit-training"
    SUBMIT_PORTRAITS = "submit-portraits"
    DELIVER_PORTRAITS = "deliver-portraits"
    DROP_FILES = "drop-files"
    STOP_TRAINING = "stop-training"
    PUBLISH = "publish"


_TOLD_IN_ORDER = frozenset({Reaction.TELL_CUSTOMER, Reaction.TELL_OWNER, Reaction.PUBLISH})


def of_each(limit: int) -> Mapping[Reaction, int]:
    """Return room for so many tasks of each kind."""
    return dict.fromkeys(Reaction, limit)


_FOLLOWING: dict[type, tuple[Reaction, ...]] = {
    events.CustomerRegistered: (Reaction.TELL_OWNER,),
    events.PaymentOpened: (),
    events.PaymentCompleted: (Reaction.TELL_CUSTOMER, Reaction.TELL_OWNER),
    events.PaymentExpired: (),
    events.PaymentQuarantined: (Reaction.TELL_OWNER,),
    events.SubscriptionStarted: (Reaction.TELL_OWNER,),
    events.SubscriptionRenewed: (Reaction.TELL_OWNER,),
    events.SubscriptionExpiring: (Reaction.TELL_CUSTOMER,),
    events.SubscriptionEnded: (Reaction.TELL_CUSTOMER,),
    events.SubscriptionExpired: (Reaction.TELL_CUSTOMER,),
    events.StarsGranted: (Reaction.TELL_CUSTOMER,),
    events.TrainingRequested: (Reaction.TELL_CUSTOMER, Reaction.SUBMIT_TRAINING),
    events.TrainingSubmitted: (),
    events.TrainingProgressed: (Reaction.TELL_CUSTOMER,),
    events.TrainingDelayed: (Reaction.TELL_CUSTOMER,),
    events.TrainingSucceeded: (Reaction.TELL_CUSTOMER, Reaction.DROP_FILES),
    events.TrainingFailed: (
        Reaction.TELL_CUSTOMER,
        Reaction.TELL_OWNER,
        Reaction.DROP_FILES,
        Reaction.STOP_TRAINING,
    ),
    events.TrainingCanceled: (Reaction.TELL_CUSTOMER, Reaction.DROP_FILES, Reaction.STOP_TRAINING),
    events.PortraitsRequested: (Reaction.SUBMIT_PORTRAITS,),
    events.PortraitsPainted: (Reaction.DELIVER_PORTRAITS,),
    events.PortraitsDelayed: (Reaction.TELL_CUSTOMER,),
    events.PortraitsDelivered: (Reaction.TELL_CUSTOMER,),
    events.PortraitsFailed: (Reaction.TELL_CUSTOMER, Reaction.TELL_OWNER),
    events.ProviderUnauthorized: (Reaction.TELL_OWNER,),
    events.ProviderPuzzling: (Reaction.TELL_OWNER,),
    events.DraftDiscarded: (Reaction.DROP_FILES,),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it is stored: with its id, unique for ever, and its time."""

    id: EventId
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One reaction to one event; (event id, reaction) is its identity."""

    happening: Happening
    reaction: Reaction
    lane: str
    due_at: datetime
    attempts: int = 0
    """How often it was begun, this time included once it is claimed."""
    error: str | None = None

    @property
    def id(self) -> str:
        """Name the task."""
        return f"{self.happening.id}:{self.reaction}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A task that was given up, in words: its event may be one that this version of the program cannot read."""

    id: str
    event: str
    """The event's name."""
    at: datetime
    """When the event happened."""
    attempts: int
    error: str
    """Why it was given up."""


def tasks_after(happening: Happening) -> tuple[Task, ...]:
    """Return what must follow an event."""
    reactions = (*_FOLLOWING[type(happening.event)], Reaction.PUBLISH)
    return tuple(Task(happening, each, _lane(each, happening.event), happening.at) for each in reactions)


def _lane(reaction: Reaction, event: Event) -> str:
    names = ("customer", "bot") if reaction in _TOLD_IN_ORDER else ("training", "order")
    subjects = (getattr(event, name, None) for name in names)
    return f"{reaction}:{next(filter(None, subjects), 'house')}"
