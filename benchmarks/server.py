"""The database that is measured: the embedded server, durable, and pgbench on the same one."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import Database, PoolSettings

LIMIT = "limit"
_RATE = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with two databases: ours, migrated in a `fresh_house`, and pgbench's."""

    postgres: EmbeddedPostgres
    house_dsn: str
    limit_dsn: str

    @asynccontextmanager
    async def house(self, connections: int) -> AsyncIterator[Database]:
        """Open our database with exactly so many connections."""
        settings = PoolSettings(smallest=connections, largest=connections)
        async with Database(self.house_dsn, settings=settings) as database:
            yield database

    @contextmanager
    def fresh_house(self, name: str) -> Iterator[Self]:
        """Give a database of its own, migrated, and drop it afterwards."""
        dsn = self.postgres.create_database(name)
        asyncio.run(migrate(dsn))
        yield replace(self, house_dsn=dsn)
        self.postgres.drop_database(name)

    async def pgbench(self, connections: int, duration_s: float, script: Path | None = None) -> float:
        """Run the built-in TPC-B-like transactions or a script, prepared, and return how many a second."""
        threads = min(connections, os.cpu_count() or 1)
        clients = ["-c", str(connections), "-j", str(threads)]
        own = ["-n", "-f", str(script)] if script else []
        said = await asyncio.to_thread(
            self._run_pgbench, "-M", "prepared", *clients, "-T", str(max(1, round(duration_s))), *own
        )
        found = _RATE.search(said)
        assert found, said
        return float(found[1])

    def fill_limit(self, scale: int) -> None:
        """Make pgbench's tables: 100,000 accounts for each point of the scale."""
        self._run_pgbench("-i", "-q", "-s", str(scale))

    def _run_pgbench(self, *arguments: str) -> str:
        command = [str(self.postgres.binaries / "pgbench"), *arguments, self.limit_dsn]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout


@contextmanager
def durable_server() -> Iterator[Server]:
    """Start a server on the disk with fsync and synchronous commit, as it is in production; forget it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="avatar-benchmarks-"))
    folder.chmod(0o711)  # root's server runs under another account
    try:
        with EmbeddedPostgres(folder / "database") as postgres:
            yield Server(postgres, postgres.dsn, postgres.create_database(LIMIT))
    finally:
        shutil.rmtree(folder)
