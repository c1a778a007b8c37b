"""Replicate's webhooks, by the rules of Standard Webhooks.

The vendor's own check is not used: it looks at the time only when asked to, and shows a malformed secret in its error.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn

from adapters.replicate.reports import report_of
from adapters.replicate.settings import ReplicateSettings, RunKind, mark_in, mark_of
from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.runs import Report

TOLERANCE = timedelta(minutes=5)
"""Older or newer ones are refused."""
SECRET_SETTING = "REPLICATE_WEBHOOK_SECRET"  # noqa: S105 - the setting's name
SOURCE = "replicate"
LONGEST_ID = 256
"""Characters of ``webhook-id``; it is a key in our inbox."""
_PREFIX = "whsec_"
_VERSION = "v1,"
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")


class ReplicateWebhook(NamedTuple):
    """A genuine notice: which order it is about, what it says, and the id that repeats when it is sent again."""

    kind: RunKind
    order: str
    report: Report
    id: str


@dataclass(frozen=True, slots=True)
class ReplicateWebhooks:
    """Reads notices.  Raises ValueError, without showing it, for a secret that is not ``whsec_`` and base64."""

    settings: ReplicateSettings
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Check the secret once."""
        self._key()

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime, query: str = "") -> ReplicateWebhook:
        """Return what a notice says.  ``query`` is the request's own, asked only when the signed body has no mark.

        Raises NoticeForged for a wrong signature or time, NoticeUnreadable for what cannot be read.
        """
        given = {name.lower(): value for name, value in headers.items()}
        webhook_id = self._verified(given, body, now)
        if len(webhook_id) > LONGEST_ID:
            raise _unreadable("its id is too long")
        run = _json(body)
        try:
            kind, order = mark_in(run.get("webhook")) or mark_of(query) or _unmarked()
            return ReplicateWebhook(kind, order, report_of(run, kind, self.settings), webhook_id)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as cause:
            raise _unreadable("it is about no run of ours, or not in the form of one") from cause

    def _verified(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        webhook_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not webhook_id or not _UNIX_SECONDS.fullmatch(sent_at):
            raise NoticeForged(source=SOURCE, reason="it has no id or no time")
        if abs(int(sent_at) - now.timestamp()) > TOLERANCE.total_seconds():
            raise NoticeForged(source=SOURCE, reason="its time is more than 5 minutes off")
        signed = f"{webhook_id}.{sent_at}.".encode() + body
        expected = base64.b64encode(hmac.digest(self._key(), signed, hashlib.sha256))
        signatures = headers.get("webhook-signature", "").split()
        told = [each.removeprefix(_VERSION).encode() for each in signatures if each.startswith(_VERSION)]
        if not any(hmac.compare_digest(each, expected) for each in told):
            raise NoticeForged(source=SOURCE, reason="its signature is wrong")
        return webhook_id

    def _key(self) -> bytes:
        try:
            key = base64.b64decode(self.secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key or not self.secret.startswith(_PREFIX):
            raise ValueError(f"{SECRET_SETTING} is not {_PREFIX} followed by base64")
        return key


def _json(body: bytes) -> Any:  # noqa: ANN401  (nobody has checked it yet)
    """Read strict JSON in UTF-8: it is kept as text, and every reader has to read the same in it."""
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except UnicodeDecodeError as cause:
        raise _unreadable("it is no text in UTF-8") from cause
    except (RecursionError, ValueError) as cause:
        raise _unreadable("it is not JSON") from cause


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _unreadable(reason: str) -> NoticeUnreadable:
    """Word what is wrong, never by the notice's content: the sender reads it."""
    return NoticeUnreadable(source=SOURCE, reason=reason)


def _unmarked() -> NoReturn:
    raise LookupError("no order of ours is named")
