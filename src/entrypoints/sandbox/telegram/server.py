"""The HTTP face: /bot<token>/<method>, /file/bot<token>/<path>."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import assert_never

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from entrypoints.sandbox.serving import serving

from . import editing, media, photos, profile, receiving, sending, stars
from .faults import Fault, FaultKind, Faults
from .records import Json
from .refusals import BLOCKED, ApiRefusal, TooManyRequests, forbidden
from .state import BotAccount, CallRecord, World
from .wire import Call, Handler, Upload, read_request

_TABLES = (receiving.METHODS, sending.METHODS, media.METHODS, editing.METHODS, stars.METHODS, profile.METHODS)
METHODS: dict[str, tuple[str, Handler]] = {
    name.lower(): (name, handler) for table in _TABLES for name, handler in table.items()
}
_LONGEST_HANG_S = 3600.0
_SERVER_ERRORS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class _BrokenAnswer(Response):
    """An answer that promises more than it sends, so that the server closes the connection."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers({**(headers or {}), "content-type": "application/json", "content-length": "1000"})


class BotApi:
    """Answers requests as api.telegram.org would."""

    def __init__(self, world: World, faults: Faults) -> None:
        """Serve `world`, hit by `faults`."""
        self._world = world
        self._faults = faults
        self._closing = asyncio.Event()

    def routes(self) -> list[BaseRoute]:
        """Return the vendor's routes."""
        return [
            Route("/bot{token}/{method}", self._method, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
        ]

    def close(self) -> None:
        """Let go of everybody who waits: long polls, webhooks, hanging answers."""
        self._closing.set()
        for bot in self._world.bots.values():
            receiving.end_poll(bot, "Conflict: terminated by other getUpdates request")
            if bot.webhook.courier is not None:
                bot.webhook.courier.cancel()

    async def perform(
        self, bot: BotAccount, method: str, params: Json, uploads: dict[str, Upload] | None = None
    ) -> object:
        """Carry out a method and return its result.  Raises ApiRefusal."""
        known = METHODS.get(method.lower())
        if known is None:
            raise ApiRefusal(404, "Not Found: method not found")
        name, handler = known
        return await handler(Call(self._world, bot, name, params, self.perform, uploads or {}))

    async def _method(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            bot = self._world.bot_by_token(request.path_params["token"])
            params, uploads = await read_request(request)
        except ApiRefusal as refusal:
            return _refused(refusal)
        fault = self._faults.take(bot.bot_id, method, params)
        answer = None
        if fault is None or fault.is_after:
            answer = await self._answer(bot, method, params, uploads)
        if fault is not None:
            answer = await self._afflict(fault, answer)
        self._world.calls.append(CallRecord(bot.bot_id, method, params, answer.status_code if answer else 0))
        return answer or _BrokenAnswer(b"{")

    async def _answer(self, bot: BotAccount, method: str, params: Json, uploads: dict[str, Upload]) -> Response:
        try:
            return JSONResponse({"ok": True, "result": await self.perform(bot, method, params, uploads)})
        except ApiRefusal as refusal:
            return _refused(refusal)

    async def _afflict(self, fault: Fault, answer: Response | None) -> Response | None:
        """Return what the bot gets instead of `answer`; None cuts the connection."""
        match fault.kind:
            case FaultKind.TOO_MANY:
                return _refused(TooManyRequests(int(fault.seconds)))
            case FaultKind.BLOCKED:
                return _refused(forbidden(BLOCKED))
            case FaultKind.SERVER_ERROR:
                return _refused(ApiRefusal(fault.code, _SERVER_ERRORS.get(fault.code, "Internal Server Error")))
            case FaultKind.GARBAGE:
                return PlainTextResponse("<html><body>502 Bad Gateway</body></html>", fault.code)
            case FaultKind.SLOW:
                await self._world.clock.sleep(fault.seconds)
                return answer
            case FaultKind.HANG | FaultKind.DROP:
                await self._until_closing(0.0 if fault.kind is FaultKind.DROP else _LONGEST_HANG_S)
                return None
            case _:
                assert_never(fault.kind)

    async def _until_closing(self, limit_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), limit_s)

    async def _download(self, request: Request) -> Response:
        try:
            bot = self._world.bot_by_token(request.path_params["token"])
        except ApiRefusal as refusal:
            return _refused(refusal)
        kept = self._world.paths.get((bot.bot_id, request.path_params["path"]))
        if kept is not None and len(kept.content) <= photos.MAX_DOWNLOAD_BYTES:
            return Response(kept.content, media_type=kept.mime)
        return _refused(ApiRefusal(404, "Not Found"))


def _refused(refusal: ApiRefusal) -> Response:
    return JSONResponse(refusal.body(), refusal.code)


@contextlib.asynccontextmanager
async def serving_api(api: BotApi, control: APIRouter, port: int = 0) -> AsyncIterator[str]:
    """Serve on 127.0.0.1 and give the base URL; port 0 takes a free one."""
    app = FastAPI(routes=api.routes(), openapi_url=None)
    app.include_router(control)
    async with serving(app, port) as base_url:
        try:
            yield base_url
        finally:
            api.close()
