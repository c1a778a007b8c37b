"""A receiver of webhooks and notices that remembers what came, and answers as it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response

from entrypoints.sandbox.serving import serving

Answer = tuple[int, str]


@dataclass
class Receiver:
    """What was received, oldest first; `answers` are given in turn, and then `answer` for ever."""

    url: str = ""
    answer: Answer = (200, "OK")
    answers: list[Answer] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.body())
        self.arrived.set()
        status, text = self.answers.pop(0) if self.answers else self.answer
        return Response(text, status, headers={"location": "/elsewhere"} if status in {301, 302} else {})

    async def until(self, holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until something holds, looking again after each arrival."""
        async with asyncio.timeout(timeout_s):
            while not holds():
                self.arrived.clear()
                await self.arrived.wait()


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Serve a receiver while the block runs."""
    receiver = Receiver()
    app = FastAPI()
    app.add_api_route("/hook", receiver.take, methods=["POST"])
    async with serving(app) as base_url:
        receiver.url = f"{base_url}/hook"
        yield receiver
