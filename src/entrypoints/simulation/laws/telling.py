"""Who hears what: customers their news, in order, and owners theirs; where nothing goes wrong, once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from adapters.memory import MemoryDatabase, RecordingMessenger
from avatar_core import events
from avatar_core.customers import Role
from avatar_core.events import Event
from avatar_core.ids import CustomerId, EventId, TelegramId
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import LATE, Oracle

NEWS = (
    events.PaymentCompleted
    | events.SubscriptionExpiring
    | events.SubscriptionEnded
    | events.SubscriptionExpired
    | events.TrainingSucceeded
    | events.TrainingFailed
    | events.TrainingCanceled
    | events.PortraitsDelivered
    | events.PortraitsFailed
)
"""What is told to its customer by a message of its own."""
OWNER_NEWS = (
    events.CustomerRegistered
    | events.PaymentCompleted
    | events.PaymentQuarantined
    | events.SubscriptionStarted
    | events.SubscriptionRenewed
    | events.TrainingFailed
    | events.PortraitsFailed
    | events.ProviderUnauthorized
    | events.ProviderPuzzling
)
"""What an owner is told."""
LONGEST_WAY = timedelta(days=2)
"""For so long news may be under way, when the messenger and the processes are away again and again."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Looks, in the end, at all that was told."""

    database: MemoryDatabase
    oracle: Oracle
    messenger: RecordingMessenger
    published: dict[EventId, int]
    owner: TelegramId
    calm: bool

    def wrong(self) -> Iterator[Broken]:
        """Go through what was not told as it should have been."""
        yield from self._customers()
        yield from self._owner()
        if self.calm:
            yield from self._twice()

    def _customers(self) -> Iterator[Broken]:
        """Whoever was away may have missed what happened meanwhile, and nothing else."""
        expected: dict[TelegramId, list[tuple[Event, bool]]] = {}
        for happening in self.database.happenings:
            event = happening.event
            if isinstance(event, NEWS):
                away = self.oracle.away(event.customer, happening.at - LATE, happening.at + LONGEST_WAY)
                expected.setdefault(self._person(event.customer), []).append((event, away))
        told: dict[TelegramId, list[Event]] = {}
        for message in self.messenger.told:
            if isinstance(message.news, NEWS) and message.address.role is Role.CUSTOMER:
                told.setdefault(message.address.telegram_id, []).append(message.news)
        for person in dict.fromkeys((*expected, *told)):
            if wrong := missed(expected.get(person, []), told.get(person, [])):
                yield Broken("everybody hears all news, in their order", str(person), wrong)

    def _person(self, customer: CustomerId) -> TelegramId:
        return self.database.customers[customer].telegram_id

    def _owner(self) -> Iterator[Broken]:
        """What happened twice is told twice, and whatever an owner is told has happened."""
        told = Counter(each.news for each in self.messenger.told if each.address.telegram_id == self.owner)
        happened: Counter[Event] = Counter(
            each.event for each in self.database.happenings if isinstance(each.event, OWNER_NEWS)
        )
        for news in happened | told:
            if told[news] < happened[news] or not happened[news]:
                yield Broken("an owner hears all news", news.name, f"{told[news]} times, not {happened[news]}: {news}")

    def _twice(self) -> Iterator[Broken]:
        happened = Counter(happening.event for happening in self.database.happenings)
        told = Counter((each.address.telegram_id, each.news) for each in self.messenger.told)
        for (person, news), times in told.items():
            if times > happened[news]:
                yield Broken("where nothing goes wrong all is told once", str(person), f"{times} times: {news}")
        albums = Counter(album.order for album in self.messenger.albums)
        for name, times in (*albums.items(), *self.published.items()):
            if times > 1:
                yield Broken("where nothing goes wrong all is told once", name, f"{times} times")


def missed(expected: list[tuple[Event, bool]], told: list[Event]) -> str | None:
    """Return what was not told in its turn, or None.

    Each expected one says whether it may be left out.  A message may come again, never ahead of its turn.
    """
    turn = 0
    for news in told:
        ahead = turn
        while ahead < len(expected) and expected[ahead][0] != news and expected[ahead][1]:
            ahead += 1
        if ahead < len(expected) and expected[ahead][0] == news:
            turn = ahead + 1
        elif news not in (each for each, _ in expected[:turn]):
            return f"{news.name} came before its turn"
    return next((f"{news.name} was not told" for news, may_miss in expected[turn:] if not may_miss), None)
