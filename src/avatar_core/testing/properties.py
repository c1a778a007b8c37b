"""How a suite's properties are run, and what is printed when one fails."""

from typing import Protocol

from hypothesis import HealthCheck, settings

SHARED_ADAPTER = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.differing_executors,  # a suite is there to be inherited
        HealthCheck.function_scoped_fixture,  # one adapter for all examples: each takes names of its own
        HealthCheck.too_slow,  # a database is asked
    ],
)
"""For a property of a suite; everything else is as in the Hypothesis profile that is loaded."""


class Printer(Protocol):
    """What Hypothesis prints a failing example with."""

    def text(self, obj: str) -> None:
        """Print a text."""
        ...


class Opaque:
    """What a failing example names by its kind only, because an adapter can hold very much."""

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: FBT001  Hypothesis calls it so
        printer.text(f"a {type(self).__name__}")
