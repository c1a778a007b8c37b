"""Where the data, the log and the socket live: places that the server's account can reach, with no folder reopened."""

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from adapters.postgres.embedded.accounts import SERVER_ID, Account, server_account
from adapters.postgres.embedded.errors import DataFolderUnusable

CLUSTER = "cluster"
LOG = "postgres.log"
SOCKET_PREFIX = "avatar-pg-"
SOCKET_DIR_LIMIT = 80
"""Longest socket folder, in bytes: sockaddr_un holds 104 bytes on macOS and 108 on Linux, file name included."""
FALLBACK_ROOT = Path("/var/lib/avatar-core")

logger = logging.getLogger(__name__)


def settle_home(wanted: Path, fallback_root: Path) -> Path:
    """The folder for data and log: `wanted`, or one below `fallback_root` when root's server cannot reach `wanted`.

    Root may keep a clone in /root, where no other account gets in.  Opening /root would be wrong, so the data moves
    instead; a note in `wanted` and a warning in the log say where to.
    """
    home = wanted.expanduser().resolve()
    if os.geteuid() != 0:
        _make_folders(home, 0o700)
        return home
    moved = fallback_root / f"{home.name}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    if moved.exists():
        return moved
    account = server_account(home / CLUSTER)
    if account.may_pass(_nearest_existing(home)):
        _make_folders(home, 0o711)
        return home
    if (home / CLUSTER).exists():
        raise DataFolderUnusable(f"user number {account.uid}, who owns {home / CLUSTER}, cannot reach it any more")
    return _move_home(home, moved)


def _move_home(home: Path, moved: Path) -> Path:
    if not Account(SERVER_ID, SERVER_ID).may_pass(_nearest_existing(moved)):
        raise DataFolderUnusable(f"the database's account can reach neither {home} nor {moved}: name another folder")
    _make_folders(moved, 0o711)
    _make_folders(home, 0o700)
    (home / "MOVED.txt").write_text(f"The database's account cannot reach this folder. Its data is in {moved}\n")
    logger.warning("the database's account cannot reach %s, its data goes to %s", home, moved)
    return moved


def _nearest_existing(path: Path) -> Path:
    return next(step for step in (path, *path.parents) if step.exists())


def _make_folders(path: Path, mode: int) -> None:
    """Make what is missing of `path`; folders that exist keep their permissions."""
    missing = [step for step in (path, *path.parents) if not step.exists()]
    for step in reversed(missing):
        step.mkdir(exist_ok=True)
        step.chmod(mode)  # mkdir's own mode is cut by the umask


def make_socket_dir(account: Account) -> Path:
    """A new folder for the socket, open to the server's account only (and root): whoever gets in is trusted."""
    for place in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108  mkdtemp inside is safe
        short = len(os.fsencode(place)) + len(SOCKET_PREFIX) + 10 <= SOCKET_DIR_LIMIT
        if short and place.is_dir() and account.may_pass(place):
            socket_dir = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=place))
            account.own(socket_dir)
            return socket_dir
    raise DataFolderUnusable("no temporary folder with a short path for the database's socket: set TMPDIR")
