"""Telegram's updates by webhook: kept before they are answered (protocols page 4.1, bug museum 59)."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.routing import request_response

from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.ids import BotId

SOURCE = "telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (its name)
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


class _PlainRoute(APIRoute):
    """A route that FastAPI describes and does nothing for: its endpoint takes the request and returns the response.

    What FastAPI does around an endpoint takes longer than to keep an update.
    """

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], **described: Any) -> None:  # noqa: ANN401  (FastAPI's)
        super().__init__(path, endpoint, **described)
        self.app = request_response(endpoint)


def telegram_route(door: TelegramDoor) -> APIRoute:
    """Return the webhook of all bots; the bot's name is in the path, its token nowhere."""

    async def take_update(request: Request) -> Response:
        """Answer 200 once the update is committed; otherwise Telegram brings it again."""
        bot = BotId(request.path_params["bot"])
        door.require(bot, request.headers.get(SECRET_HEADER, ""))
        await door.receive(bot, [_update(await request.body())])
        return Response()

    return _PlainRoute(
        "/telegram/{bot}",
        take_update,
        methods=["POST"],
        summary="Telegram's updates",
        tags=["telegram"],
        response_class=Response,
        openapi_extra={"parameters": [_parameter("path", "bot"), _parameter("header", SECRET_HEADER)]},
    )


def _parameter(place: str, name: str) -> dict[str, object]:
    return {"in": place, "name": name, "required": place == "path", "schema": {"type": "string"}}


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
