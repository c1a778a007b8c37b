import pytest

from adapters.clock import RandomNames, SystemClock
from avatar_core.testing.clock import ClockContract
from avatar_core.testing.names import NamesContract


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestRandomNames(NamesContract):
    @pytest.fixture
    def names(self) -> RandomNames:
        return RandomNames()
