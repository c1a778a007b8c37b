"""A process killed between any two steps, then restarted, ends in the same state as without the kill.

``make test`` dies at a sample; ``make kills`` at every boundary that the undisturbed run has met.
"""

import pytest

from tests.kills.journeys import JOURNEYS, Journey
from tests.kills.matrix import Verdict, chosen, judge, play, sample, vital
from tests.kills.stage import Theatre

EVERY = 30


def named(journey: Journey) -> str:
    return journey.name.replace(" ", "-")


async def of(theatre: Theatre, journey: Journey, *, is_whole: bool) -> Verdict:
    undisturbed = await play(theatre, journey)
    every = chosen(undisturbed.passed)
    kills = every if is_whole else sorted({*sample(every, EVERY), *vital(every)}, key=every.index)
    return await judge(theatre, journey, undisturbed, kills)


def report(verdict: Verdict, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(verdict.lines()))  # noqa: T201  (the matrix's size and repeats are to be seen)


@pytest.mark.parametrize("journey", JOURNEYS, ids=named)
async def test_a_kill_at_a_sample_of_boundaries_changes_nothing(
    journey: Journey, theatre: Theatre, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = await of(theatre, journey, is_whole=False)
    report(verdict, capsys)
    assert verdict.killed
    assert not verdict.divergences


@pytest.mark.matrix
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("journey", JOURNEYS, ids=named)
async def test_a_kill_at_every_boundary_changes_nothing(
    journey: Journey, theatre: Theatre, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = await of(theatre, journey, is_whole=True)
    report(verdict, capsys)
    assert verdict.killed > len(verdict.unmet)
    assert not verdict.divergences
