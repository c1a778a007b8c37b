"""The database fails in every way under traffic: nothing is lost or doubled, and nobody has to lend a hand.

``make test`` lets each trouble come a few times, ``make crash-matrix`` for minutes.
"""

import asyncio
import random
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.postgres.migrate import migrate
from tests.database_faults.server import CRASH, FAST, FragileServer, fragile_server
from tests.database_faults.traffic import AT_ONCE, Traffic, flowing, in_order, until
from tests.database_faults.wire import laid_wire

KILL_ONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1
"""
FULL = """
    CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON avatar.events EXECUTE FUNCTION public.full_disk();
    CREATE TRIGGER full_disk BEFORE INSERT ON avatar.arrivals EXECUTE FUNCTION public.full_disk();
"""
"""A disk without a byte left, to whoever writes: any machine can have it, and the SQLSTATE is the same."""
FREED = "DROP FUNCTION public.full_disk CASCADE"
DISK_BYTES, LEFT_BYTES = 256 << 20, 1 << 20
HOUR = timedelta(hours=1)

Trouble = Callable[[Traffic], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Length:
    """How often a trouble comes, and how long the database is well in between; troubles of a moment come in showers."""

    times: int
    every_s: float
    shower: int
    customers: int


SHORT = Length(2, 0.6, 2, 12)
LONG = pytest.param(Length(12, 5.0, 5, 200), marks=[pytest.mark.matrix, pytest.mark.timeout(1800)])
LENGTHS = pytest.mark.parametrize("length", [SHORT, LONG], ids=["short", "long"])


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of a trouble."""

    customers: int
    refusals: int
    wrongly: int
    """Commits that had succeeded and were seen as failures."""


async def suffer(dsn: str, trouble: Trouble, least: int) -> Aftermath:
    """Let traffic flow while the trouble lasts, and look through everything afterwards."""
    async with flowing(dsn) as traffic:
        over = asyncio.Event()

        async def troubled() -> None:
            await trouble(traffic)
            over.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(troubled())
            group.create_task(traffic.flow_until(over, least))
        wrongly = await in_order(traffic, dsn)
    after = Aftermath(traffic.customers, traffic.refused["StoreUnavailable"], wrongly)
    print(after)  # noqa: T201  (the figures are to be seen: pytest -s)
    return after


def repeated(length: Length, act: Callable[[], None]) -> Trouble:
    """The trouble of doing something bad again and again."""

    async def trouble(_traffic: Traffic) -> None:
        for _ in range(length.times):
            await asyncio.sleep(length.every_s)
            await asyncio.to_thread(act)

    return trouble


@LENGTHS
@pytest.mark.parametrize("how", [CRASH, FAST], ids=["as-a-crash", "in-order"])
async def test_the_server_is_restarted(server: FragileServer, length: Length, how: signal.Signals) -> None:
    after = await suffer(server.dsn, repeated(length, lambda: server.restart(how)), length.customers)
    assert after.customers >= length.customers


@LENGTHS
async def test_backends_are_killed(server: FragileServer, length: Length) -> None:
    def kill_some() -> None:
        for _ in range(4 * length.shower):
            server.say(KILL_ONE)

    after = await suffer(server.dsn, repeated(length, kill_some), length.customers)
    assert after.customers >= length.customers


@LENGTHS
async def test_connections_are_cut(server: FragileServer, length: Length) -> None:
    async with laid_wire(server.socket) as (wire, folder):
        after = await suffer(server.dsn_through(folder), _cutting(wire.cut, length), length.customers)
    assert wire.cuts >= length.times * length.shower
    assert after.customers >= length.customers


@LENGTHS
async def test_commits_whose_answers_are_lost_are_made_once(server: FragileServer, length: Length) -> None:
    async with laid_wire(server.socket) as (wire, folder):
        after = await suffer(server.dsn_through(folder), _cutting(wire.swallow, length), length.customers)
    assert after.wrongly


def _cutting(cut: Callable[[], Awaitable[None]], length: Length) -> Trouble:
    async def trouble(_traffic: Traffic) -> None:
        for _ in range(length.times * length.shower):
            await asyncio.sleep(random.uniform(0, 2 * length.every_s / length.shower))
            await cut()

    return trouble


@LENGTHS
async def test_the_disk_is_full(server: FragileServer, length: Length) -> None:
    async def trouble(_traffic: Traffic) -> None:
        for _ in range(length.times):
            await asyncio.sleep(length.every_s / 2)
            await asyncio.to_thread(server.say, FULL)
            await asyncio.sleep(length.every_s / 2)
            await asyncio.to_thread(server.say, FREED)

    after = await suffer(server.dsn, trouble, length.customers)
    assert after.refusals


@pytest.mark.matrix
@pytest.mark.timeout(1800)
async def test_a_real_disk_is_full(small_disk: Path) -> None:
    with fragile_server(small_disk / "database") as server:
        await migrate(server.dsn)
        after = await suffer(server.dsn, _filling(server, small_disk / "ballast"), 200)
        assert "No space left on device" in (server.cluster.home / "log").read_text()
    assert after.refusals


@pytest.fixture
def small_disk(server_folder: Path) -> Iterator[Path]:
    """A disk of 256 MB in memory; to mount it takes root's rights."""
    with _mounted(["-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0711", "tmpfs"], server_folder):
        yield server_folder


@contextmanager
def _mounted(what: Sequence[str], folder: Path) -> Iterator[None]:
    subprocess.run(["/bin/mount", *what, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", folder], check=True)


def _filling(server: FragileServer, ballast: Path) -> Trouble:
    """Fill the disk to its last page, and free it some seconds later; whoever starts servers does so all the time."""

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(LEFT_BYTES)):
                    pass
            except OSError:
                return

    async def trouble(_traffic: Traffic) -> None:
        for _ in range(6):
            await asyncio.sleep(3)
            await asyncio.to_thread(fill)
            await asyncio.sleep(3)
            await asyncio.to_thread(ballast.unlink)
            if server.is_down:
                await asyncio.to_thread(server.start)

    return trouble


@LENGTHS
async def test_the_clock_is_set_back_an_hour(server: FragileServer, length: Length) -> None:
    """What was put off before waits until the hour has come again; everybody who comes meanwhile is served."""

    async def trouble(traffic: Traffic) -> None:
        await asyncio.sleep(length.times * length.every_s / 2)
        traffic.clock.moved -= HOUR
        served, started = traffic.customers, traffic.painter.started
        await until(lambda: traffic.customers > served + AT_ONCE and traffic.painter.started > started)
        await asyncio.sleep(length.times * length.every_s / 2)

    after = await suffer(server.dsn, trouble, length.customers)
    assert after.customers >= length.customers
