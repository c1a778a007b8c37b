"""A process that serves webhooks, ours or a bare one: ``python -m benchmarks.serving whole|bare <dsn>``."""

import asyncio
import contextlib
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response

from benchmarks.crew import own_output
from benchmarks.updates import TOKEN, InstantTelegram
from entrypoints.opening import open_ground
from entrypoints.running import WEB, run
from entrypoints.settings import BotSettings, Settings, load_settings
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import open_vendors
from entrypoints.web.serving import listening, serve

BARE, WHOLE = "bare", "whole"
_BOT = "bench_bot"
PATH = f"/telegram/{_BOT}"
SECRET = BotSettings(token=TOKEN).webhook_secret.get_secret_value()  # type: ignore[arg-type]  # pydantic takes text


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    process: asyncio.subprocess.Process
    port: int


@contextlib.asynccontextmanager
async def served(kind: str, dsn: str) -> AsyncIterator[Served]:
    """Start the process, and end it afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.serving", kind, dsn, stdin=pipe, stdout=pipe
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Served(process, int(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


def bare_app() -> FastAPI:
    """Return what FastAPI alone can do: a route that says yes."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.post("/telegram/{bot}", response_class=Response)
    async def say_yes(bot: str, request: Request) -> Response:  # noqa: ARG001  in the path
        await request.body()
        return Response()

    return app


def _settings(dsn: str, folder: str) -> Settings:
    return load_settings(
        None,
        bots={_BOT: {"token": TOKEN}},
        database_url=dsn,
        data_dir=Path(folder),
        replicate_token="nobody's",  # noqa: S106
        replicate_models=("nobody/avatars",),
        telegram_updates="webhook",
        public_url="https://nowhere.invalid",
        telegram_url="http://127.0.0.1:9",
        log_level="error",
    )


async def main(kind: str, dsn: str) -> None:
    """Serve until the parent closes our input."""
    with listening("127.0.0.1", 0) as listener, own_output() as out:
        print(listener.getsockname()[1], file=out, flush=True)
        stop = asyncio.Event()
        serving = asyncio.create_task(_serve(kind, dsn, listener, stop))
        await asyncio.to_thread(sys.stdin.read)
        stop.set()
        await serving


async def _serve(kind: str, dsn: str, listener: socket.socket, stop: asyncio.Event) -> None:
    if kind == BARE:
        with rare_sweeps():
            await serve(bare_app(), listener, stop)
        return
    with tempfile.TemporaryDirectory(prefix="avatar-benchmarks-") as folder:
        async with open_ground(_settings(dsn, folder)) as ground, open_vendors(ground) as house:
            for bot in house.telegram.bots.values():
                bot.session = InstantTelegram()
            await run(house, stop, (WEB,), listener)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
