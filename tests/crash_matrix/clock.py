"""One clock for a product and its test: the machine's, and as many seconds ahead as the test has written down."""

import os
import struct
from datetime import datetime, timedelta
from pathlib import Path

from adapters.clock import SystemClock

_SECONDS = struct.Struct("d")


class PushedClock:
    """The machine's time and some seconds more; they stand in a file, so that they outlive the product."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_CREAT | os.O_RDWR)
        if not os.fstat(self._file).st_size:
            self._write(0.0)

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self._ahead_s())

    def push(self, duration: timedelta) -> None:
        """Let time pass."""
        self._write(self._ahead_s() + duration.total_seconds())

    def close(self) -> None:
        os.close(self._file)

    def _ahead_s(self) -> float:
        (ahead_s,) = _SECONDS.unpack(os.pread(self._file, _SECONDS.size, 0))
        return float(ahead_s)

    def _write(self, ahead_s: float) -> None:
        os.pwrite(self._file, _SECONDS.pack(ahead_s), 0)
