"""Telegram's updates by webhook: kept before they are answered (protocols page 4.1, bug museum 59)."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Header, Request, Response
from pydantic import SecretStr

from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.ids import BotId

SOURCE = "telegram"
LARGEST_NUMBER = 2**63 - 1

Receive = Callable[[BotId, Sequence[Mapping[str, Any]]], Awaitable[None]]
"""Keeps updates; they are committed when it returns.  Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class TelegramDoor:
    """Where updates go, and what each bot's webhook proves itself with; no bot is named for none by webhook."""

    receive: Receive
    secrets: Mapping[BotId, SecretStr]

    def require(self, bot: BotId, secret: str) -> None:
        """Raise NoticeForged for a wrong secret, and for a bot that is not ours: nobody learns which it was."""
        known = self.secrets.get(bot)
        expected = known.get_secret_value() if known else ""
        if not hmac.compare_digest(secret.encode(), expected.encode()) or not expected:
            raise NoticeForged(source=SOURCE, reason="the secret token is wrong")


def telegram_routes(door: TelegramDoor) -> APIRouter:
    """Return the webhook of all bots; the bot's name is in the path, its token nowhere."""
    routes = APIRouter(tags=["telegram"])

    @routes.post("/telegram/{bot}", summary="Telegram's updates", response_class=Response)
    async def take_update(
        bot: str,
        request: Request,
        secret: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
    ) -> Response:
        """Answer 200 once the update is committed; otherwise Telegram brings it again."""
        door.require(BotId(bot), secret)
        await door.receive(BotId(bot), [_update(await request.body())])
        return Response()

    return routes


def _update(body: bytes) -> dict[str, Any]:
    """Read strict JSON whose numbers fit into 64 bits, as Telegram's do: what could never be kept is refused here."""
    try:
        update = json.loads(body.decode(), parse_constant=_no_number, parse_int=_number)
    except (RecursionError, ValueError) as cause:
        raise NoticeUnreadable(source=SOURCE, reason="it is not JSON in UTF-8 with numbers of 64 bits") from cause
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise NoticeUnreadable(source=SOURCE, reason="update_id is no whole number")
    return update


def _number(digits: str) -> int:
    if abs(number := int(digits)) > LARGEST_NUMBER:
        raise ValueError("a number is longer than 64 bits")
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
