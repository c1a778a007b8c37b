"""How processes share one server: start it, join it, leave it, with nothing but the kernel's locks to agree by."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.postgres.embedded import guardian
from adapters.postgres.embedded.cluster import QUIET_ENVIRONMENT, SUPERUSER, Cluster
from adapters.postgres.embedded.configuration import DEFAULT_PORT, server_arguments
from adapters.postgres.embedded.errors import (
    EmbeddedPostgresError,
    ServerDidNotStart,
    file_errors_named,
    start_failure,
)
from adapters.postgres.embedded.folders import LOG, SOCKET_PREFIX, make_socket_dir
from adapters.postgres.embedded.locks import POLL_S, FolderLock

MAINTENANCE_DATABASE = "postgres"
STOP_TIMEOUT_S = 90.0
LOG_LIMIT_BYTES = 10_000_000
LOG_TAIL_BYTES = 4_000


@dataclass(frozen=True)
class Wish:
    """How a caller wants the server to run."""

    durable: bool
    tcp_port: int | None


def connection_string(running: guardian.Order, database: str) -> str:
    """A libpq connection string over the local socket."""
    return make_conninfo(host=running["socket_dir"], port=running["port"], user=SUPERUSER, dbname=database)


@dataclass(frozen=True)
class SharedServer:
    """The server on one cluster.  Starting and leaving happen one at a time, under `lifecycle.lock`."""

    cluster: Cluster
    start_timeout_s: float

    @cached_property
    def _users(self) -> FolderLock:
        return FolderLock(self.cluster.home / guardian.USERS_LOCK)

    @cached_property
    def _guardian(self) -> FolderLock:
        return FolderLock(self.cluster.home / guardian.GUARDIAN_LOCK)

    @property
    def _log(self) -> Path:
        return self.cluster.home / LOG

    def join(self, wish: Wish) -> guardian.RunningOrder:
        """Become a user of the server, starting it when it does not run.

        Raises ServerDidNotStart, DataFolderUnusable, DiskFull, and EmbeddedPostgresError when it runs otherwise.
        """
        with self._alone():
            if not self._users.take(shared=True, timeout_s=self.start_timeout_s):
                raise ServerDidNotStart(f"the server on {self.cluster.home} is being stopped by {self._describe()}")
            try:
                return self._run(wish)
            except BaseException:
                self._users.release()
                raise

    def leave(self) -> None:
        """Stop being a user; the last one waits until the server has ended."""
        with self._alone():
            self._users.release()
            deadline = time.monotonic() + STOP_TIMEOUT_S
            while not self._guardian.is_free():
                if self._is_used_by_others():
                    return
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"the server was not ended in {STOP_TIMEOUT_S} s by {self._describe()}")
                time.sleep(POLL_S)
            self._clear()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        turn = FolderLock(self.cluster.home / "lifecycle.lock")
        with file_errors_named(self.cluster.home):
            if not turn.take(timeout_s=self.start_timeout_s):
                raise ServerDidNotStart(f"another process is still starting or stopping it ({self.cluster.home})")
            try:
                yield
            finally:
                turn.release()

    def _is_used_by_others(self) -> bool:
        """Shared but not exclusive: taken by users.  Not even shared: taken by the guardian, which is stopping."""
        if self._users.is_free():
            return False
        probe = FolderLock(self.cluster.home / guardian.USERS_LOCK)
        shared = probe.take(shared=True)
        probe.release()
        return shared

    def _run(self, wish: Wish) -> guardian.RunningOrder:
        """Join what runs; start it when nothing does, or when what ran was just dying."""
        running = None if self._guardian.is_free() else self._running()
        if running and self._serves(running, wish) and self._is_ready(running):
            return running
        log_start = self._launch(wish)
        running = self._running()
        if running and self._is_ready(running):
            return running
        raise start_failure(self._told_since(log_start), self.cluster.home)

    def _serves(self, running: guardian.RunningOrder, wish: Wish) -> bool:
        """Hold the wish against the server that runs; raises EmbeddedPostgresError when they differ."""
        tcp_port = running["port"] if running["tcp"] else None
        if running["durable"] == wish.durable and wish.tcp_port in (None, tcp_port):
            return True
        raise EmbeddedPostgresError(f"the server runs already, set up otherwise than asked for: {self._describe()}")

    def _launch(self, wish: Wish) -> int:
        """Start the guardian once no old one is left; return how long the log was before."""
        if not self._guardian.take(timeout_s=self.start_timeout_s):
            raise ServerDidNotStart(f"the server on {self.cluster.home} does not end: {self._describe()}")
        self._guardian.release()
        self._clear()
        self.cluster.prepare(durable=wish.durable)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        self._log.touch(mode=0o600)  # statements of failed commands are in it
        socket_dir = make_socket_dir(self.cluster.account)
        with self._log.open("ab") as log:
            log_start = log.tell()
            started = subprocess.run(
                [sys.executable, "-I", "-S", guardian.__file__, json.dumps(self._order(wish, socket_dir))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                env=QUIET_ENVIRONMENT,
                start_new_session=True,
                check=False,
            )
        if started.returncode != 0:
            shutil.rmtree(socket_dir)
            raise start_failure(self._told_since(log_start), self.cluster.home)
        return log_start

    def _order(self, wish: Wish, socket_dir: Path) -> guardian.Order:
        cluster = self.cluster
        arguments = server_arguments(cluster.folder, socket_dir, wish.tcp_port, durable=wish.durable)
        return {
            "home": str(cluster.home),
            "command": [str(cluster.binaries / "postgres"), *arguments],
            "environment": QUIET_ENVIRONMENT,
            "uid": cluster.account.uid,
            "gid": cluster.account.gid,
            "socket_dir": str(socket_dir),
            "port": wish.tcp_port or DEFAULT_PORT,
            "tcp": wish.tcp_port is not None,
            "durable": wish.durable,
        }

    def _clear(self) -> None:
        """Remove what a killed guardian left: perhaps its server, and the socket's folder."""
        self.cluster.end_leftovers()
        running = self._running()
        if running and Path(running["socket_dir"]).name.startswith(SOCKET_PREFIX):
            shutil.rmtree(running["socket_dir"], ignore_errors=True)
        (self.cluster.home / guardian.GUARDIAN_LOCK).write_text("")

    def _running(self) -> guardian.RunningOrder | None:
        """The guardian's note; None when it has emptied it, which it does last of all."""
        note = (self.cluster.home / guardian.GUARDIAN_LOCK).read_text()
        running: guardian.RunningOrder | None = json.loads(note) if note else None
        return running

    def _describe(self) -> str:
        running = self._running()
        return f"guardian process {running['guardian_pid'] if running else 'gone'}, log {self._log}"

    def _is_ready(self, running: guardian.RunningOrder) -> bool:
        """Wait for an answer to a real connection (a redo takes its time); False when the guardian is gone."""
        deadline = time.monotonic() + self.start_timeout_s
        while True:
            try:
                psycopg.connect(connection_string(running, MAINTENANCE_DATABASE), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._guardian.is_free():
                    return False
                if time.monotonic() > deadline:
                    raise ServerDidNotStart(
                        f"no answer in {self.start_timeout_s} s: {error}; see {self._log}"
                    ) from error
                time.sleep(POLL_S)
            else:
                return True

    def _told_since(self, log_start: int) -> str:
        told = self._log.read_bytes()[log_start:]
        return told[-LOG_TAIL_BYTES:].decode(errors="replace")
