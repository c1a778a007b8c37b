"""A served web app over memory, and clients that speak real HTTP to it."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from avatar_core.errors import StoreUnavailable
from avatar_core.ids import BotId
from avatar_core.testing.examples import BOT
from entrypoints.container.whole import web_container
from entrypoints.sandbox.serving import http_client
from entrypoints.web.app import make_app
from entrypoints.web.desk import WebDesk
from entrypoints.web.serving import listening, serve
from entrypoints.web.telegram import TelegramDoor
from tests.entrypoints.memory_house import REPLICATE_SECRET, MemoryHouse


@dataclass
class Desk:
    """An intake that keeps updates, or refuses to."""

    kept: list[tuple[BotId, dict[str, Any]]] = field(default_factory=list)
    down: bool = False

    async def receive(self, bot: BotId, updates: Sequence[Mapping[str, Any]]) -> None:
        if self.down:
            raise StoreUnavailable(reason="restarting")
        self.kept.extend((bot, dict(update)) for update in updates)


@dataclass
class Served:
    """A running web app and what is behind it."""

    outside: MemoryHouse
    intake: Desk
    client: httpx.AsyncClient

    @property
    def telegram_secret(self) -> str:
        return self.outside.settings.bots[BOT].webhook_secret.get_secret_value()

    async def notify(self, run: Mapping[str, object], name: str = "msg_1", **odd: Any) -> httpx.Response:  # noqa: ANN401  (parts of a request)
        """Post a run as Replicate does; ``odd`` replaces its body, time, signature or query."""
        body = odd.get("body", json.dumps(dict(run)).encode())
        sent_at = str(odd.get("at", int(self.outside.clock.now().timestamp())))
        headers = {
            "webhook-id": name,
            "webhook-timestamp": sent_at,
            "webhook-signature": odd.get("signature", signed(name, sent_at, body)),
        }
        return await self.client.post("/replicate" + odd.get("query", ""), content=body, headers=headers)


def signed(name: str, sent_at: str, body: bytes, secret: str = REPLICATE_SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{name}.{sent_at}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


@pytest.fixture
def outside() -> MemoryHouse:
    return MemoryHouse()


@pytest.fixture
async def served(outside: MemoryHouse) -> AsyncIterator[Served]:
    async with serving(outside) as running:
        yield running


@contextlib.asynccontextmanager
async def serving(outside: MemoryHouse) -> AsyncIterator[Served]:
    intake = Desk()
    secrets = {BotId(name): bot.webhook_secret for name, bot in outside.settings.bots.items()}
    app = make_app(web_container(outside.house).get(WebDesk), TelegramDoor(intake.receive, secrets))
    stop = asyncio.Event()
    with listening("127.0.0.1", 0) as listener:
        running = asyncio.create_task(serve(app, listener, stop))
        async with http_client() as client:
            client.base_url = httpx.URL(f"http://127.0.0.1:{listener.getsockname()[1]}")
            yield Served(outside, intake, client)
        stop.set()
        await running
