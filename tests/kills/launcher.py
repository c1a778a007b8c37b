"""The launcher: imports everything once, then forks a product for each line on stdin, one at a time.

A line is a JSON object (see Orders); ``started <pid>`` and ``ended <wait status>`` are written back.  The web app's
socket is the launcher's, so that its address outlives the product.
"""

import asyncio
import gc
import json
import os
import socket
import sys
import traceback
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from adapters.clock import RandomNames, SystemClock
from entrypoints.database import open_store
from entrypoints.ground import Ground, bots_of, catalogue_of
from entrypoints.logs import Redaction, configure_logs
from entrypoints.running import run
from entrypoints.settings import load_settings
from entrypoints.vendors import open_vendors
from entrypoints.web.serving import listening
from entrypoints.worker.bell import Bell
from tests.kills.boundaries import Boundary, Tripwire
from tests.kills.wiring import watched


@dataclass(frozen=True, slots=True)
class Orders:
    """How a product is to run: its settings, where it notes and writes, and where it shall die."""

    settings: dict[str, object]
    log: str
    armed: str
    output: str
    late_s: float = 0.0
    """How far its clock is ahead: a restart comes when claims of the dead process have ended."""
    fatal: Boundary | None = None

    def line(self) -> str:
        return json.dumps(asdict(self))


def read_orders(line: str) -> Orders:
    given = json.loads(line)
    fatal = given.pop("fatal")
    return Orders(**given, fatal=Boundary(**fatal) if fatal else None)


@dataclass(frozen=True, slots=True)
class LateClock:
    """The system's time, and some seconds more."""

    late_s: float

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self.late_s)


async def live(orders: Orders, listener: socket.socket) -> None:
    """Open the house as the entrypoints do, put tripwires in, and run all parts until killed."""
    settings = load_settings(None, **orders.settings)
    tripwire = Tripwire(Path(orders.log), Path(orders.armed), orders.fatal)
    clock, names, bell = LateClock(orders.late_s), RandomNames(), Bell()
    async with open_store(settings, clock, names, bell.ring) as store:
        redaction = Redaction(settings.secrets())
        ground = Ground(settings, clock, names, catalogue_of(settings), bots_of(settings), store, bell, redaction)
        async with open_vendors(ground) as house:
            await run(watched(house, tripwire), asyncio.Event(), listener=listener)


def product(orders: Orders, listener: socket.socket) -> None:
    """Be the product, in a fresh process; never returns."""
    output = os.open(orders.output, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
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


def main() -> None:
    """Serve the lines of stdin until it is closed."""
    with listening("127.0.0.1", 0) as listener:
        say(f"port {listener.getsockname()[1]}")
        gc.freeze()
        for line in sys.stdin:
            orders = read_orders(line)
            pid = os.fork()
            if pid == 0:
                product(orders, listener)
            say(f"started {pid}")
            say(f"ended {os.waitpid(pid, 0)[1]}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
