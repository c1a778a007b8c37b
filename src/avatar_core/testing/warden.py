"""What every warden must do: let one through in a while."""

import asyncio

from avatar_core.testing.examples import HOUR, NOW, SECOND
from avatar_core.testing.store import Store, StoreContract

HOUR_S = 3600.0


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

    async def test_topics_do_not_mix(self, store: Store) -> None:
        assert await store.warden.first("topic", NOW, HOUR_S)
        assert await store.warden.first("another topic", NOW, HOUR_S)

    async def test_of_many_at_once_one_passes(self, store: Store) -> None:
        passed = await asyncio.gather(*(store.warden.first("topic", NOW, HOUR_S) for _ in range(16)))
        assert sum(passed) == 1
