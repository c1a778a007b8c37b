from datetime import timedelta

import pytest

from adapters.memory import FrozenClock
from avatar_core.ports import Clock
from avatar_core.testing.clock import ClockContract
from avatar_core.testing.examples import NOW


class TestFrozenClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock(NOW)


def test_a_frozen_clock_goes_on_only_when_told() -> None:
    clock = FrozenClock(NOW)
    assert clock.now() == clock.now() == NOW
    assert clock.advance(timedelta(minutes=1)) == clock.now() == NOW + timedelta(minutes=1)
    clock.set(NOW)
    assert clock.now() == NOW
