"""The core's errors as HTTP answers: only here do they meet.

What is forged or unreadable is refused and nothing is kept; while the store is away the sender shall come again.
An answer never repeats what a stranger sent; it names the field that is wrong (bug museum 37).
"""

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from avatar_core.errors import AvatarError, GatewayNotAllowed, NoticeForged, NoticeUnreadable, OutsideError

COME_AGAIN_AFTER_S = "5"

_log = structlog.get_logger(__name__)


def register_errors(app: FastAPI) -> None:
    """Answer for whatever a route raises."""
    app.add_exception_handler(NoticeForged, _refuse)
    app.add_exception_handler(NoticeUnreadable, _refuse)
    app.add_exception_handler(GatewayNotAllowed, _not_here)
    app.add_exception_handler(OutsideError, _put_off)
    app.add_exception_handler(Exception, _break)


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer 403 for a forgery, 400 for what cannot be read."""
    _log.warning("refused", path=request.url.path, error=str(error), sender=request.client and request.client.host)
    return _answer(403 if isinstance(error, NoticeForged) else 400, error)


async def _not_here(request: Request, error: Exception) -> JSONResponse:
    """Answer 404 for a gateway that is not set up."""
    _log.warning("nobody is here", path=request.url.path, error=str(error))
    return _answer(404, error)


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
