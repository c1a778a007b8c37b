"""One simulated business, from its first customer to the day on which nothing is left to do."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

from adapters.memory import CountingNames, MemoryBooks
from adapters.replicate.settings import RunKind
from avatar_core.bots import BotProfile, Bots
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import AvatarError
from avatar_core.ids import NetworkId, TelegramId
from avatar_core.runs import Report
from entrypoints.notices import TakeRunNotice
from entrypoints.simulation.alarms import NOTICES, Alarms
from entrypoints.simulation.audit import Audit, Broken
from entrypoints.simulation.behaviours import BEHAVIOURS, WEIGHTS
from entrypoints.simulation.laws.every import Laws
from entrypoints.simulation.laws.goods import Outlets
from entrypoints.simulation.life import Fate, Killed
from entrypoints.simulation.liveness import Aftermath
from entrypoints.simulation.loop import SeededLoop
from entrypoints.simulation.notices import ROUBLES, STARS, written
from entrypoints.simulation.oracle import Oracle
from entrypoints.simulation.panels import faults_in
from entrypoints.simulation.person import BOT, Person, Silence, Street
from entrypoints.simulation.process import Outside, Parts, Site, ToldOutbox
from entrypoints.simulation.provider import Office, Painter, Trainer
from entrypoints.simulation.rails import RoublesRail, StarsRail, Till
from entrypoints.simulation.scenario import Fault, Luck, Scenario
from entrypoints.simulation.staff import Staff
from entrypoints.simulation.trace import Trace
from entrypoints.simulation.vendors import DAY_S, HOUR_S, Disk, Post, Press, Weather
from entrypoints.simulation.work import Ledger

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
COMING = 0.6
"""The share of the days within which customers come for the first time."""
BETWEEN_VISITS_S = 3 * DAY_S
RUN_ON_DAYS = 10
"""Photos are kept for a week, and an order lives for a day: after so long nothing may be left."""
OWNER = TelegramId(42)
CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)
PARTS = Parts()


@dataclass(frozen=True, slots=True)
class Day:
    """How the business stood at the end of a day; what is counted is counted since the beginning."""

    number: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario."""

    scenario: Scenario
    broken: Broken | None
    steps: int
    days: tuple[Day, ...]
    last: tuple[str, ...]
    """The last lines of the trace."""
    struck: Counter[Fault] = field(default_factory=Counter)

    @property
    def counts(self) -> dict[str, int]:
        """How the business stood at the end of its last day, and every fault that struck."""
        return {**(self.days[-1].counts if self.days else {}), **faults_in(self.struck)}


