"""psycopg's errors in the core's words: the only place that knows SQLSTATEs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import DatabaseError, Error, InterfaceError, OperationalError, ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import (
    CheckViolation,
    DeadlockDetected,
    LockNotAvailable,
    NumericValueOutOfRange,
    ReadOnlySqlTransaction,
    SerializationFailure,
    UniqueViolation,
    lookup,
)

from avatar_core.errors import (
    AvatarError,
    BalanceWouldBreak,
    CaptureExceedsHold,
    ConcurrentChange,
    InvalidAmount,
    LedgerError,
    RefundExceedsCapture,
    StoreUnavailable,
)
from avatar_core.money import Stars

VERSION_MOVED = "AV001"
"""Raised by avatar.write when a record is not as it was read."""
_REASONS = (
    "read-only",
    "connection refused",
    "password authentication failed",
    "failed to resolve host",
    "timeout expired",
    "lock timeout",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server said about one of several documents; all None: it is written."""

    state: str | None
    constraint: str | None
    message: str | None
    detail: str | None

    def require_written(self) -> None:
        """Raise what was meant: ConcurrentChange, LedgerError, InvalidAmount, StoreUnavailable, or psycopg's error."""
        if self.state is not None:
            error = _kind(self.state)(self.message or "")
            raise _translated(error, self.state, self.constraint, self.detail) or error from error


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise the core's error for what psycopg raises inside; a defect of ours stays psycopg's error."""
    try:
        yield
    except Error as error:
        meant = _translated(error, error.sqlstate, error.diag.constraint_name, error.diag.message_detail)
        if meant is None:
            raise
        raise meant from error


def was_undone(error: Exception) -> bool:
    """Return whether the server answered and wrote nothing; when it does not answer at all, nobody knows."""
    return not isinstance(error, StoreUnavailable) or isinstance(error.__cause__, LockNotAvailable)


def require_conninfo(dsn: str) -> None:
    """Raise ValueError, which never shows the value, for what is no connection string."""
    try:
        conninfo_to_dict(dsn)
    except (ProgrammingError, UnicodeEncodeError):
        raise ValueError("it looks like postgresql://user:password@host/name") from None


def _reason(error: Error) -> str:
    """Name the kind of trouble; the server's own text may show where and as whom we came."""
    text = str(error).lower()
    return next((each for each in _REASONS if each in text), type(error).__name__)


def _kind(state: str) -> type[Error]:
    """Return psycopg's class for a SQLSTATE; states of our own have none."""
    try:
        return lookup(state)
    except KeyError:
        return DatabaseError


def _translated(error: Error, state: str | None, constraint: str | None, detail: str | None) -> AvatarError | None:
    """Return the core's error, or None for what no caller can do anything about.

    A pool that cannot give a connection in time counts as the store not answering (its errors are OperationalErrors).
    So does a server that only reads for now: a standby after a failover, or Supabase when its disk is nearly full.
    """
    match error:
        case UniqueViolation() | SerializationFailure() | DeadlockDetected():
            return ConcurrentChange()
        case CheckViolation():
            return _broken_law(constraint, detail or "")
        case NumericValueOutOfRange():
            return InvalidAmount(what="64 bits", value=str(error).partition('"')[2].partition('"')[0])
        case OperationalError() | InterfaceError() | ReadOnlySqlTransaction():
            return StoreUnavailable(reason=_reason(error))
        case _ if state == VERSION_MOVED:
            return ConcurrentChange()
        case _:
            return None


def _broken_law(constraint: str | None, detail: str) -> LedgerError | None:
    """Name the law of the ledger that a CHECK holds; the facts are in PostgreSQL's detail, which shows the row."""
    match constraint:
        case "accounts_balance_allowed":
            account, _, _, balance, *_ = detail.partition("(")[2].split(", ")
            return BalanceWouldBreak(account=account, balance=int(balance))
        case "holds_not_exceeded":
            amount, captured, released, _ = _stars(detail)
            return CaptureExceedsHold(asked=captured + released, open=amount)
        case "holds_refund_not_exceeded":
            _, captured, _, refunded = _stars(detail)
            return RefundExceedsCapture(asked=refunded, captured=captured)
        case _:
            return None


def _stars(hold: str) -> list[Stars]:
    """Read amount, captured, released and refunded, which the row shows as ``(1500)``, in this order."""
    return [Stars(int(each)) for each in re.findall(r"\((\d+)\)", hold)]
