"""Serve an ASGI application on 127.0.0.1 from inside a running event loop, and call others from there."""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import uvicorn
from fastapi import FastAPI


class _EmbeddedServer(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs the process, and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Keep the Date header right, and leave as soon as told: tests start and stop many servers."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), 0.1)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Serve while the block runs, and give the base URL.  Port 0 takes a free one; nothing outside can reach it."""
    with _listener(port) as listener:
        config = uvicorn.Config(
            app, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        server = _EmbeddedServer(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        task.add_done_callback(lambda _: server.listening.set())  # a server that cannot start must not be waited for
        try:
            await server.listening.wait()
            if task.done():
                await task
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.leaving.set()
            await task


def _listener(port: int) -> socket.socket:
    """Open a port.  The protocol is named: asyncio turns Nagle's delay (40 ms an answer) off only where it is."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def http_client(timeout_s: float = 30.0, *, follow_redirects: bool = False) -> httpx.AsyncClient:
    """Make a client that heeds no proxy settings; reading the trusted certificates is what costs time, so once only."""
    return httpx.AsyncClient(
        timeout=timeout_s, follow_redirects=follow_redirects, trust_env=False, verify=_trusted_certificates()
    )


@functools.cache
def _trusted_certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
