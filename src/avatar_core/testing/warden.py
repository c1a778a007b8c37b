"""What every warden must do: let one through in a while."""

import asyncio
from datetime import timedelta
from itertools import accumulate, count

from hypothesis import given
from hypothesis import strategies as st

from avatar_core.testing.examples import HOUR, NOW, SECOND
from avatar_core.testing.properties import SHARED_ADAPTER
from avatar_core.testing.store import Store, StoreContract

HOUR_S = 3600.0
topics = count(1)


class WardenContract(StoreContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    async def test_the_first_passes_and_the_others_wait(self, store: Store) -> None:
        assert await store.warden.first("provider.unauthorized:bot", NOW, HOUR_S)
        assert not await store.warden.first("provider.unauthorized:bot", NOW, HOUR_S)
        assert not await store.warden.first("provider.unauthorized:bot", NOW + HOUR - SECOND, HOUR_S)

    async def test_after_the_time_one_passes_again(self, store: Store) -> None:
        assert await store.warden.first("topic", NOW, HOUR_S)
        assert await store.warden.first("topic", NOW + HOUR, HOUR_S)
        assert not await store.warden.first("topic", NOW + HOUR + SECOND, HOUR_S)

    async def test_whoever_is_turned_away_does_not_lengthen_the_time(self, store: Store) -> None:
        await store.warden.first("topic", NOW, HOUR_S)
        await store.warden.first("topic", NOW + HOUR / 2, HOUR_S)
        assert await store.warden.first("topic", NOW + HOUR, HOUR_S)

    async def test_a_clock_that_is_set_back_silences_nobody(self, store: Store) -> None:
        assert await store.warden.first("topic", NOW, SECOND.total_seconds())
        assert not await store.warden.first("topic", NOW - SECOND / 2, SECOND.total_seconds())
        assert await store.warden.first("topic", NOW - HOUR, SECOND.total_seconds())

    async def test_topics_do_not_mix(self, store: Store) -> None:
        assert await store.warden.first("topic", NOW, HOUR_S)
        assert await store.warden.first("another topic", NOW, HOUR_S)

    async def test_of_many_at_once_one_passes(self, store: Store) -> None:
        passed = await asyncio.gather(*(store.warden.first("topic", NOW, HOUR_S) for _ in range(16)))
        assert sum(passed) == 1

    @SHARED_ADAPTER
    @given(pauses=st.lists(st.integers(0, 5_000), max_size=8))
    async def test_whenever_one_asks_it_passes_once_in_the_time(self, store: Store, pauses: list[int]) -> None:
        topic, last = f"topic {next(topics)}", -HOUR_S
        for second in accumulate(pauses):
            passes = second - last >= HOUR_S
            assert await store.warden.first(topic, NOW + timedelta(seconds=second), HOUR_S) is passes
            last = second if passes else last
