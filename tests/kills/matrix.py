"""The matrix: each journey undisturbed, then once for each boundary in it, with a kill there."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.kills.boundaries import Boundary
from tests.kills.ending import Ending, ending_of
from tests.kills.journeys import Journey
from tests.kills.stage import Stage, Theatre

MOST_OF_A_KIND = 3
"""Of what is called again and again (asking how a run goes), so many of each are tried."""
ALWAYS = re.compile(r"(after commit|(before|after) (trainer|painter)\.submit|after Replicate POST .*/trainings) .*#1")
"""Where money and runs have just come to be: tried in the short form too."""


@dataclass(frozen=True, slots=True)
class Play:
    """What one run came to."""

    ending: Ending | None
    passed: tuple[Boundary, ...]
    kills: int
    trouble: str = ""


@dataclass
class Verdict:
    """What a journey's kills came to."""

    journey: str
    tried: int = 0
    killed: int = 0
    unmet: list[Boundary] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    divergences: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        yield f"{self.journey}: {self.tried} boundaries, {self.killed} kills, {len(self.divergences)} divergences"
        yield from (f"    repeated {count} ×: {kind!r}" for kind, count in sorted(self.repeats.items()))
        if self.unmet:
            yield f"    not met this time: {', '.join(map(str, self.unmet))}"
        yield from (f"    DIVERGES {each}" for each in self.divergences)


async def play(theatre: Theatre, journey: Journey, fatal: Boundary | None = None) -> Play:
    """Play a journey once, with a kill or without."""
    async with theatre.stage(journey.beginning, fatal) as stage:
        try:
            await _walk(stage, journey, fatal)
            ending = await ending_of(stage)
        except TimeoutError as stuck:
            return Play(None, tuple(stage.passed()), stage.product.kills, str(stuck))
        return Play(ending, tuple(stage.passed()), stage.product.kills)


async def _walk(stage: Stage, journey: Journey, fatal: Boundary | None) -> None:
    await stage.quiet("true")
    await journey.approach(stage)
    stage.arm()
    await journey.act(stage)
    await stage.quiet(journey.over)
    if fatal is not None:
        await stage.dead_by_now()
        await stage.quiet(journey.over)


def chosen(passed: Sequence[Boundary]) -> list[Boundary]:
    """Return the boundaries to die at, in the order they were met."""
    return [each for each in dict.fromkeys(passed) if each.occurrence <= MOST_OF_A_KIND]


def sample(boundaries: Sequence[Boundary], every: int) -> list[Boundary]:
    """Return every n-th of them."""
    return list(boundaries[every // 2 :: every])


def vital(boundaries: Sequence[Boundary]) -> list[Boundary]:
    """Return those where money moves or a run begins."""
    return [each for each in boundaries if ALWAYS.fullmatch(str(each))]


async def judge(theatre: Theatre, journey: Journey, undisturbed: Play, kills: Sequence[Boundary]) -> Verdict:
    """Die at each of these boundaries and compare every ending with the undisturbed one."""
    verdict = Verdict(journey.name)
    expected = undisturbed.ending
    assert expected is not None, undisturbed.trouble
    for fatal in kills:
        _enter(verdict, fatal, await play(theatre, journey, fatal), expected)
    return verdict


def _enter(verdict: Verdict, fatal: Boundary, play: Play, expected: Ending) -> None:
    verdict.tried += 1
    verdict.killed += play.kills
    if not play.kills:
        verdict.unmet.append(fatal)
    if play.ending is None:
        verdict.divergences.append(f"{fatal}: {play.trouble}")
        return
    verdict.repeats += play.ending.repeats(expected)
    verdict.divergences += [f"{fatal}: {each}" for each in play.ending.differs_from(expected)]
