"""Before any route: the bearer token, and the faults that befall requests."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.sandbox.replicate.faults import ApiFault
from entrypoints.sandbox.replicate.problems import broken, insufficient_credit, refused, throttled, unauthenticated
from entrypoints.sandbox.replicate.provider import Provider

Answer: TypeAlias = Callable[[], JSONResponse]
_AT_ONCE: dict[str, Answer] = {"throttled": throttled, "broken": broken, "refused": refused}


class Gate:
    """ASGI middleware: lets `/v1` requests with the token and deliveries through, unless a fault was planned."""

    def __init__(self, app: ASGIApp, provider: Provider) -> None:
        """Stand before an application."""
        self.app = app
        self.provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, lose, or pass the request on."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.startswith(("/v1/", "/delivery/")) or path.endswith("/download"):
            await self.app(scope, receive, send)
            return
        fault = self.provider.faults.take_api_fault(str(scope["method"]), path)
        if (refusal := self._refusal(Request(scope), fault)) is not None:
            await refusal(scope, receive, send)
        elif fault is not None:
            await self._lose(fault, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, request: Request, fault: ApiFault | None) -> JSONResponse | None:
        passed, delivers = request.headers.get("authorization", ""), request.url.path.startswith("/delivery/")
        if not delivers and (self.provider.faults.token_revoked or passed != f"Bearer {self.provider.token}"):
            return unauthenticated(passed=bool(passed)).response()
        if fault is not None and fault.kind in _AT_ONCE:
            return _AT_ONCE[fault.kind]()
        creates = request.method == "POST" and request.url.path.endswith(("/trainings", "/predictions"))
        if creates and self.provider.faults.out_of_credit:
            return insufficient_credit().response()
        return None

    async def _lose(self, fault: ApiFault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "lost_answer":
            await self.app(scope, receive, _into_the_void)
        await self._hold(fault.hold_s, receive)
        late = JSONResponse({"title": "Gateway Timeout", "detail": "upstream request timeout", "status": 504}, 504)
        await late(scope, receive, send)

    async def _hold(self, hold_s: float, receive: Receive) -> None:
        """Say nothing until the caller hangs up, the stand-in closes, or the time is over."""
        ends = {asyncio.ensure_future(_hung_up(receive)), asyncio.ensure_future(self.provider.closing.wait())}
        await asyncio.wait(ends, timeout=hold_s, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()


async def _into_the_void(message: Message) -> None:
    del message


async def _hung_up(receive: Receive) -> bool:
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


def provider_of(request: Request) -> Provider:
    """Return the provider that serves this request (a FastAPI dependency)."""
    provider = request.app.state.provider
    if not isinstance(provider, Provider):
        message = "the application was built without a provider"
        raise TypeError(message)
    return provider


def bind(app: FastAPI, provider: Provider) -> None:
    """Give an application its provider, and put the gate before it."""
    app.state.provider = provider
    app.add_middleware(Gate, provider=provider)
