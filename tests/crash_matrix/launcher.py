"""The launchers: one process imports everything, then forks as many launchers as it was given sockets.

Each forks a product for each line on its socket, one at a time.  A line is a JSON object (see Orders); the answers are
``started <pid>`` and ``ended <wait status>``.  The web app's socket is the launcher's, so that its address outlives the
product.
"""

import asyncio
import ctypes
import functools
import gc
import json
import os
import signal
import socket
import ssl
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from adapters.clock import RandomNames
from adapters.postgres.embedded.guardian import PR_SET_PDEATHSIG
from avatar_core.customers import Language
from entrypoints.bot.texts import words_in
from entrypoints.database import open_store
from entrypoints.ground import Ground, bots_of, catalogue_of
from entrypoints.logs import Redaction, configure_logs
from entrypoints.running import BOT, WEB, WORKER, process_of
from entrypoints.settings import load_settings
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import OpenHouse, open_vendors
from entrypoints.web.serving import listening, serve
from entrypoints.worker.bell import Bell
from entrypoints.worker.supervision import supervise
from tests.crash_matrix.boundaries import Boundary, Tripwire
from tests.crash_matrix.broken_rules import BROKEN
from tests.crash_matrix.clock import PushedClock
from tests.crash_matrix.files import watch_files
from tests.crash_matrix.wiring import AnsweringWatched, recording, watched


@dataclass(frozen=True, slots=True)
class Orders:
    """How a product is to run: its settings, the folder where it notes and writes, and where it shall die."""

    settings: dict[str, object]
    folder: str
    fatal: Boundary | None = None
    broken: str | None = None
    """A rule that this product breaks on purpose."""

    def line(self) -> str:
        return json.dumps(asdict(self))


def read_orders(line: str) -> Orders:
    given = json.loads(line)
    fatal = given.pop("fatal")
    return Orders(**given, fatal=Boundary(**fatal) if fatal else None)


async def live(orders: Orders, listener: socket.socket) -> None:
    """Open the house as the entrypoints do, put tripwires in, and run all parts until killed."""
    settings, folder = load_settings(None, **orders.settings), Path(orders.folder)
    tripwire = Tripwire(folder / "log", folder / "armed", orders.fatal)
    clock, names, bell = PushedClock(folder / "clock"), RandomNames(), Bell()
    watch_files(folder / "photos", tripwire)
    async with open_store(settings, clock, names, bell.ring) as store:
        redaction = Redaction(settings.secrets())
        ground = Ground(settings, clock, names, catalogue_of(settings), bots_of(settings), store, bell, redaction)
        async with open_vendors(ground) as house:
            product = watched(recording(house, folder / "published"), tripwire)
            await run(BROKEN[orders.broken](product) if orders.broken else product, tripwire, listener)


async def run(house: OpenHouse, tripwire: Tripwire, listener: socket.socket) -> None:
    """Run bot, web and worker as `avatar up` does, with a boundary on each side of each answer of the web app."""
    process = process_of(house)
    process.app.add_middleware(AnsweringWatched, tripwire=tripwire)
    parts = {
        BOT: process.run_bot,
        WORKER: process.worker.run,
        WEB: lambda told: serve(process.app, listener, told),
    }
    with rare_sweeps():
        await supervise(parts, asyncio.Event())


def be_product(orders: Orders, listener: socket.socket) -> None:
    """Be the product, in a fresh process; never returns."""
    output = os.open(Path(orders.folder, "output"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    configure_logs("warning")
    try:
        asyncio.run(live(orders, listener))
    except BaseException:  # noqa: BLE001  (the edge of the process)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def die_with_parent() -> None:
    """On Linux, have the kernel end this process with the one that forked it: a test run that is killed leaves none."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def warm_up() -> None:
    """Read once what each product would read anew: words, and the certificates of vendors that are not asked here."""
    setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))  # noqa: B010  (mypy: it is fixed)
    httpx.AsyncHTTPTransport()
    for language in Language:
        words_in(language)


def main() -> None:
    """Fork the launchers, and end when all of them have."""
    die_with_parent()
    warm_up()
    gc.freeze()
    for number in map(int, sys.argv[1:]):
        if os.fork() == 0:
            die_with_parent()
            with socket.socket(fileno=number) as harness:
                serve_lines(harness)
            os._exit(0)
        os.close(number)
    for _ in sys.argv[1:]:
        os.wait()


def serve_lines(harness: socket.socket) -> None:
    """Fork a product for each line until the other end is closed."""
    with listening("127.0.0.1", 0) as listener, harness.makefile("rw") as lines:

        def say(text: str) -> None:
            lines.write(f"{text}\n")
            lines.flush()

        say(f"port {listener.getsockname()[1]}")
        for line in lines:
            orders = read_orders(line)
            pid = os.fork()
            if pid == 0:
                die_with_parent()
                be_product(orders, listener)
            say(f"started {pid}")
            say(f"ended {os.waitpid(pid, 0)[1]}")


if __name__ == "__main__":
    main()
