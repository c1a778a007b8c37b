"""The parts as a process of its own: started by the command, serving a customer, stopped by a signal."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from adapters.postgres.embedded.guardian import GUARDIAN_LOCK
from adapters.postgres.embedded.locks import FolderLock
from avatar_core.testing.examples import BOT
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.serving import http_client
from entrypoints.sandbox.telegram import TelegramSandbox
from tests.entrypoints.memory_house import TOKEN

SOON_S = 60.0
COMMAND = "from entrypoints.cli import main; main()"


@dataclass
class Running:
    """A started command, and what it has said on standard error."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.said.append(line.decode())

    def heard(self, words: str) -> bool:
        return any(words in line for line in self.said)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for a condition.  Raises TimeoutError, and AssertionError once the process has ended."""
        async with asyncio.timeout(SOON_S):
            while not true():
                assert self.process.returncode is None, "".join(self.said)
                await asyncio.sleep(0.02)

    async def end(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to end, and return its exit code."""
        self.process.send_signal(kind)
        async with asyncio.timeout(SOON_S):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def started(folder: Path, *words: str) -> AsyncIterator[Running]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AVATAR_", "REPLICATE_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", COMMAND, *words, cwd=folder, env=clean, stderr=asyncio.subprocess.PIPE
    )
    running = Running(process)
    hearing = asyncio.create_task(running.listen())
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await hearing


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
async def vendors() -> AsyncIterator[tuple[TelegramSandbox, ReplicateSandbox]]:
    async with TelegramSandbox.running() as telegram, ReplicateSandbox.running() as replicate:
        telegram.register_bot(TOKEN, BOT)
        yield telegram, replicate


def lines(vendors: tuple[TelegramSandbox, ReplicateSandbox], port: int) -> list[str]:
    telegram, replicate = vendors
    return [
        f"AVATAR_BOTS__{BOT.upper()}__TOKEN={TOKEN}",
        f"AVATAR_TELEGRAM_URL={telegram.base_url}",
        f"AVATAR_REPLICATE_URL={replicate.base_url}",
        f"AVATAR_REPLICATE_MODELS={replicate.account}/avatars",
        f"REPLICATE_API_TOKEN={replicate.token}",
        f"AVATAR_LISTEN_PORT={port}",
    ]


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


async def test_one_command_runs_the_whole_business_on_a_database_it_brings_along(
    server_folder: Path, vendors: tuple[TelegramSandbox, ReplicateSandbox]
) -> None:
    telegram, _ = vendors
    port = free_port()
    (server_folder / ".env").write_text("\n".join(lines(vendors, port)), encoding="utf-8")
    fan = telegram.person("Fan")
    async with started(server_folder, "up") as running, http_client() as client:
        await fan.write("/start")
        await running.until(lambda: any(message.is_from_bot for message in fan.chat))
        await running.until(lambda: running.heard(f"@{BOT} answers now"))
        assert await answers(client, f"http://127.0.0.1:{port}/readyz")
        assert await running.end() == 0
        assert FolderLock(server_folder / "data" / "database" / GUARDIAN_LOCK).is_free()  # the database has ended first
    assert [line for line in running.said if "Traceback" in line or TOKEN in line] == []


async def test_a_killed_process_is_followed_by_one_that_answers_what_it_had_kept(
    tmp_path: Path, migrated_dsn: str, vendors: tuple[TelegramSandbox, ReplicateSandbox]
) -> None:
    telegram, _ = vendors
    here = [*lines(vendors, free_port()), f"AVATAR_DATABASE_URL={migrated_dsn}"]
    (tmp_path / ".env").write_text("\n".join(here), encoding="utf-8")
    fan = telegram.person("Fan")
    async with started(tmp_path, "up") as running:
        await fan.write("/start")
        await running.until(lambda: any(message.is_from_bot for message in fan.chat))
        await fan.write("/balance")
        assert await running.end(signal.SIGKILL) == -signal.SIGKILL
    before = sum(message.is_from_bot for message in fan.chat)
    await fan.write("/menu")
    async with started(tmp_path, "up") as running:
        await running.until(lambda: sum(message.is_from_bot for message in fan.chat) > before)
        assert await running.end(signal.SIGINT) == 0


async def test_updates_come_by_webhook_where_the_owner_wants_it(
    tmp_path: Path, migrated_dsn: str, vendors: tuple[TelegramSandbox, ReplicateSandbox]
) -> None:
    telegram, _ = vendors
    port = free_port()
    here = [
        *lines(vendors, port),
        f"AVATAR_DATABASE_URL={migrated_dsn}",
        f"AVATAR_PUBLIC_URL=http://127.0.0.1:{port}",
        "AVATAR_TELEGRAM_UPDATES=webhook",
    ]
    (tmp_path / ".env").write_text("\n".join(here), encoding="utf-8")
    fan = telegram.person("Fan")
    async with started(tmp_path, "serve") as running:
        await running.until(lambda: running.heard(f"@{BOT} answers now"))
        await fan.write("/start")
        await running.until(lambda: any(message.is_from_bot for message in fan.chat))
        assert telegram.bots[0].webhook.url == f"http://127.0.0.1:{port}/telegram/{BOT}"
        assert TOKEN not in telegram.bots[0].webhook.url
        assert telegram.calls("getUpdates") == []
        assert await running.end() == 0


async def test_a_taken_port_ends_the_start_with_one_sentence(
    tmp_path: Path, migrated_dsn: str, vendors: tuple[TelegramSandbox, ReplicateSandbox]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = [*lines(vendors, taken.getsockname()[1]), f"AVATAR_DATABASE_URL={migrated_dsn}"]
        (tmp_path / ".env").write_text("\n".join(here), encoding="utf-8")
        async with started(tmp_path, "serve") as running:
            async with asyncio.timeout(SOON_S):
                assert await running.process.wait() == 2
    assert [line.split(":")[0] for line in running.said] == ["AVATAR_LISTEN_PORT"]
