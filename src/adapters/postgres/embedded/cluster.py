"""The data on disk: made once and whole, of our version, and with nobody left running on it."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.embedded.accounts import Account, named_account
from adapters.postgres.embedded.binaries import MAJOR
from adapters.postgres.embedded.errors import DataFolderUnusable, start_failure
from adapters.postgres.embedded.folders import CLUSTER

SUPERUSER = "avatar"
TCP_PASSWORD = "tcp_password"  # noqa: S105  the name of the file that keeps it
QUIET_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
"""The server gets none of our environment: tokens of the bot have no business there."""
INITDB_ARGUMENTS = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",  # the socket's folder lets nobody in but the owner
    "--auth-host=scram-sha-256",
    f"--username={SUPERUSER}",
)
FAST_STOP_S = 60.0
PROCESSES = Path("/proc")
"""Linux has it; macOS asks ps."""


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder inside `home`, which also keeps its log, its locks and its TCP password."""

    home: Path
    account: Account
    binaries: Path

    @property
    def folder(self) -> Path:
        """The folder that PostgreSQL calls PGDATA."""
        return self.home / CLUSTER

    def prepare(self, *, durable: bool) -> None:
        """Make the data when there is none; raises DataFolderUnusable for data of another PostgreSQL version."""
        if not self.folder.exists():
            self._create(durable=durable)
        version = self.folder / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else "no PostgreSQL at all"
        if found != MAJOR:
            raise DataFolderUnusable(
                f"{self.folder} was made by {found}, this is PostgreSQL {MAJOR}: name another folder, "
                "or dump with the old version and restore into a new folder"
            )

    def _create(self, *, durable: bool) -> None:
        """Run initdb beside the final place and rename, so that a kill in the middle leaves nothing half made."""
        draft = self.home / f"{CLUSTER}.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        maker = named_account(self.account)
        maker.own(draft)
        password = self.home / TCP_PASSWORD
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        maker.own(password)
        self._run_initdb(draft, maker, durable=durable)
        self.account.own(password)
        self.account.own(draft)
        draft.rename(self.folder)
        if durable:
            sync_folder(self.home)

    def _run_initdb(self, draft: Path, maker: Account, *, durable: bool) -> None:
        options = [f"--pwfile={self.home / TCP_PASSWORD}", *(() if durable else ("--no-sync",))]
        made = subprocess.run(
            [self.binaries / "initdb", *INITDB_ARGUMENTS, *options, "-D", draft],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            env=QUIET_ENVIRONMENT,
            **maker.spawn_identity(),
        )
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise start_failure(made.stdout, self.home)

    def end_leftovers(self) -> None:
        """End a server that lost its guardian, and remove a pid file whose number now belongs to another program.

        PostgreSQL itself deals with a pid that is gone, but refuses to start while the number is anybody's.
        """
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.exists():
            return
        number = pid_file.read_text().partition("\n")[0]
        pid = int(number) if number.isdigit() else 0
        if self._is_server(pid):
            self._end(pid)
        else:
            pid_file.unlink()

    def _end(self, pid: int) -> None:
        for demand in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(pid, demand)
            deadline = time.monotonic() + FAST_STOP_S
            while time.monotonic() < deadline:
                if not self._is_server(pid):
                    return
                time.sleep(0.02)
        raise DataFolderUnusable(f"process {pid} still works on {self.folder} and cannot be ended")

    def _is_server(self, pid: int) -> bool:
        """Tell whether `pid` is a postmaster on this very folder: numbers are used again, above all in containers."""
        return pid > 0 and str(self.folder) in command_line(pid)


def sync_folder(folder: Path) -> None:
    """Write the names in `folder` to the disk: a power cut must not lose a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def command_line(pid: int) -> list[str]:
    """The words that a process was started with; none when it is gone."""
    if PROCESSES.is_dir():
        try:
            words = (PROCESSES / f"{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [os.fsdecode(word) for word in words]
    listed = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    _, marker, rest = listed.stdout.partition(" -D ")
    return [rest.split(" -c ")[0].strip()] if marker else []
