"""What becomes of a refusal: words in the customer's language, and a way on."""

from collections.abc import Awaitable, Callable

from adapters.telegram.messenger import Rendering
from avatar_core.errors import (
    ConcurrentChange,
    FeatureLocked,
    InsufficientStars,
    MessengerUnavailable,
    NotFound,
    OutsideError,
    RecipientUnreachable,
    Refusal,
    StoreUnavailable,
)
from entrypoints.bot.callbacks import OutdatedButton
from entrypoints.bot.menu import Interrupted, locked, menu_rows, not_enough
from entrypoints.bot.talk import Talk

_NOT_IN_WORDS = (StoreUnavailable, MessengerUnavailable, RecipientUnreachable)
"""No refusals: the update is tried again, or the customer is gone."""


async def answering(talk: Talk, act: Callable[[], Awaitable[None]]) -> None:
    """Let a handler act, and word what it refuses."""
    try:
        await act()
    except Interrupted as gap:
        await _offer(gap.talk, gap.lack)
    except (InsufficientStars, FeatureLocked) as lack:
        await _offer(talk, lack)
    except OutdatedButton:
        await talk.voice.say(Rendering(talk.words("outdated"), menu_rows(talk)))
    except _NOT_IN_WORDS:
        raise
    except (Refusal, NotFound, OutsideError, ConcurrentChange) as refusal:
        await talk.say("refused", why=talk.words.refusal(refusal))


async def _offer(talk: Talk, lack: InsufficientStars | FeatureLocked) -> None:
    """Offer what is missing."""
    if isinstance(lack, FeatureLocked):
        await locked(talk, lack)
    else:
        await not_enough(talk, lack)
