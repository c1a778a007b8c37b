"""What the values of settings may look like; a refusal says what is asked for and never repeats the value."""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

_SCHEMA_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,58}")
"""With the role beside it, <schema>_app, no longer than the 63 characters of PostgreSQL's names."""
_AROUND = " \"'"
DAY_S = 86_400.0
CENTURY_DAYS = 36_500


def without_blanks(found: Mapping[str, object]) -> dict[str, object]:
    """Drop names after which nothing is written, within names too: they count as not set."""
    told = {name: value for name, value in found.items() if not (isinstance(value, str) and not value.strip())}
    return {name: without_blanks(value) if isinstance(value, Mapping) else value for name, value in told.items()}


def listed(value: object) -> object:
    """Take ``a, b``, ``[a, b]`` and a single ``7`` for lists."""
    match value:
        case str():
            bare = value.strip().removeprefix("[").removesuffix("]")
            return tuple(word for each in bare.split(",") if (word := each.strip(_AROUND)))
        case int():
            return (value,)
        case _:
            return value


def _without_slash(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    if not _names_a_host(url):
        raise ValueError("must be an address with a host")
    if "?" in url or "#" in url:
        raise ValueError("must end with a path: ours are put behind it")
    return url.rstrip("/")


def _names_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:  # a bracket without its pair, a port beyond 65535
        return False


def _safe(url: str) -> str:
    """Let plain http through on this machine only: neither Telegram nor Replicate brings anything to it elsewhere."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ValueError("must begin with https://")
    return url


def _plain(schema: str) -> str:
    if not _SCHEMA_NAME.fullmatch(schema):
        raise ValueError("must be at most 59 of a-z, 0-9 and _, and begin neither with a digit nor with pg_")
    return schema


Url = Annotated[str, AfterValidator(_without_slash)]
PublicUrl = Annotated[Url, AfterValidator(_safe)]
SchemaName = Annotated[str, AfterValidator(_plain)]
Seconds = Annotated[float, Field(gt=0, le=DAY_S, allow_inf_nan=False)]
"""Between two tries or two looks: a day at most."""
Days = Annotated[int, Field(ge=0, le=CENTURY_DAYS)]
"""A date so long ago must exist."""
