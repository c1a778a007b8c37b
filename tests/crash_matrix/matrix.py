"""The matrix: each journey undisturbed, then once for each boundary in it, with a kill there."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.crash_matrix.boundaries import Boundary
from tests.crash_matrix.ending import Ending, ending_of
from tests.crash_matrix.product import Launcher
from tests.crash_matrix.script import Journey
from tests.crash_matrix.stage import Stage, Theatre

MOST_OF_A_KIND = 3
"""Of what is called again and again (asking how a run goes), so many of each are tried."""
MOST_REPEATS = 3
"""Once all is over, vendors say everything again, so often."""
AGAIN_S = 0.1
"""What a repeated notice sets off comes within a moment, if at all."""

FIGURES, LINES = "figures of the crash matrix", "lines of the crash matrix"
"""What a journey's test records, for the sum at the end."""
Figures = tuple[int, int, int, int, int]
"""A journey's boundaries, kills, divergences, repeated messages and boundaries not met."""


@dataclass(frozen=True, slots=True)
class Play:
    """What one run came to: its ending, and the one after everything was said again; no ending when it got stuck."""

    endings: tuple[Ending, ...]
    passed: tuple[Boundary, ...]
    kills: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be played, and with which disturbance."""

    journey: Journey
    fatal: Boundary | None = None
    repeats: int = 1
    broken: str | None = None


@dataclass
class Verdict:
    """What a journey's kills came to."""

    journey: str
    tried: int = 0
    killed: int = 0
    unmet: list[Boundary] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    divergences: list[str] = field(default_factory=list)

    @property
    def figures(self) -> Figures:
        return self.tried, self.killed, len(self.divergences), self.repeats.total(), len(self.unmet)

    def lines(self) -> Iterable[str]:
        yield f"{self.journey}: {self.tried} boundaries, {self.killed} kills, {len(self.divergences)} divergences"
        yield from (f"    repeated {count} ×: {kind!r}" for kind, count in sorted(self.repeats.items()))
        if self.unmet:
            yield f"    not met this time: {', '.join(map(str, self.unmet))}"
        yield from (f"    DIVERGES {each}" for each in self.divergences)

    def enter(self, fatal: Boundary | None, play: Play, expected: Ending) -> None:
        """Compare one run's endings with the undisturbed one."""
        where = str(fatal or "undisturbed")
        self.tried += 1
        self.killed += play.kills
        if fatal is not None and not play.kills:
            self.unmet.append(fatal)
        if not play.endings:
            self.divergences.append(f"{where}: {play.trouble}")
            return
        self.repeats += play.endings[-1].repeats(expected)
        found = dict.fromkeys(each for ending in play.endings for each in ending.differs_from(expected))
        self.divergences += [f"{where}: {each}" for each in found]


def sum_of(figures: Sequence[Figures]) -> str:
    """Return the size of the matrix and what it came to."""
    boundaries, kills, divergences, repeats, unmet = map(sum, zip(*figures, strict=True))
    return (
        f"The crash matrix: {len(figures)} journeys, {boundaries} boundaries, {kills} kills, "
        f"{divergences} divergences, {repeats} repeated messages, {unmet} boundaries not met"
    )


async def play(theatre: Theatre, launcher: Launcher, run: Run) -> Play:
    """Play a journey once, with a kill or without, and then let everything be said again."""
    async with theatre.stage(launcher, run.journey.beginning, run.fatal, run.broken) as stage:
        endings: list[Ending] = []
        try:
            await _walk(stage, run)
            endings.append(await ending_of(stage))
            await _say_again(stage, run)
            endings.append(await ending_of(stage))
        except TimeoutError as stuck:
            return Play((), tuple(stage.passed()), stage.product.kills, str(stuck))
        return Play(tuple(endings), tuple(stage.passed()), stage.product.kills)


async def _walk(stage: Stage, run: Run) -> None:
    await stage.quiet()
    await run.journey.approach(stage)
    stage.arm()
    await run.journey.act(stage)
    await stage.quiet(run.journey.over)
    if run.fatal is not None:
        await stage.dead_by_now()
        await stage.quiet(run.journey.over)


async def _say_again(stage: Stage, run: Run) -> None:
    for _ in range(run.repeats):
        await stage.repeat_notices()
        await stage.quiet(run.journey.over)
    await asyncio.sleep(AGAIN_S)
    await stage.quiet(run.journey.over)


def chosen(passed: Sequence[Boundary]) -> list[Boundary]:
    """Return the boundaries to die at, in the order they were met."""
    return [each for each in dict.fromkeys(passed) if each.occurrence <= MOST_OF_A_KIND]


def matching(boundaries: Sequence[Boundary], pattern: str) -> list[Boundary]:
    """Return those whose names match."""
    return [each for each in boundaries if re.search(pattern, str(each))]


async def all_of(theatre: Theatre, runs: Sequence[Run]) -> list[Play]:
    """Play all of these, as many at once as there are launchers; whoever did not meet its death is played again."""
    waiting, plays = list(enumerate(runs)), dict[int, Play]()

    async def work(launcher: Launcher) -> None:
        while waiting:
            place, run = waiting.pop(0)
            played = await play(theatre, launcher, run)
            missed = run.fatal is not None and not played.kills
            plays[place] = await play(theatre, launcher, run) if missed else played

    await asyncio.gather(*(work(each) for each in theatre.launchers))
    return [plays[place] for place in range(len(runs))]


async def undisturbed(theatre: Theatre, journeys: Sequence[Journey]) -> list[Play]:
    """Play each once as it should go, and make sure that it does; what was played before is remembered."""
    missing = [each for each in journeys if each.name not in theatre.normal]
    for journey, each in zip(missing, await all_of(theatre, [Run(each) for each in missing]), strict=True):
        _require_good(journey, each)
        theatre.normal[journey.name] = each
    return [theatre.normal[each.name] for each in journeys]


def _require_good(journey: Journey, normal: Play) -> None:
    assert normal.endings, f"{journey.name}: {normal.trouble}"
    first, again = normal.endings
    assert not list(again.differs_from(first)), journey.name
    assert first.facts["violations"] == []
    assert first.facts["dead letters"] == []


async def judge(theatre: Theatre, journey: Journey, kills: Sequence[Boundary], broken: str | None = None) -> Verdict:
    """Die at each of these boundaries and compare every ending with the undisturbed one."""
    (normal,) = await undisturbed(theatre, [journey])
    runs = [Run(journey, fatal, 1 + place % MOST_REPEATS, broken) for place, fatal in enumerate(kills)]
    verdict = Verdict(journey.name)
    for run, each in zip(runs, await all_of(theatre, runs), strict=True):
        verdict.enter(run.fatal, each, normal.endings[0])
    return verdict
