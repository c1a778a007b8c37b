import pytest

from adapters.clock import RandomNames, SystemClock
from tests.contracts.clock import ClockContract
from tests.contracts.names import NamesContract


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestRandomNames(NamesContract):
    @pytest.fixture
    def names(self) -> RandomNames:
        return RandomNames()
