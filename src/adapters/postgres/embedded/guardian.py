"""The process between us and PostgreSQL: ends the server when nobody uses it, starts it again when it crashed.

Run by file name with a bare interpreter, so it imports the standard library only.  Users hold a shared lock on
`users.lock`; the kernel drops it when they die, even by SIGKILL.  Once the guardian gets that lock alone, it is over.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypedDict

GUARDIAN_LOCK = "guardian.lock"
USERS_LOCK = "users.lock"
POLL_S = 0.05
FAST_STOP_S = 60.0
LAST_WORD_S = 10.0
ATTEMPTS = 5
"""Failed starts in a row before giving up: after a crash, old server processes may need a moment to be gone."""
SHORT_RUN_S = 10.0
PR_SET_PDEATHSIG = 1


class Order(TypedDict):
    """What to keep running, as JSON on the command line."""

    home: str
    command: list[str]
    environment: dict[str, str]
    uid: int
    gid: int
    socket_dir: str
    port: int
    tcp: bool
    durable: bool


class RunningOrder(Order):
    """What is being kept running, as JSON in `guardian.lock`."""

    guardian_pid: int


class Watch:
    """Runs the ordered server while `users` (an open file) is locked by anybody."""

    def __init__(self, order: Order, users: int, log: int) -> None:
        self._order = order
        self._users = users
        self._log = log
        self._told_to_end = False

    def end(self, number: int, frame: FrameType | None) -> None:
        """Answer SIGTERM: stop the server in order."""
        self._told_to_end = True

    def run(self) -> None:
        """Return when the server is not needed any more, or cannot be started."""
        failures = 0
        while not self._is_over():
            began = time.monotonic()
            server = self._spawn()
            while server.poll() is None:
                if self._is_over():
                    stop(server)
                    return
                time.sleep(POLL_S)
            failures = failures + 1 if time.monotonic() - began < SHORT_RUN_S else 1
            self._note(f"PostgreSQL ended with {server.returncode}, attempt {failures} of {ATTEMPTS}")
            if failures == ATTEMPTS:
                return
            time.sleep(0.1 * 2**failures)

    def _is_over(self) -> bool:
        if self._told_to_end:
            return True
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        order = self._order
        foreign = order["uid"] != os.geteuid()
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            env=order["environment"],
            umask=0o077,
            user=order["uid"] if foreign else None,
            group=order["gid"] if foreign else None,
            extra_groups=[] if foreign else None,
            preexec_fn=ends_with_parent(),  # noqa: PLW1509  this process has one thread
        )

    def _note(self, text: str) -> None:
        os.write(self._log, f"guardian {os.getpid()}: {text}\n".encode())


def ends_with_parent() -> Callable[[], object] | None:
    """On Linux, have the kernel ask the server for a fast stop should the guardian itself be killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop as `pg_ctl stop -m fast` does: clients are cut off, open work is rolled back; rougher when it hangs."""
    for demand, patience_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, LAST_WORD_S)):
        server.send_signal(demand)
        try:
            server.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        return
    server.kill()
    server.wait()


def main(order: Order) -> None:
    """Go to the background, take the guardian's lock, leave a note of what runs, and keep watch.

    The caller sees this process end with 0 once lock and note are made, and with 1 when they could not be.
    """
    listening, telling = os.pipe()
    if os.fork():
        os.close(telling)
        os._exit(0 if os.read(listening, 1) else 1)
    os.close(listening)
    home = Path(order["home"])
    guardian = os.open(home / GUARDIAN_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(guardian, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.ftruncate(guardian, 0)
    os.write(guardian, json.dumps({**order, "guardian_pid": os.getpid()}).encode())
    watch = Watch(order, users=os.open(home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600), log=sys.stderr.fileno())
    signal.signal(signal.SIGTERM, watch.end)
    os.write(telling, b"1")
    os.close(telling)
    try:
        watch.run()
    finally:
        shutil.rmtree(order["socket_dir"], ignore_errors=True)
        os.ftruncate(guardian, 0)
        fcntl.flock(guardian, fcntl.LOCK_UN)  # before the users' lock, so that a newcomer never joins the dying


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
