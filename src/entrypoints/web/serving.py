"""Serving the web app from inside a running event loop, until told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from entrypoints.settings import SettingsWrong, name_of

BACKLOG = 1024
MOST_CONNECTIONS = 1000
"""More at once are answered 503: senders come again, and a flood does not fill the memory."""
KEEP_ALIVE_S = 15
FINISH_WITHIN_S = 10


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take an address (port 0: a free one) before anything else begins.  Raises SettingsWrong when it is taken."""
    try:
        listener = _bound(host, port)
    except OSError as cause:
        why = cause.strerror or type(cause).__name__
        raise SettingsWrong(f"{name_of('listen_port')}: {host}:{port} cannot be listened on: {why}.") from cause
    with listener:
        yield listener


def _bound(host: str, port: int) -> socket.socket:
    """Bind and listen.  The protocol is named because asyncio turns Nagle's delay off only where it is."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


async def serve(app: FastAPI, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until told to stop; requests under way are finished, within bounds."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FINISH_WITHIN_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener.dup()]))
    told = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        told.cancel()
        await serving
