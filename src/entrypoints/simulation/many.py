"""Many seeds, on as many processors as there are to spare."""

import contextlib
import logging
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

import structlog

from entrypoints.simulation.business import Outcome, run
from entrypoints.simulation.scenario import Scenario


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Log nothing meanwhile: what fails in a simulation is meant to."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def run_quietly(scenario: Scenario) -> Outcome:
    """Run one scenario in this process."""
    with quiet():
        return run(scenario)


def run_all(scenarios: Sequence[Scenario], jobs: int) -> Iterator[Outcome]:
    """Run scenarios and give each outcome as it comes; with one job in this process, in order."""
    if jobs == 1 or len(scenarios) == 1:
        yield from map(run_quietly, scenarios)
        return
    workers = min(jobs or os.cpu_count() or 1, len(scenarios))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(run_quietly, scenario) for scenario in scenarios}
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
