"""Texts, ids, times, money."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from avatar_core.money import Currency, Price, Stars

LARGEST_STARS = 10**12
"""In hundredths: ten thousand million ⭐, more than any wallet will see and far less than eight bytes hold."""

ODD_TEXTS = (
    "",
    " ",
    "Ёж 🦔",
    "👩🏽‍🚒 of several code points",
    "e\u0301 is not é",
    "\u202eright to left\u202c",
    "\ufeffmarked",
    "İıßſ change length with their case",
    "\u2028line\u2029paragraph\x85next",
    "tab\tbell\x07return\r\n",
    "'; DROP TABLE customers; --",
    '"quoted" and \\back\\slashed \\u0000',
    "<b>&amp;</b>",
    "{name} %s %(name)s $1 ${name}",
    "NULL",
    "\U0010ffff",
    "z\u0300\u0301\u0302\u0303\u0304algo",
)
"""Texts that have broken somebody's program; all can be written in UTF-8 and none holds NUL."""
UNKEEPABLE_TEXTS = ("nul \x00 inside", "\x00", "half a pair \ud83d", "\udc00 the other half")
"""What people and vendors can send as JSON and no text column can keep: NUL, halves of surrogate pairs."""


def texts(*, min_size: int = 0, max_size: int = 100) -> st.SearchStrategy[str]:
    """Any text that can be kept: without NUL and halves of surrogate pairs, in characters."""
    characters = st.characters(codec="utf-8", exclude_characters="\x00")
    odd = [each for each in ODD_TEXTS if min_size <= len(each) <= max_size]
    return st.sampled_from(odd) | st.text(characters, min_size=min_size, max_size=max_size)


def unkeepable_texts() -> st.SearchStrategy[str]:
    """A text with something in it that no database keeps: NUL, or half of a surrogate pair."""
    broken = st.characters(categories=["Cs"]) | st.just("\x00")
    return st.sampled_from(UNKEEPABLE_TEXTS) | st.builds(lambda *parts: "".join(parts), texts(), broken, texts())


def uids() -> st.SearchStrategy[Any]:
    """The text of a UUID, for any id that is one."""
    return st.uuids(version=4).map(str)


def codes() -> st.SearchStrategy[Any]:
    """A name that an owner gives: of a bot, a plan, a pack, a trainer."""
    return st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,30}", fullmatch=True)


def telegram_ids() -> st.SearchStrategy[Any]:
    """A person's numeric id: positive, at most 52 bits (core.telegram.org/bots/api#user)."""
    return st.integers(1, 2**52 - 1)


def moments() -> st.SearchStrategy[datetime]:
    """Any moment of this century, aware, in UTC, to the microsecond."""
    return st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds


def stars(*, smallest: int = 1) -> st.SearchStrategy[Stars]:
    """An amount of ⭐; ``smallest`` in hundredths."""
    return st.integers(smallest, LARGEST_STARS).map(Stars)


def prices() -> st.SearchStrategy[Price]:
    """A positive amount in any currency."""
    return st.builds(Price, st.integers(1, LARGEST_STARS), st.sampled_from(Currency))
