import pytest

from adapters.memory import CountingNames
from avatar_core.ports import Names
from avatar_core.testing.names import NamesContract


class TestCountingNames(NamesContract):
    @pytest.fixture
    def names(self) -> Names:
        return CountingNames()


def test_two_counters_say_the_same_unless_their_realms_differ() -> None:
    one, same, other = CountingNames(), CountingNames(), CountingNames(realm=2)
    assert one.fresh() == same.fresh()
    assert {one.fresh() for _ in range(100)}.isdisjoint({other.fresh() for _ in range(200)})