class _LoopClock:
    """Tells the loop's time."""

    def __init__(self, loop: SeededLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        """Return the time."""
        return BEGINNING + timedelta(seconds=self._loop.time())


class Business:
    """Everything of one run, laid out."""

    def __init__(self, scenario: Scenario, parts: Parts = PARTS, write: Callable[[str], object] | None = None) -> None:
        self.scenario = scenario
        self.broken: Broken | None = None
        self.days: list[Day] = []
        self.loop = SeededLoop(scenario.chance("loop"))
        self.luck = Luck(scenario.faults)
        self.trace = Trace(self.loop.time, write)
        self.clock = _LoopClock(self.loop)
        self.database, self.oracle = parts.database(), Oracle()
        self.staff = Staff(scenario, self.loop)
        self.staff.beginning = BEGINNING
        self.alarms = Alarms(self.loop, scenario.chance("alarms"), BEGINNING, self.staff.living)
        self.audit = Audit(self.database, self.oracle, self.broke)
        self.laws = Laws(self.database, self.oracle, self.clock.now, calm=not scenario.faults.kinds)
        self.books = MemoryBooks(self.database, self.clock)
        self._spawned: dict[object, None] = {}
        self._notices = 0
        self._chance = scenario.chance("notices")
        self._lay_vendors()
        self._open_site(parts)
        self._people()

    def _lay_vendors(self) -> None:
        office = Office(self.oracle, self._tell, self.spawn)
        front, note = self.staff.front, self.trace.note
        till = Till(self.oracle, self.clock, front, self.spawn, note, self.broke, self.laws.approvals)
        self.post = Post(self._weather("messenger"), self.oracle, self.clock)
        self.trainer = Trainer(self._weather("trainer"), office)
        self.disk = Disk(self._weather("disk"), self.clock)
        self.press = Press(self._weather("press"))
        self.rails = (StarsRail(self._weather("stars"), till), RoublesRail(self._weather("roubles"), till))
        painter = Painter(self._weather("painter"), office)
        self.laws.lay_down(self.audit, Outlets(self.trainer.memory, painter.memory, self.post.memory, self.disk))
        self.outside = Outside(
            trainer=self.trainer,
            painter=painter,
            messenger=self.post,
            store=self.disk,
            publisher=self.press,
        )

    def _weather(self, name: str) -> Weather:
        return Weather(self.scenario.chance(name), self.luck, self.loop.time)

    def _open_site(self, parts: Parts) -> None:
        outbox = ToldOutbox(self.database)
        outbox.put_off = self.staff.wake_at
        profile = BotProfile(BOT, NetworkId(BOT), (OWNER,), gateways=(STARS, ROUBLES))
        self.staff.fate = Fate(self.loop, self.luck, self.trace, self.staff.shaken)
        self.staff.started = self.alarms.started
        self.staff.site = Site(
            ledger=Ledger(self.database, CountingNames(), self.clock, self.audit, self.alarms.committed),
            outbox=outbox,
            catalogue=CATALOGUE,
            bots=Bots({BOT: profile}),
            outside=self.outside,
            parts=parts,
            broke=self.broke,
            rung=self.staff.rung,
            failed=self.alarms.later,
        )

    def _people(self) -> None:
        street = Street(
            front=self.staff.front,
            rails=self.rails,
            post=self.post,
            oracle=self.oracle,
            luck=self.luck,
            note=self.trace.note,
            broke=self.broke,
            clock=self.clock,
            plans=self.laws.plans,
        )
        numbers = (each for each in range(1, self.scenario.customers + 1) if each not in self.scenario.without)
        self.people = [Person(each, street, self.scenario.chance(f"customer {each}")) for each in numbers]
        for person in self.people:
            person.strangers = self.people

    def broke(self, broken: Broken) -> None:
        """Keep the first law that does not hold, and stop."""
        if self.broken is None:
            self.trace.note("the law", "is broken:", broken)
            self.broken = broken
            self.loop.halted = True

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Let something go on outside of every process."""
        task = self.loop.create_task(self._guarded(work))
        self._spawned[task] = None
        task.add_done_callback(self._spawned.pop)

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as error:
            self.broke(Broken("the simulation itself does not break", type(error).__name__, str(error)))
            raise

    # --- what goes on

    async def live(self) -> None:
        """Go through the days, then let the faults end and time run on until nothing may be left to do."""
        self.staff.open()
        lives = [self.loop.create_task(self._guarded(self._life(person))) for person in self.people]
        for number in range(1, self.scenario.days + 1):
            await asyncio.sleep(number * DAY_S - self.loop.time())
            await self._end_day(number)
        self.luck.over = True
        self.trace.note("the world", "has no faults any more")
        await asyncio.gather(*lives)
        await self._run_on()
        await self._end_day(self.scenario.days + RUN_ON_DAYS)
        self._look_back()

    def _look_back(self) -> None:
        seen = Aftermath(self.database, self.oracle, self.trainer, self.disk, self.press)
        for each in chain(seen.left_undone(), self.laws.broken_in_the_end(self.press, OWNER)):
            self.broke(each)

    async def _run_on(self) -> None:
        """Let days pass in which nobody comes, with their rounds."""
        for _ in range(RUN_ON_DAYS):
            self.alarms.all_soon()
            await asyncio.sleep(DAY_S)
            self._look_at_plans()

    def _look_at_plans(self) -> None:
        for each in self.laws.plans.running():
            self.broke(each)

    async def _life(self, person: Person) -> None:
        days_s = self.scenario.days * DAY_S
        await asyncio.sleep(person.chance.uniform(0, COMING * days_s))
        while self.loop.time() < days_s:
            behaviour = person.chance.choices(BEHAVIOURS, WEIGHTS)[0]
            try:
                seen = await person.comes()
                self.trace.note(person.name, "does", type(behaviour).__name__)
                await behaviour(person, seen)
            except (AvatarError, Silence) as refusal:
                self.trace.note(person.name, "gives up:", type(refusal).__name__)
            await asyncio.sleep(person.chance.expovariate(1 / BETWEEN_VISITS_S))

    async def _end_day(self, number: int) -> None:
        """Note how the business stands; once a week and on the last day check all books, beyond what was written."""
        self.alarms.all_soon()
        self._look_at_plans()
        if number % 7 == 0 or number >= self.scenario.days:
            for violation in await self.books.violations():
                self.broke(Broken(violation.law, violation.subject, violation.detail))
        counts = {**self.audit.totals, **faults_in(self.luck.struck)}
        counts |= {"customers": len(self.database.customers.taken()), "in hand": self.audit.in_hand}
        counts |= Counter(f"training {training.run.status}" for training in self.database.trainings)
        counts |= Counter(f"portraits {order.run.status}" for order in self.database.orders)
        self.days.append(Day(number, counts))

    # --- the provider's notices

    def _tell(self, kind: RunKind, order: str, report: Report) -> None:
        """Send a notice about a run: late, several times, or not at all."""
        self._notices += 1
        headers, body = {"webhook-id": f"notice-{self._notices}"}, written(kind, order, report)
        if self.luck.strikes(Fault.LOSS, self._chance):
            return
        times = self._chance.randint(2, 4) if self.luck.strikes(Fault.REPEAT, self._chance) else 1
        late = self.luck.strikes(Fault.DELAY, self._chance)
        for _ in range(times):
            self.spawn(self._bring(headers, body, self._chance.uniform(0, 3 * HOUR_S if late else 2)))

    async def _bring(self, headers: dict[str, str], body: bytes, after_s: float) -> None:
        await asyncio.sleep(after_s)
        process = self.staff.front()
        if process is None:
            return
        self.alarms.set(NOTICES, self.loop.time() + 12)
        try:
            await process.of(TakeRunNotice).receive(headers, body, "")
        except (AvatarError, Killed):
            return


def run(scenario: Scenario, parts: Parts = PARTS, write: Callable[[str], object] | None = None) -> Outcome:
    """Run a scenario."""
    business = Business(scenario, parts, write)
    business.loop.drive(business.live(), scenario.steps)
    if business.broken is None and business.loop.accidents:
        raise business.loop.accidents[0]
    return Outcome(
        scenario,
        business.broken,
        business.loop.steps,
        tuple(business.days),
        business.trace.last(),
        business.luck.struck,
    )
