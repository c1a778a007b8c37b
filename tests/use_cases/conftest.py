"""An empty business in memory for each test, and one whose commits can meet their fate."""

import pytest

from avatar_core.testing.faults import Fate, FatedBegin
from tests.use_cases.world import MemoryWorld, memory_world


@pytest.fixture
def fate() -> Fate:
    """What happens around the next commits of ``world``; nothing unless a test says so."""
    return Fate()


@pytest.fixture
def world(fate: Fate) -> MemoryWorld:
    return memory_world(lambda begin: FatedBegin(begin, fate))
