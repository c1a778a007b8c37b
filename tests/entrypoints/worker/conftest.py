"""A house in memory for each test of the worker."""

import pytest

from tests.entrypoints.memory_house import MemoryHouse


@pytest.fixture
def outside() -> MemoryHouse:
    return MemoryHouse()
