"""Hypothesis profiles: `pytest --hypothesis-profile long`.  In CI the default run is the same every time."""

import os

from hypothesis import HealthCheck, settings

IN_CI = bool(os.environ.get("CI"))
PATIENT = settings(
    deadline=None,
    derandomize=IN_CI,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

settings.register_profile("default", PATIENT, max_examples=50, stateful_step_count=40)
settings.register_profile("postgres", PATIENT, max_examples=10, stateful_step_count=20)
settings.register_profile("long", PATIENT, max_examples=2_000, stateful_step_count=100, derandomize=False)
settings.load_profile("default")

pytest_plugins = ["tests.fixtures_postgres", "tests.fixtures_database"]
