"""What every inbox must do: keep what comes in, each thing once, until it is handled."""

import asyncio
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from avatar_core.testing import strategies
from avatar_core.testing.examples import DAY, MINUTE, NOW
from avatar_core.testing.properties import SHARED_ADAPTER
from avatar_core.testing.store import Store, StoreContract

RAW = '{"update_id": 1, "text": "привет 👋\\u0007 \'; --"}'
sources = count(1)


class InboxContract(StoreContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    async def test_what_is_new_is_said_in_the_order_it_came(self, store: Store) -> None:
        assert await store.inbox.keep("telegram:bot", [("2", RAW), ("1", RAW), ("3", RAW)], NOW) == ["2", "1", "3"]

    async def test_the_same_thing_is_new_once(self, store: Store) -> None:
        await store.inbox.keep("telegram:bot", [("1", RAW)], NOW)
        assert await store.inbox.keep("telegram:bot", [("1", "another text"), ("2", RAW)], NOW + MINUTE) == ["2"]
        assert dict(await store.inbox.unhandled("telegram:bot", NOW + DAY, 10))["1"] == RAW

    async def test_the_same_thing_twice_in_one_delivery_is_new_once(self, store: Store) -> None:
        assert await store.inbox.keep("telegram:bot", [("1", RAW), ("1", "another text")], NOW) == ["1"]
        assert await store.inbox.unhandled("telegram:bot", NOW + DAY, 10) == [("1", RAW)]

    async def test_nothing_may_come_in(self, store: Store) -> None:
        assert await store.inbox.keep("telegram:bot", [], NOW) == []

    async def test_of_many_deliveries_at_once_one_is_new(self, store: Store) -> None:
        news = await asyncio.gather(*(store.inbox.keep("replicate", [("1", RAW), ("2", RAW)], NOW) for _ in range(16)))
        assert sorted(name for new in news for name in new) == ["1", "2"]

    async def test_sources_do_not_mix(self, store: Store) -> None:
        await store.inbox.keep("telegram:bot", [("1", RAW)], NOW)
        assert await store.inbox.keep("telegram:other", [("1", RAW)], NOW) == ["1"]
        await store.inbox.handled("telegram:other", "1")
        assert await store.inbox.unhandled("telegram:bot", NOW + DAY, 10) == [("1", RAW)]
        assert await store.inbox.unhandled("telegram:other", NOW + DAY, 10) == []

    async def test_what_was_never_handled_is_found_the_oldest_first(self, store: Store) -> None:
        for minute, name in ((2, "c"), (0, "a"), (1, "b"), (3, "d")):
            await store.inbox.keep("replicate", [(name, RAW)], NOW + minute * MINUTE)
        found = await store.inbox.unhandled("replicate", NOW + 3 * MINUTE, 10)
        assert found == [("a", RAW), ("b", RAW), ("c", RAW)]
        assert await store.inbox.unhandled("replicate", NOW + DAY, 2) == found[:2]

    async def test_what_is_handled_is_not_found_and_stays_known(self, store: Store) -> None:
        await store.inbox.keep("replicate", [("1", RAW)], NOW)
        await store.inbox.handled("replicate", "1")
        await store.inbox.handled("replicate", "1")
        assert await store.inbox.unhandled("replicate", NOW + DAY, 10) == []
        assert await store.inbox.keep("replicate", [("1", RAW)], NOW + MINUTE) == []

    async def test_what_comes_again_stays_handled_and_as_old_as_it_was(self, store: Store) -> None:
        await store.inbox.keep("replicate", [("1", RAW), ("2", RAW)], NOW)
        await store.inbox.handled("replicate", "1")
        for _ in range(2):
            assert await store.inbox.keep("replicate", [("1", RAW), ("2", RAW)], NOW + DAY) == []
        assert await store.inbox.unhandled("replicate", NOW + 2 * DAY, 10) == [("2", RAW)]
        assert await store.inbox.unhandled("replicate", NOW + MINUTE, 10) == [("2", RAW)]
        assert await store.inbox.forget(NOW + MINUTE) == 1

    async def test_handling_what_never_came_is_harmless(self, store: Store) -> None:
        await store.inbox.handled("replicate", "404")
        assert await store.inbox.keep("replicate", [("404", RAW)], NOW) == ["404"]

    async def test_what_was_handled_long_ago_is_forgotten_and_nothing_else(self, store: Store) -> None:
        for minute, name in enumerate(("old", "old and waiting", "young")):
            await store.inbox.keep("replicate", [(name, RAW)], NOW + minute * MINUTE)
        for name in ("old", "young"):
            await store.inbox.handled("replicate", name)
        assert await store.inbox.forget(NOW + 2 * MINUTE) == 1
        assert await store.inbox.forget(NOW + 2 * MINUTE) == 0
        again = await store.inbox.keep("replicate", [(name, RAW) for name in ("old", "old and waiting", "young")], NOW)
        assert again == ["old"]

    @SHARED_ADAPTER
    @given(things=st.dictionaries(strategies.texts(min_size=1), strategies.texts(max_size=500), max_size=5))
    async def test_any_text_comes_out_as_it_came_in(self, store: Store, things: dict[str, str]) -> None:
        source = f"source {next(sources)}"
        assert await store.inbox.keep(source, list(things.items()), NOW) == list(things)
        assert dict(await store.inbox.unhandled(source, NOW + DAY, 10)) == things
