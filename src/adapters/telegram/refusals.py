"""Telegram's errors in the core's words.

Its texts are no interface, but nothing else tells a vanished message from a malformed one; they are those of the public
Bot API server (tdlib/telegram-bot-api, Client.cpp).
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from avatar_core.errors import AvatarError, MessageGone, MessengerUnavailable, RecipientUnreachable

PAUSE_S = 5.0
"""Before the next try when Telegram names no time: a network or server error."""
NO_BOT_S = 60.0
"""Before the next try when the bot has no working token: a person has to mend it."""
_NOT_MODIFIED = "message is not modified"
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_UNREACHABLE = ("chat not found", "user not found", "user_is_blocked", "peer_id_invalid", "input_user_deactivated")


@dataclass(eq=False)
class MessageRefused(MessengerUnavailable):
    """Telegram will not take this message as it is: too long, too large, or with broken markup."""

    wording = "Telegram refuses the message: {reason}"
    reason: str


@dataclass(eq=False)
class TokenRejected(MessengerUnavailable):
    """Telegram knows no bot with this token."""

    wording = "Telegram rejects the token"


@dataclass(eq=False)
class TelegramUnreachable(MessengerUnavailable):
    """The network does not bring us there."""

    wording = "cannot reach Telegram"


@dataclass(eq=False)
class Disconnected(MessengerUnavailable):
    """This process has closed its connections: what is not said by now is said by the next one."""

    wording = "the connection to Telegram was closed"


@dataclass(eq=False)
class PolledElsewhere(MessengerUnavailable):
    """Another program asks for the same bot's updates."""

    wording = "somebody else polls this bot"


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raise the core's errors for Telegram's; an edit that changes nothing is no error."""
    try:
        yield
    except TelegramBadRequest as cause:
        if _NOT_MODIFIED not in cause.message.lower():
            raise _refused(cause.message) from cause
    except TelegramForbiddenError as cause:
        raise RecipientUnreachable from cause
    except TelegramRetryAfter as cause:
        raise MessengerUnavailable(retry_after_s=float(cause.retry_after)) from cause
    except (TelegramUnauthorizedError, TelegramNotFound) as cause:
        raise TokenRejected(retry_after_s=NO_BOT_S) from cause
    except AiogramError as cause:
        raise _unavailable(cause) from cause


def _unavailable(cause: AiogramError) -> MessengerUnavailable:
    match cause:
        case TelegramEntityTooLarge():  # aiogram counts it as the network's, but what is too large stays so
            return MessageRefused(retry_after_s=PAUSE_S, reason=cause.message)
        case TelegramNetworkError():
            return TelegramUnreachable(retry_after_s=PAUSE_S)
        case TelegramConflictError():
            return PolledElsewhere(retry_after_s=PAUSE_S)
        case _:
            return MessengerUnavailable(retry_after_s=PAUSE_S)


def _refused(description: str) -> AvatarError:
    text = description.lower()
    if any(words in text for words in _GONE):
        return MessageGone()
    if any(words in text for words in _UNREACHABLE):
        return RecipientUnreachable()
    return MessageRefused(retry_after_s=PAUSE_S, reason=description)
