"""The core's errors as HTTP answers: only here do they meet.

What is forged or unreadable is refused and nothing is kept; while the store is away the sender shall come again.
An answer never repeats what a stranger sent; it names the field that is wrong (bug museum 37).
"""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from avatar_core.errors import AvatarError, GatewayNotAllowed, NoticeForged, NoticeUnreadable, OutsideError
from entrypoints.allowances import Allowances, Wait

COME_AGAIN_AFTER_S = "5"

_log = structlog.get_logger(__name__)


def register_errors(app: FastAPI, refusals: Allowances) -> None:
    """Answer for whatever a route raises."""
    turned_away = _TurnedAway(refusals)
    for kind in (NoticeForged, NoticeUnreadable, GatewayNotAllowed):
        app.add_exception_handler(kind, turned_away.answer)
    app.add_exception_handler(OutsideError, _put_off)
    app.add_exception_handler(Exception, _break)


@dataclass(frozen=True, slots=True)
class _TurnedAway:
    """Answers what nobody will ever take.

    A sender with too many of those gets 429 and no more lines in the log: no stranger can fill the disk.  What is
    genuine never gets here, so a vendor does not wait for what others did from behind the same proxy.
    """

    refusals: Allowances

    async def answer(self, request: Request, error: Exception) -> JSONResponse:
        """Answer 403 for a forgery, 400 for what cannot be read, 404 for a gateway that is not set up."""
        sender = _source_of(request)
        if wait := self.refusals.take(sender):
            if wait.is_news:
                _log.warning("a sender is refused without more words", sender=sender, seconds=wait.seconds)
            return _too_many(wait)
        _log.warning("refused", path=request.url.path, error=str(error), sender=sender)
        status = {NoticeForged: 403, GatewayNotAllowed: 404}.get(type(error), 400)
        return _answer(status, error)


def _source_of(request: Request) -> str:
    """Return who calls."""
    return request.client.host if request.client else ""


def _too_many(wait: Wait) -> JSONResponse:
    """Answer 429: come again later."""
    return JSONResponse({"error": "too-many-requests"}, 429, {"Retry-After": str(wait.seconds)})


async def _put_off(request: Request, error: Exception) -> JSONResponse:
    """Answer 503: it was not kept."""
    _log.error("put off", path=request.url.path, error=str(error))
    return _answer(503, error, {"Retry-After": COME_AGAIN_AFTER_S})


async def _break(request: Request, error: Exception) -> JSONResponse:
    """Answer 500 without a word about the inside."""
    _log.error("a request broke", path=request.url.path, exc_info=error)
    return _answer(500, error)


def _answer(status: int, error: Exception, headers: dict[str, str] | None = None) -> JSONResponse:
    told = {"error": error.code() if isinstance(error, AvatarError) else "internal-error"}
    if isinstance(error, NoticeUnreadable):
        told["reason"] = error.reason
    return JSONResponse(told, status, headers)
