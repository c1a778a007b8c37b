"""A busy Telegram: what can be delivered is sent once, none of it before its time, and no chat waits for others.

Time stands still until it is pushed, so that "does not wait" means exactly that.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from adapters.telegram.messenger import Rendering, TelegramMessenger
from avatar_core import ports
from avatar_core.customers import Address
from avatar_core.events import Event
from avatar_core.ids import CustomerId, TelegramId
from avatar_core.money import Stars
from avatar_core.testing.examples import MINUTE
from avatar_core.use_cases.customers import Visit
from avatar_core.use_cases.operations import CarryOut
from avatar_core.use_cases.subscriptions import Gift, GrantStars
from entrypoints.bot.renderer import EventRenderer
from entrypoints.logs import Redaction
from entrypoints.sandbox.telegram import Customer
from entrypoints.sandbox.telegram.faults import Fault, FaultKind
from entrypoints.worker.bell import Bell
from entrypoints.worker.patience import Patience
from entrypoints.worker.tasks import Pace, TaskLoop
from tests.entrypoints.bot.stage import FIRST, Stage, stage_of

EACH = 5
"""Messages to one person, one after the other."""
CALM, BUSY, BROKEN, GONE, REFUSED = "calm", "busy", "broken", "gone", "refused"
KINDS = [BUSY, BUSY, BROKEN, GONE, REFUSED, CALM, CALM, CALM, CALM, CALM]
"""Of ten people two hear 429, one 502; one has blocked the bot; one would get what Telegram answers with 400."""


@dataclass
class Spoiling:
    """Words the news, but some people's so that Telegram will not take them."""

    renderer: EventRenderer
    victims: set[TelegramId] = field(default_factory=set)

    def render(self, address: Address, news: Event) -> Rendering:
        told = self.renderer.render(address, news)
        return Rendering("<b>never closed") if address.telegram_id in self.victims else told


@dataclass
class Storm:
    """The people, and what each of them has to suffer."""

    stage: Stage
    spoiling: Spoiling
    people: dict[CustomerId, tuple[Customer, str]] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Customer]:
        return [person for person, kind in self.people.values() if kind in kinds]

    def told(self, person: Customer) -> list[str]:
        return [one.text for one in person.received]

    async def gather(self, count: int, chance: random.Random) -> None:
        stage, faults = self.stage, self.stage.telegram.faults
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            person = stage.telegram.person(f"Fan {number}", language_code="en")
            await person.write("/start")
            visit = Visit(FIRST, TelegramId(person.person_id), person.person.first_name, "en")
            self.people[(await stage.desk.welcome(visit)).customer.id] = person, kind
            if kind == BUSY:
                wait_s, times = chance.randint(1, 60), chance.randint(1, 3)
                faults.add(Fault(FaultKind.TOO_MANY, "send*", times, seconds=wait_s, chat_id=person.person_id))
            elif kind == BROKEN:
                faults.add(Fault(FaultKind.SERVER_ERROR, "send*", chance.randint(1, 3), chat_id=person.person_id))
            elif kind == GONE:
                await person.block()
            elif kind == REFUSED:
                self.spoiling.victims.add(TelegramId(person.person_id))
        for amount in range(1, EACH + 1):
            for customer in self.people:
                await stage.make(GrantStars)(customer, Stars.of(amount), Gift(f"{customer}-{amount}", "a friend"))


@contextlib.asynccontextmanager
async def a_storm(messages: int) -> AsyncIterator[Storm]:
    async with stage_of() as stage:
        spoiling = Spoiling(EventRenderer(stage.catalogue))
        for bot in stage.bots.values():
            bot.session.timeout = 300.0  # a machine that is busy with other things is not what is tested here
        stage.parts[ports.Messenger] = TelegramMessenger(stage.bots, spoiling)
        clock = stage.telegram.clock
        clock._source, clock._started_s = lambda: stage.clock.now().timestamp(), stage.clock.now().timestamp()
        storm, chance = Storm(stage, spoiling), random.Random(7)
        await storm.gather(messages // EACH, chance)
        loop = TaskLoop(
            "worker", stage.outbox, stage.make(CarryOut), stage.clock, Bell(), Patience(chance), Redaction(),
            Pace(at_once=32, look_every_s=0.005, lease_s=86_400.0),
        )  # fmt: skip
        stop = asyncio.Event()
        running = asyncio.create_task(loop.run(stop))
        try:
            yield storm
        finally:
            stop.set()
            await running


async def quiet(storm: Storm) -> int:
    """Wait until nothing more happens at this moment; return how many tasks wait for a later one."""
    database, now = storm.stage.database, storm.stage.clock.now()
    async with asyncio.timeout(900):
        while True:
            left = sorted((row for row in database.tasks if not row.done and not row.dead), key=lambda row: row.number)
            first = {row.task.lane: row for row in reversed(left)}.values()
            if not any(row.task.due_at <= now or row.worker for row in first):
                return len(left)
            await asyncio.sleep(0.02 + len(left) / 20_000)  # looking costs the more, the more is left


async def weather(messages: int) -> None:
    with capture_logs():
        async with a_storm(messages) as storm:
            await quiet(storm)
            # no time has passed: whoever is not hit has everything, whatever becomes of the others
            assert {len(storm.told(person)) for person in storm.of(CALM)} == {EACH}
            assert not any(storm.told(person) for person in storm.of(GONE, REFUSED))
            assert {len(storm.told(person)) for person in storm.of(BUSY, BROKEN)} == {0}
            for _ in range(600):
                storm.stage.clock.advance(MINUTE / 60)
                if not await quiet(storm):
                    break
            await arrived(storm)


async def arrived(storm: Storm) -> None:
    stage = storm.stage
    for person in storm.of(CALM, BUSY, BROKEN):
        amounts = [text.partition(" ⭐")[0].rpartition(" ")[2].lstrip("+") for text in storm.told(person)]
        assert amounts == [str(amount) for amount in range(1, EACH + 1)], storm.told(person)
    assert not any(storm.told(person) for person in storm.of(GONE, REFUSED))
    assert stage.telegram.faults.early_retries == 0
    assert len(await stage.outbox.dead(10_000)) == EACH * len(storm.of(REFUSED))
    for person in storm.of(GONE):
        assert not (await stage.dossier(person)).customer.reachable


async def test_a_storm_loses_doubles_and_delays_nothing() -> None:
    await weather(200)


@pytest.mark.matrix
@pytest.mark.timeout(1200)
async def test_a_great_storm_loses_doubles_and_delays_nothing() -> None:
    await weather(5_000)
