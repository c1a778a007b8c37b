"""A process killed between any two steps, then restarted, ends in the same state as without the kill.

``make test`` dies at a sample; ``make crash-matrix`` at every boundary that the undisturbed run has met.
"""

from collections.abc import Callable, Sequence

import pytest

from tests.crash_matrix import broken_rules
from tests.crash_matrix.boundaries import Boundary
from tests.crash_matrix.journeys import DELIVER, JOURNEYS, ORDER, TRAIN_IN_VAIN
from tests.crash_matrix.matrix import FIGURES, LINES, Run, Verdict, all_of, chosen, judge, matching, undisturbed
from tests.crash_matrix.purchases import BUY, BUY_AT_THE_SHOP
from tests.crash_matrix.script import Journey
from tests.crash_matrix.stage import Theatre

SAMPLE = JOURNEYS[::2]
"""Most of those in which rules are broken below are among them, so that they are played undisturbed only once."""
TRIES = 4
"""Whoever misses its death dies at the next boundary: some come up only when one of two things was slower."""
PATIENT_S = 600
"""Half a minute on two idle cores; a busy machine may take its time."""
ANSWERED = "after answer POST /robokassa/result 200 #1"
RULES = (
    (broken_rules.answer_before_evidence, BUY_AT_THE_SHOP, ANSWERED, "there is no such notice"),
    (broken_rules.publish_before_commit, BUY, "after publish payment.completed #1", ": published: "),
    (broken_rules.capture_before_delivery, DELIVER, "before messenger.send_images #1", ": missing message: "),
    (broken_rules.submit_without_asking, ORDER, "after trainer.submit #1", ": trainings at the provider: "),
    (broken_rules.drop_one_release, TRAIN_IN_VAIN, "before inbox.keep replicate  #1", ": holds: "),
)
"""What is broken, in which journey, where it dies, and how what comes of it differs."""
MOST_UNMET = 0.1
"""Of a journey's boundaries: a few depend on which of two things was slower, and then nobody dies there."""

Recording = Callable[[str, object], None]


def named(journey: Journey) -> str:
    return journey.name.replace(" ", "-")


def nth(boundaries: Sequence[Boundary], place: int) -> Boundary:
    return boundaries[place % len(boundaries)]


@pytest.mark.timeout(PATIENT_S)
async def test_a_kill_somewhere_in_a_journey_changes_nothing(theatre: Theatre) -> None:
    normal = await undisturbed(theatre, SAMPLE)
    verdict, alive = Verdict("a sample"), list(enumerate(zip(SAMPLE, normal, strict=True)))
    for further in range(TRIES):
        runs = [Run(journey, nth(chosen(play.passed), 7 * place + further)) for place, (journey, play) in alive]
        plays = await all_of(theatre, runs)
        for run, (_, (_, as_it_should_be)), play in zip(runs, alive, plays, strict=True):
            verdict.enter(run.fatal, play, as_it_should_be.endings[0])
        alive = [each for each, play in zip(alive, plays, strict=True) if not play.kills]
    assert not verdict.divergences
    assert not alive


@pytest.mark.timeout(PATIENT_S)
async def test_rules_broken_on_purpose_are_found(theatre: Theatre) -> None:
    normal = await undisturbed(theatre, [journey for _, journey, _, _ in RULES])
    runs = [
        Run(journey, fatal, broken=rule.__name__)
        for (rule, journey, where, _), play in zip(RULES, normal, strict=True)
        for fatal in matching(chosen(play.passed), where)
    ]
    assert len(runs) == len(RULES)
    unfound = {}
    for run, play, (*_, differs) in zip(runs, await all_of(theatre, runs), RULES, strict=True):
        verdict = Verdict(run.journey.name)
        verdict.enter(run.fatal, play, theatre.normal[run.journey.name].endings[0])
        if not any(differs in each for each in verdict.divergences):
            unfound[run.broken] = verdict.divergences
    assert not unfound


@pytest.mark.matrix
@pytest.mark.timeout(6 * PATIENT_S)
@pytest.mark.parametrize("journey", JOURNEYS, ids=named)
async def test_a_kill_at_every_boundary_changes_nothing(
    journey: Journey, theatre: Theatre, record_property: Recording
) -> None:
    (normal,) = await undisturbed(theatre, [journey])
    verdict = await judge(theatre, journey, chosen(normal.passed))
    record_property(FIGURES, verdict.figures)
    record_property(LINES, list(verdict.lines()))
    assert len(verdict.unmet) <= max(1, MOST_UNMET * verdict.tried)
    assert not verdict.divergences
