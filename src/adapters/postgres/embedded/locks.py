"""Locks that the kernel gives back when their holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path

POLL_S = 0.02


class FolderLock:
    """One flock(2) on one file: held alone, or shared by many.  Two objects exclude each other within a process too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False, timeout_s: float = 0.0) -> bool:
        """Hold the lock and return True, or False when it stayed with somebody else for `timeout_s` seconds."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(descriptor, mode)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(POLL_S)
            else:
                self._descriptor = descriptor
                return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_free(self) -> bool:
        """Tell whether nobody holds the lock now."""
        probe = FolderLock(self._path)
        free = probe.take()
        probe.release()
        return free
