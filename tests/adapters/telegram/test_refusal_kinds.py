"""Telegram's troubles are told apart: who has to mend them is not the same."""

import pytest
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe

from adapters.telegram.refusals import translated
from avatar_core.errors import MessengerUnavailable


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (TelegramUnauthorizedError, "rejects the token"),
        (TelegramNetworkError, "cannot reach Telegram"),
        (TelegramEntityTooLarge, "refuses the message"),
        (TelegramConflictError, "somebody else polls"),
        (TelegramServerError, "busy"),
    ],
)
def test_each_trouble_has_its_own_words(cause: type[TelegramAPIError], told: str) -> None:
    with pytest.raises(MessengerUnavailable, match=told), translated():
        raise cause(GetMe(), "as it came")  # type: ignore[arg-type]  # aiogram leaves the type open
