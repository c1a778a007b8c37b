"""The whole business under faults: no seed breaks a law, and the same seed is the same run."""

import os
import subprocess
import sys

import pytest

from avatar_core.ids import PhotoRef
from avatar_core.use_cases.trainings import archive_of
from entrypoints.simulation.business import Business, Outcome
from entrypoints.simulation.many import run_quietly
from entrypoints.simulation.scenario import Faults, Scenario
from entrypoints.simulation.vendors import DAY_S

SIZE = (25, 30)


def simulated(seed: int, faults: str, size: tuple[int, int] = SIZE) -> Outcome:
    customers, days = size
    return run_quietly(Scenario(seed, customers, days, Faults.named(faults)))


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_law_is_broken_under_the_harshest_faults(seed: int) -> None:
    outcome = simulated(seed, "harsh")
    assert outcome.broken is None, "\n".join(outcome.last)
    assert outcome.steps > 1000


def test_no_law_is_broken_where_nothing_goes_wrong() -> None:
    outcome = simulated(1, "calm")
    assert outcome.broken is None
    assert not outcome.struck


def test_a_file_that_is_left_behind_on_the_last_day_is_swept_in_the_days_after() -> None:
    """An archive can be written while its training is stopped; harsh seed 2999 did so hours before the end."""
    business = Business(Scenario(1, 8, 20, Faults.named("calm")))
    strays: list[PhotoRef] = []

    async def leave_behind() -> None:
        ended = next(each.id for each in business.database.trainings if each.run.status.final)
        strays.append(archive_of(ended))
        await business.disk.put(strays[0], b"archive")

    business.loop.call_at(19.5 * DAY_S, lambda: business.spawn(leave_behind()))
    business.loop.drive(business.live())
    assert business.broken is None
    assert strays
    assert not business.disk.kept.keys() & set(strays)


def traced(hash_seed: str) -> subprocess.Popen[str]:
    words = ["simulate", "--seed", "5", "--customers", "8", "--days", "12", "--faults", "harsh", "--trace"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", "from entrypoints.cli import main; main()", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_the_same_seed_is_the_same_run_byte_for_byte_whatever_the_hash_seed() -> None:
    running = [traced("1"), traced("4242")]
    first, second = (each.communicate(timeout=170)[0] for each in running)
    assert [each.returncode for each in running] == [0, 0]
    assert first.count("\n") > 500
    assert first == second
