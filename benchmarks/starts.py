"""S14: the demo from a warm installation, the embedded server's warm start, and the same server beside a system's."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.embedded.accounts import named_account, server_account
from benchmarks.figures import Amount, AtLeast, Figure, Findings, held_to
from benchmarks.rounds import Rounds
from benchmarks.server import Server

MOST_DEMO_S, MOST_START_S = 60, 0.5
CONNECTIONS = 8
GOAL = "the design's goal"
EMBEDDED, SYSTEM = "embedded", "system"


@dataclass(frozen=True, slots=True)
class StartSize:
    """How much is measured."""

    has_demo: bool
    scale: int
    """Of pgbench."""
    duration_s: float


async def measure_starts(server: Server, size: StartSize, rounds: Rounds) -> Findings:
    """Run the demo once, start the embedded server warm, and let both servers run pgbench by turns."""
    found = Findings([await _warm_start(rounds)])
    if size.has_demo:
        found += Findings([await asyncio.to_thread(_demo)])
    return found + await _beside_system(server, size, rounds)


def _demo() -> Figure:
    with tempfile.TemporaryDirectory(prefix="avatar-demo-") as folder:
        avatar = Path(sys.executable).with_name("avatar")
        began = time.perf_counter()
        subprocess.run([avatar, "demo"], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        taken = Amount(time.perf_counter() - began, "s")
    return held_to("S14", "the demo from a warm installation", taken, MOST_DEMO_S, GOAL)


async def _warm_start(rounds: Rounds) -> Figure:
    folder = _open_folder()
    try:
        with EmbeddedPostgres(folder / "database"):
            pass

        async def start() -> float:
            postgres = EmbeddedPostgres(folder / "database")
            began = time.perf_counter()
            await asyncio.to_thread(postgres.start)
            taken = time.perf_counter() - began
            await asyncio.to_thread(postgres.stop)
            return taken

        medians = await rounds.medians({"start": start})
    finally:
        shutil.rmtree(folder)
    return held_to("S14", "embedded server, warm start", Amount(medians["start"], "s"), MOST_START_S, GOAL)


def _open_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="avatar-start-"))
    folder.chmod(0o711)  # root's server runs under another account
    return folder


async def _beside_system(server: Server, size: StartSize, rounds: Rounds) -> Findings:
    binaries = _system_binaries()
    if binaries is None:
        return Findings(remarks=["**S14**: no PostgreSQL of the system's own was found to compare with."])
    with _system_server(binaries) as dsn:
        servers = {EMBEDDED: server, SYSTEM: replace(server, limit_dsn=dsn)}
        for each in servers.values():
            await asyncio.to_thread(each.fill_limit, size.scale)
        medians = await rounds.medians(
            {name: partial(each.pgbench, CONNECTIONS, size.duration_s) for name, each in servers.items()}
        )
    what, name = f"pgbench TPC-B-like, {CONNECTIONS} connections, embedded", f"the system's {_version(binaries)}"
    ours, theirs = Amount(medians[EMBEDDED], "/s"), Amount(medians[SYSTEM], "/s")
    return Findings([Figure("S14", what, ours, name, theirs, AtLeast(0.8))])


def _system_binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


def _version(binaries: Path) -> str:
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return f"PostgreSQL {said.split()[2]}"


@contextmanager
def _system_server(binaries: Path) -> Iterator[str]:
    """Run the system's PostgreSQL on a folder of its own, durable, with nothing but a local socket."""
    folder = Path(tempfile.mkdtemp(prefix="avatar-system-"))
    account = named_account(server_account(folder / "none"))
    os.chown(folder, account.uid, account.gid)
    data, identity = folder / "data", account.spawn_identity()

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **identity)

    try:
        run("initdb", "-U", "avatar", "--auth=trust", "-E", "UTF8", "--locale=C")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=''", "start")
        yield f"host={folder} port=5432 user=avatar dbname=postgres"
    finally:
        run("pg_ctl", "-m", "fast", "stop")
        shutil.rmtree(folder)
