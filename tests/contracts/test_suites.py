"""No port is without a suite, and no suite without two adapters: the one in memory and a real one."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from avatar_core import ports
from avatar_core.testing.suites import SUITES

FILLED = [import_module(f"tests.contracts.{path.stem}") for path in sorted(Path(__file__).parent.glob("test_*.py"))]
PORTS = {name for name, each in vars(ports).items() if getattr(each, "_is_protocol", False)} - {"Protocol"}


def fillings(suite: type) -> Iterator[str]:
    """Name the modules in which a suite is filled."""
    for module in FILLED:
        own = [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]
        if any(issubclass(each, suite) for each in own):
            yield module.__name__.rpartition(".")[2]


def test_every_port_has_a_suite_and_every_suite_a_port() -> None:
    assert set(SUITES) == PORTS


@pytest.mark.parametrize("suite", dict.fromkeys(SUITES.values()))
def test_every_suite_is_filled_by_memory_and_by_a_real_adapter(suite: type) -> None:
    found = set(fillings(suite))
    in_memory = {name for name in found if name.startswith("test_memory_")}
    assert in_memory
    assert found - in_memory
