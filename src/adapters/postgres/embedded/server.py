"""One embedded server, shared by every process that opens the same data folder."""

from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Composed, Identifier

from adapters.postgres.embedded.accounts import server_account
from adapters.postgres.embedded.binaries import reachable_binaries
from adapters.postgres.embedded.cluster import TCP_PASSWORD, Cluster
from adapters.postgres.embedded.errors import EmbeddedPostgresError, file_errors_named
from adapters.postgres.embedded.folders import CLUSTER, FALLBACK_ROOT, LOG, settle_home
from adapters.postgres.embedded.guardian import RunningOrder
from adapters.postgres.embedded.sharing import MAINTENANCE_DATABASE, SharedServer, Wish, connection_string


class EmbeddedPostgres:
    """PostgreSQL 18 on a data folder of its own; the first process starts it, others join, the last one ends it.

    `durable=False` switches fsync off: for tests, whose data may be lost.  `tcp_port` opens 127.0.0.1 as well, with
    a password.  Works on Linux and macOS; as root the server runs under a user number of its own.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        tcp_port: int | None = None,
        start_timeout_s: float = 120.0,
        fallback_root: Path = FALLBACK_ROOT,
    ) -> None:
        self._wanted = data_dir
        self._wish = Wish(durable=durable, tcp_port=tcp_port)
        self._start_timeout_s = start_timeout_s
        self._fallback_root = fallback_root
        self._joined: tuple[SharedServer, RunningOrder] | None = None

    def start(self) -> None:
        """Start or join the server and return once it answers; a second call does nothing.

        Raises BinariesMissing, DataFolderUnusable, DiskFull or ServerDidNotStart (after `start_timeout_s` seconds).
        """
        if self._joined is None:
            with file_errors_named(self._wanted):
                home = settle_home(self._wanted, self._fallback_root)
                account = server_account(home / CLUSTER)
                cluster = Cluster(home, account, reachable_binaries(account, self._fallback_root))
            shared = SharedServer(cluster, self._start_timeout_s)
            self._joined = shared, shared.join(self._wish)

    def stop(self) -> None:
        """Leave the server; when nobody else uses it, return after its orderly end.  Not needed before an exit."""
        if self._joined is not None:
            shared, _ = self._joined
            self._joined = None
            shared.leave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _running(self) -> RunningOrder:
        return self._started[1]

    @property
    def _started(self) -> tuple[SharedServer, RunningOrder]:
        if self._joined is None:
            raise EmbeddedPostgresError("the embedded server was not started")
        return self._joined

    @property
    def data_dir(self) -> Path:
        """The folder in use: the one asked for, unless root's server could not reach it."""
        return self._started[0].cluster.home

    @property
    def log_file(self) -> Path:
        """What PostgreSQL said."""
        return self.data_dir / LOG

    @property
    def binaries(self) -> Path:
        """The folder of psql, pg_dump, pgbench and the like, of the same version as the server."""
        return self._started[0].cluster.binaries

    @property
    def dsn(self) -> str:
        """A libpq connection string of the default database, over the local socket."""
        return self.dsn_of(MAINTENANCE_DATABASE)

    def dsn_of(self, database: str) -> str:
        """A libpq connection string of `database`, over the local socket."""
        return connection_string(self._running, database)

    @property
    def tcp_dsn(self) -> str:
        """A libpq connection string of the default database over TCP, password included."""
        if not self._running["tcp"]:
            raise EmbeddedPostgresError("the embedded server was started without a TCP port")
        password = (self.data_dir / TCP_PASSWORD).read_text().strip()
        return make_conninfo(self.dsn, host="127.0.0.1", password=password)

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Copy `template`, which nobody may be connected to, and return the new database's connection string."""
        copying = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        strategy = "WAL_LOG" if self._wish.durable else "FILE_COPY"  # 8 ms a copy on a memory disk without fsync
        self._tell(copying.format(Identifier(name), Identifier(template), Identifier(strategy.lower())))
        return self.dsn_of(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting off whoever is connected; nothing happens when there is none."""
        self._tell(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def _tell(self, statement: Composed) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)
