"""Replicate's errors in the core's words: the one place that knows its status codes."""

import contextlib
from collections.abc import Callable, Iterator

import httpx
from replicate.exceptions import ReplicateError

from adapters.replicate.settings import TOKEN_SETTING, without_credentials
from avatar_core.errors import (
    AvatarError,
    ProviderRefused,
    ProviderUnauthorized,
    ProviderUnavailable,
    RunVanished,
)

_OWNERS_MATTER = {401, 402, 403}
"""The token is wrong, or its account has no money (402): the owner mends it."""
_LATER = {408, 425, 429}
_GONE = 404
_SERVER_ERROR = 500
# What reading an answer in another form than the documented one raises.
_UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def submitting() -> contextlib.AbstractContextManager[None]:
    """Raise ProviderRefused for what the provider will never take, a missing trainer too; otherwise as ``asking``."""
    return _translated(_refused, _refused)


def asking() -> contextlib.AbstractContextManager[None]:
    """Raise RunVanished for 404, ProviderUnauthorized for a token that opens nothing, else ProviderUnavailable."""
    return _translated(lambda _: RunVanished(), lambda reason: ProviderUnavailable(reason=reason))


def _refused(reason: str) -> AvatarError:
    return ProviderRefused(reason=reason)


@contextlib.contextmanager
def _translated(gone: Callable[[str], AvatarError], odd: Callable[[str], AvatarError]) -> Iterator[None]:
    try:
        yield
    except ReplicateError as cause:
        status = cause.status or 0
        words = without_credentials(str(cause.detail or cause.title or f"status {cause.status}"))
        if status in _OWNERS_MATTER:
            raise ProviderUnauthorized(setting=TOKEN_SETTING) from cause
        if status in _LATER or status >= _SERVER_ERROR:
            raise ProviderUnavailable(reason=words) from cause
        raise (gone if status == _GONE else odd)(words) from cause
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as cause:
        raise ProviderUnavailable(reason=type(cause).__name__) from cause
    except _UNREADABLE as cause:
        raise ProviderUnavailable(reason="an answer that cannot be read") from cause
