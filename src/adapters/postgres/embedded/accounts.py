"""Who the server runs as: PostgreSQL refuses root, so root lends it a number that nobody else uses."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from adapters.postgres.embedded.errors import DataFolderUnusable

SERVER_ID = 59_432
"""User and group number of a server started by root: outside every range that systemd and containers hand out."""


class SpawnIdentity(TypedDict, total=False):
    """The part of subprocess.Popen's arguments that changes user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user and group number."""

    uid: int
    gid: int

    def spawn_identity(self) -> SpawnIdentity:
        """Arguments for subprocess.Popen: empty when this is who we are already."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_pass(self, path: Path) -> bool:
        """Tell whether this account may search (or run) `path` and every folder above it."""
        return all(self._may_search(step) for step in (path, *path.parents))

    def _may_search(self, path: Path) -> bool:
        status = path.stat()
        if self.uid == status.st_uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if self.gid == status.st_gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def own(self, folder: Path) -> None:
        """Take over `folder` and all that is in it, when we are somebody else."""
        if self.uid != os.geteuid():
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account(cluster: Path) -> Account:
    """The owner of the data in `cluster`; before there is any, ourselves or, for root, a number of its own."""
    if cluster.exists():
        status = cluster.stat()
        owner = Account(status.st_uid, status.st_gid)
        if owner.uid == 0 or os.geteuid() not in (0, owner.uid):
            raise DataFolderUnusable(
                f"{cluster} belongs to user number {owner.uid}: give it to an ordinary user and run as that user or as "
                "root, or name another folder"
            )
        return owner
    if os.geteuid() == 0:
        return Account(SERVER_ID, SERVER_ID)
    return Account(os.geteuid(), os.getegid())


def named_account(account: Account) -> Account:
    """An account with a name, for `initdb`, which refuses to run without one: `account` itself or, say, nobody."""
    known = {entry.pw_uid: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    if account.uid in known or os.geteuid() != 0:
        return account
    named = [entry for entry in known.values() if entry.pw_name == "nobody"] or list(known.values())
    if not named:
        raise DataFolderUnusable("PostgreSQL refuses root and this machine has no other user: run as another user")
    return Account(named[0].pw_uid, named[0].pw_gid)
