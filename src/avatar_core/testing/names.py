"""What every source of names must do."""

import re
from uuid import UUID

import pytest

from avatar_core.ports import Names

MANY = 5000


class NamesContract:
    """Fill ``names``."""

    @pytest.fixture
    def names(self) -> Names:
        raise NotImplementedError

    def test_ids_are_the_text_of_uuids_and_never_repeat(self, names: Names) -> None:
        ids = [names.fresh() for _ in range(MANY)]
        assert len(set(ids)) == MANY
        assert [str(UUID(each)) for each in ids] == ids

    def test_triggers_are_tok_and_six_capitals_and_differ(self, names: Names) -> None:
        triggers = [names.trigger() for _ in range(20)]
        assert all(re.fullmatch(r"TOK_[A-Z]{6}", each) for each in triggers)
        assert len(set(triggers)) == len(triggers)

    def test_seeds_are_in_range_and_differ(self, names: Names) -> None:
        seeds = [names.seed() for _ in range(100)]
        assert all(0 <= each < 2**31 for each in seeds)
        assert len(set(seeds)) > 90
