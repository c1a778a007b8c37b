"""The machine's clock and the names it draws."""

import re
import uuid
from datetime import UTC, datetime, timedelta

from adapters.clock import RandomNames, SystemClock

NAMES = RandomNames()


def test_the_time_is_aware_and_in_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_fresh_name_is_a_uuid_of_version_7_that_was_never_given_before() -> None:
    drawn = [NAMES.fresh() for _ in range(10_000)]
    assert len(set(drawn)) == len(drawn)
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in drawn} == {(7, uuid.RFC_4122)}


def test_a_fresh_name_begins_with_the_time_in_milliseconds() -> None:
    before_ms = int(datetime.now(UTC).timestamp() * 1000)
    told_ms = uuid.UUID(NAMES.fresh()).int >> 80
    assert before_ms <= told_ms <= int(datetime.now(UTC).timestamp() * 1000)


def test_a_trigger_is_no_real_word() -> None:
    triggers = {NAMES.trigger() for _ in range(100)}
    assert len(triggers) > 95
    assert all(re.fullmatch(r"TOK_[A-Z]{6}", each) for each in triggers)


def test_a_seed_fits_into_31_bits() -> None:
    seeds = {NAMES.seed() for _ in range(1000)}
    assert len(seeds) > 990
    assert min(seeds) >= 0
    assert max(seeds) < 2**31
