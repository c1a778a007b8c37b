"""A PostgreSQL that can be treated badly: stopped, crashed and started again at any moment, on a disk of our choice."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from adapters.postgres.embedded.accounts import server_account
from adapters.postgres.embedded.binaries import reachable_binaries
from adapters.postgres.embedded.cluster import QUIET_ENVIRONMENT, SUPERUSER, Cluster
from adapters.postgres.embedded.configuration import DEFAULT_PORT, server_arguments
from adapters.postgres.embedded.folders import CLUSTER, FALLBACK_ROOT, make_socket_dir

READY_WITHIN_S = 60.0
CRASH, FAST = signal.SIGQUIT, signal.SIGINT
"""What `pg_ctl stop -m immediate` and `-m fast` send."""


@dataclass
class FragileServer:
    """The embedded server's binaries and settings without its guardian: it stays down until it is started again."""

    cluster: Cluster
    socket_dir: Path
    database: str = "postgres"
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def dsn(self) -> str:
        return self.dsn_through(self.socket_dir)

    def dsn_through(self, socket_dir: Path) -> str:
        """A connection string by the socket in another folder."""
        return f"host={socket_dir} port={DEFAULT_PORT} user={SUPERUSER} dbname={self.database}"

    @property
    def socket(self) -> Path:
        return self.socket_dir / f".s.PGSQL.{DEFAULT_PORT}"

    def start(self) -> None:
        """Start it and return once it answers."""
        arguments = server_arguments(self.cluster.folder, self.socket_dir, None, durable=False)
        with (self.cluster.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.cluster.binaries / "postgres", *arguments],
                stdout=log,
                stderr=log,
                cwd="/",
                env=QUIET_ENVIRONMENT,
                umask=0o077,
                **self.cluster.account.spawn_identity(),
            )
        self._await_answer()

    def stop(self, how: signal.Signals) -> None:
        """End it, gently or not; harmless when it has ended."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()

    def restart(self, how: signal.Signals) -> None:
        """End it and start it again."""
        self.stop(how)
        self.start()

    @property
    def is_down(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is None or self._process.poll() is not None

    def say(self, sql: str) -> None:
        """Run one statement as its administrator."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _await_answer(self) -> None:
        until_s = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                psycopg.connect(self.dsn).close()
            except psycopg.OperationalError:
                if self.is_down or time.monotonic() > until_s:
                    raise
                time.sleep(0.02)
            else:
                return


@contextmanager
def fragile_server(home: Path) -> Iterator[FragileServer]:
    """Make a database in a folder that the server's account can pass, and run it while the block does."""
    home.mkdir(mode=0o711)
    account = server_account(home / CLUSTER)
    cluster = Cluster(home, account, reachable_binaries(account, FALLBACK_ROOT))
    cluster.prepare(durable=False)
    server = FragileServer(cluster, make_socket_dir(account))
    server.start()
    try:
        yield server
    finally:
        server.stop(FAST)
        server.socket_dir.rmdir()
